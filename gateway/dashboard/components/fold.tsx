// Fields that most leave empty, behind what is in them now. Open where something is set, or wrong.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

interface FoldProps {
    label: string;
    now: string | null; // what is set, in words; null: nothing
    wrong?: boolean; // a field in it has an error
    children: ComponentChildren;
}

export function Fold({ label, now, wrong, children }: FoldProps) {
    const [open, setOpen] = useState(now !== null);
    return (
        <details class="fold" open={open || wrong} onToggle={(event) => setOpen(event.currentTarget.open)}>
            <summary>
                <span class="label">{label}</span> <span>{now ?? "none"}</span>
            </summary>
            <div class="form">{children}</div>
        </details>
    );
}
