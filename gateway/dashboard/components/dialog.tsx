// A native modal dialog. The keyboard starts in its first field, and goes back to what opened it.
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./button";
import { leadKeyboard, rememberFocus } from "./dialog_focus";

interface DialogProps {
    title: string;
    onClose: () => void; // the dialog is shown as long as it is rendered
    children: ComponentChildren;
    size?: "wide";
    mustAnswer?: boolean; // neither Escape nor a click beside it closes it, nor is there a cross
}

export function Dialog({ title, onClose, children, size, mustAnswer }: DialogProps) {
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

    // Some browsers let a second Escape through whatever `cancel` is told; it never gets to them.
    const holdEscape = (event: KeyboardEvent) => {
        if (mustAnswer && event.key === "Escape") event.preventDefault();
    };
    const cancel = (event: Event) => {
        event.preventDefault(); // it is closed by not being rendered
        if (!mustAnswer) close.current();
    };
    const beside = (event: MouseEvent) => {
        if (!mustAnswer && event.target === dialog.current) close.current();
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
                {!mustAnswer && <Button look="quiet" icon="close" label="Close" onClick={() => close.current()} />}
            </header>
            <div class="dialog-body">{children}</div>
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
