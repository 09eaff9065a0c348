// A native modal dialog. The keyboard starts in its first field, and goes back to what opened it: to the row, or to its
// neighbour where the row is gone.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Button } from "./button";

interface DialogProps {
    title: string;
    onClose: () => void; // the dialog is shown as long as it is rendered
    children: ComponentChildren;
    size?: "wide";
    mustAnswer?: boolean; // neither Escape nor a click beside it closes it, nor is there a cross
}

const kFields =
    "[data-focus-first], input:not([type=hidden]):not(:disabled), select:not(:disabled), textarea:not(:disabled)";

export function Dialog({ title, onClose, children, size, mustAnswer }: DialogProps) {
    const dialog = useRef<HTMLDialogElement>(null);
    const heading = useId();
    const close = useRef(onClose);
    close.current = onClose;

    useEffect(() => {
        const element = dialog.current!;
        const goBack = rememberFocus();
        element.showModal();
        const body = element.querySelector(".dialog-body");
        const first =
            body?.querySelector<HTMLElement>("[data-focus-first]") ?? body?.querySelector<HTMLElement>(kFields);
        (first ?? body?.querySelector<HTMLElement>("button, a"))?.focus();
        return () => {
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

// What the keyboard is on its way back to. A dialog that follows another one leads back to what opened the first.
let goingBackTo: HTMLElement | null = null;

// Where the keyboard is now, and the way back there when it can be seen again.
export function rememberFocus(): () => void {
    const active = document.activeElement as HTMLElement | null;
    const opener = active === document.body && goingBackTo !== null ? goingBackTo : active;
    const row = opener?.closest<HTMLElement>("tr[data-row]");
    const nameOf = (one: Element | null | undefined) => one?.getAttribute("data-row") ?? null;
    const rows = [nameOf(row), nameOf(row?.nextElementSibling), nameOf(row?.previousElementSibling)];
    const table = opener?.closest<HTMLElement>(".table-frame");
    return () => {
        goingBackTo = opener;
        requestAnimationFrame(() => {
            goingBackTo = null;
            const now = document.activeElement;
            if (now !== null && now !== document.body && now.isConnected && now !== opener) return;
            if (opener?.isConnected && opener.offsetParent !== null) return opener.focus();
            for (const name of rows) {
                if (name === null) continue;
                const found = document.querySelector<HTMLElement>(`tr[data-row="${CSS.escape(name)}"]`);
                const target = found?.querySelector<HTMLElement>(".row-actions button, a, button");
                if (target) return target.focus();
            }
            (table?.isConnected ? table : document.querySelector<HTMLElement>("main h1"))?.focus();
        });
    };
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
