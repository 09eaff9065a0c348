// What a row has in full, beside its table. The keyboard goes into it when it opens, and back to the row when it closes;
// the page stays within reach.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./button";
import { rememberFocus } from "./dialog_focus";

interface SidePanelProps {
    label: string; // of the panel, read out
    title: ComponentChildren;
    actions?: ComponentChildren;
    onClose: () => void;
    children: ComponentChildren;
}

export function SidePanel({ label, title, actions, onClose, children }: SidePanelProps) {
    const heading = useRef<HTMLHeadingElement>(null);
    useLayoutEffect(() => {
        // A page that is opened with it is read from its beginning.
        const opened = document.activeElement?.closest("tr, .table-frame") != null;
        const goBack = rememberFocus();
        if (opened) heading.current?.focus();
        return goBack;
    }, []);
    return (
        <aside
            class="card side-panel"
            aria-label={label}
            onKeyDown={(event) => event.key === "Escape" && !event.defaultPrevented && onClose()}
        >
            <header>
                <h2 ref={heading} tabIndex={-1}>
                    <bdi>{title}</bdi>
                </h2>
                <div class="row">
                    {actions}
                    <Button look="quiet" icon="close" label="Close" onClick={onClose} />
                </div>
            </header>
            {children}
        </aside>
    );
}
