// Before something is done that cannot be undone. With `name`, it must be typed: nobody types a name by mistake.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { ApiError, Result } from "../api/client";
import { Dialog, DialogActions } from "./dialog";
import { TextField } from "./field";
import { ErrorNotice } from "./notice";
import { showToast } from "./toast";

interface ConfirmProps {
    title: string;
    children: ComponentChildren; // what will happen, in words
    confirm: string; // "Delete key"
    name?: string;
    danger?: boolean;
    act: () => Promise<ApiError | null>; // null: done, and the dialog closes
    onClose: () => void;
}

// What most acts are: a call; if it succeeds, news of it, and what is shown anew.
export async function carryOut(change: Promise<Result<unknown>>, news: string, done: () => void) {
    const answer = await change;
    if (!answer.ok) return answer.error;
    showToast(news, "good");
    done();
    return null;
}

export function ConfirmDialog({ title, children, confirm, name, danger = true, act, onClose }: ConfirmProps) {
    const [typed, setTyped] = useState("");
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<ApiError | null>(null);
    const submit = async (event: Event) => {
        event.preventDefault();
        if (busy || (name !== undefined && typed !== name)) return;
        setBusy(true);
        const failed = await act();
        setBusy(false);
        setError(failed);
        if (failed === null) onClose();
    };
    return (
        <Dialog title={title} onClose={onClose} losesNothing>
            <form class="form" onSubmit={submit}>
                <div>{children}</div>
                {name !== undefined && (
                    <TextField label={`Type “${name}” to confirm`} value={typed} onInput={setTyped} />
                )}
                {error && <ErrorNotice error={error} />}
                <DialogActions
                    submit={confirm}
                    look={danger ? "danger" : "primary"}
                    busy={busy}
                    onCancel={onClose}
                    whyNot={name !== undefined && typed !== name ? "The name is not typed yet" : null}
                />
            </form>
        </Dialog>
    );
}
