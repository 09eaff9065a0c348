// Short news at the edge of the page, read out by screen readers. It shows above dialogs, too.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "./button";

type Tone = "note" | "good" | "bad";
interface Toast {
    id: number;
    text: string;
    tone: Tone;
}

const kShownMs = 6000;
const kMostToasts = 4;
const toasts = signal<Toast[]>([]);
let nextId = 1;

export function showToast(text: string, tone: Tone = "note"): void {
    const toast = { id: nextId++, text, tone };
    toasts.value = [...toasts.value, toast].slice(-kMostToasts);
    // What went wrong stays until it is put away.
    if (tone !== "bad") setTimeout(() => dismiss(toast.id), kShownMs);
}

function dismiss(id: number): void {
    toasts.value = toasts.value.filter((one) => one.id !== id);
}

export function Toasts() {
    const frame = useRef<HTMLDivElement>(null);
    const shown = toasts.value;
    // As a popover it is in the top layer; shown anew, it is above a dialog that was opened since.
    useEffect(() => {
        const element = frame.current;
        if (!element?.showPopover) return;
        if (element.matches(":popover-open")) element.hidePopover();
        if (shown.length > 0) element.showPopover();
    }, [shown]);
    return (
        <div class="toasts" ref={frame} popover="manual" role="status" aria-live="polite">
            {shown.map((toast) => (
                <div class="toast" data-tone={toast.tone} key={toast.id}>
                    <span>{toast.text}</span>
                    <Button look="quiet" icon="close" label="Dismiss" onClick={() => dismiss(toast.id)} />
                </div>
            ))}
        </div>
    );
}
