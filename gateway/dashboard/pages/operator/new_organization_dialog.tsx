// A new organization, with an owner if his address is known here.
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import { useAction } from "../../api/use_call";
import { Dialog, DialogActions } from "../../components/dialog";
import { TextField } from "../../components/field";
import { ErrorNotice } from "../../components/notice";
import { showToast } from "../../components/toast";

export function NewOrganizationDialog({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
    const action = useAction("POST", "/api/organizations");
    const [name, setName] = useState("");
    const [email, setEmail] = useState("");
    const [problem, setProblem] = useState<string | null>(null);
    const ownerOf = async (address: string): Promise<string | null> => {
        const found = await call("GET", "/api/users", { query: { email: address } });
        const same = found.ok && found.value.data.find((one) => one.email.toLowerCase() === address.toLowerCase());
        setProblem(same ? null : "Nobody here has this address. People are added under People.");
        return same ? same.id : null;
    };
    const submit = async (event: Event) => {
        event.preventDefault();
        const owner = email.trim() === "" ? null : await ownerOf(email.trim());
        if (email.trim() !== "" && owner === null) return;
        const answer = await action.run({ body: { name: name.trim(), owner_user_id: owner } });
        if (!answer.ok) return;
        showToast(`${name.trim()} is made.`, "good");
        onDone();
        onClose();
    };
    return (
        <Dialog title="New organization" onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <TextField
                    label="Name"
                    value={name}
                    onInput={setName}
                    required
                    error={action.fieldError("name")}
                    maxLength={100}
                />
                <TextField
                    label="Address of its owner"
                    optional
                    type="email"
                    value={email}
                    onInput={setEmail}
                    error={problem ?? action.fieldError("owner_user_id")}
                    hint="Without, nobody is in it until you add somebody"
                />
                <ErrorNotice error={action.error} besides={["name", "owner_user_id"]} />
                <DialogActions submit="Create" busy={action.busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}
