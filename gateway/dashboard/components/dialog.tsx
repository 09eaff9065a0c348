// A native modal dialog. The keyboard starts in its first field, and goes back to what opened it.
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Button } from "./button";
import { leadKeyboard, rememberFocus } from "./dialog_focus";
import { mayLose, useUnsaved } from "./unsaved";

interface DialogProps {
    title: string;
    onClose: () => void; // the dialog is shown as long as it is rendered
    children: ComponentChildren;
    size?: "wide";
    mustAnswer?: boolean; // neither Escape nor a click beside it closes it, nor is there a cross
    losesNothing?: boolean; // what is typed into it is quickly typed again
}

export function Dialog({ title, onClose, children, size, mustAnswer, losesNothing }: DialogProps) {
    const dialog = useRef<HTMLDialogElement>(null);
    const heading = useId();
    const close = useRef(onClose);
    close.current = onClose;

    // Before it is taken off the page, so that the browser itself goes back as well.
    useLayoutEffect(() => {
        const element = dialog.current!;
        const goBack = rememberFocus();
        element.showModal();
        const stopLeading = leadKeyboard(element);
        return () => {
            stopLeading();
            element.close();
            goBack();
        };
    }, []);

    const [touched, setTouched] = useState(false);
    const dirty = touched && !mustAnswer && !losesNothing;
    useUnsaved(dirty, "dialog");
    const noteInput = (event: Event) => {
        if ((event.target as HTMLInputElement).type !== "search") setTouched(true);
    };
    const leave = () => {
        if (!dirty || mayLose()) close.current();
    };
    // Some browsers let a second Escape through whatever `cancel` is told; it never gets to them.
    const holdEscape = (event: KeyboardEvent) => {
        if (event.key !== "Escape" || event.defaultPrevented || !(mustAnswer || dirty)) return;
        event.preventDefault();
        if (dirty) leave();
    };
    const cancel = (event: Event) => {
        event.preventDefault(); // it is closed by not being rendered
        if (!mustAnswer) leave();
    };
    // Beside it one clicks by mistake: that asks nothing.
    const beside = (event: MouseEvent) => {
        if (!mustAnswer && !dirty && event.target === dialog.current) close.current();
    };
    return (
        <dialog
            ref={dialog}
            class="dialog"
            data-size={size}
            aria-labelledby={heading}
            onKeyDown={holdEscape}
            onCancel={cancel}
            onMouseDown={beside}
            {...(mustAnswer ? { closedby: "none" } : {})}
        >
            <header class="dialog-head">
                <h2 id={heading}>{title}</h2>
                {!mustAnswer && <Button look="quiet" icon="close" label="Close" onClick={leave} />}
            </header>
            <div class="dialog-body" onInput={noteInput}>
                {children}
            </div>
        </dialog>
    );
}

// The buttons at the end of a form in a dialog; Enter in a field presses the first.
export function DialogActions({
    submit,
    look = "primary",
    busy,
    whyNot,
    onCancel,
}: {
    submit: string;
    look?: "primary" | "danger";
    busy?: boolean;
    whyNot?: string | null;
    onCancel?: () => void;
}) {
    return (
        <div class="form-actions">
            {onCancel && <Button onClick={onCancel}>Cancel</Button>}
            <Button type="submit" look={look} busy={busy} whyNot={whyNot}>
                {submit}
            </Button>
        </div>
    );
}
