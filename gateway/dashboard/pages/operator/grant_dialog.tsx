// Credit from the operator. It is there at once, and may expire.
import { useState } from "preact/hooks";
import { useAction } from "../../api/use_call";
import { Dialog, DialogActions } from "../../components/dialog";
import { TextField } from "../../components/field";
import { usdText } from "../../components/money";
import { ErrorNotice } from "../../components/notice";
import { showToast } from "../../components/toast";
import { useAmount } from "../credits/money_dialogs";

export function GrantDialog({
    to,
    onDone,
    onClose,
}: {
    to: { id: string; name: string };
    onDone: () => void;
    onClose: () => void;
}) {
    const action = useAction("POST", "/api/organizations/{organization}/credits");
    const amount = useAmount();
    const [expires, setExpires] = useState("");
    const submit = async (event: Event) => {
        event.preventDefault();
        const value = amount.read();
        if (value === null) return;
        const answer = await action.run({
            path: { organization: to.id },
            body: {
                amount: value,
                note: amount.note,
                expires_at: expires === "" ? null : new Date(expires).toISOString(),
            },
        });
        if (!answer.ok) return;
        showToast(`${usdText(value)} is granted to ${to.name}.`, "good");
        onDone();
        onClose();
    };
    return (
        <Dialog title={`Grant credit to ${to.name}`} onClose={onClose}>
            <form class="form" onSubmit={submit}>
                {amount.fields(action.fieldError)}
                <TextField
                    label="Expires"
                    optional
                    type="datetime-local"
                    value={expires}
                    onInput={setExpires}
                    error={action.fieldError("expires_at")}
                    hint="Empty: never"
                />
                <ErrorNotice error={action.error} besides={["amount", "note", "expires_at"]} />
                <DialogActions submit="Grant" busy={action.busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}
