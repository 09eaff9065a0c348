// A personal token is made, changed, given another secret, switched off and on, and deleted.
import { useState } from "preact/hooks";
import { useAction, useQuery } from "../../api/use_call";
import { ConfirmDialog, carryOut } from "../../components/confirm_dialog";
import { Dialog, DialogActions } from "../../components/dialog";
import { ExpiryField, kNeverExpires, readExpiry, type Expiry } from "../../components/expiry_field";
import { CheckField, FieldGroup, Select, TextField } from "../../components/field";
import { ErrorNotice } from "../../components/notice";
import { timeText } from "../../components/time";
import { showToast } from "../../components/toast";
import type { Token } from "./tokens_page";

export interface MadeToken {
    data: Token;
    token: string; // the plaintext
}
interface ActProps {
    row: Token;
    onClose: () => void;
    onDone: () => void;
}

const kNotGiven = ["*", "always"]; // scopes that no token names
const pathOf = (row: Token) => ({ key: row.hash });

export function CreateToken({ onMade, onClose }: { onMade: (made: MadeToken) => void; onClose: () => void }) {
    const [name, setName] = useState("");
    const [scoped, setScoped] = useState(false);
    const [scopes, setScopes] = useState<readonly string[]>([]);
    const [infers, setInfers] = useState(true);
    const [expiry, setExpiry] = useState<Expiry>(kNeverExpires);
    const [problems, setProblems] = useState<Record<string, string>>({});
    const table = useQuery("/api/organizations/permissions", {});
    const create = useAction("POST", "/api/me/tokens");
    const all = [...new Set((table.value?.data ?? []).map((one) => one.scope))]
        .filter((one) => !kNotGiven.includes(one))
        .sort();
    const submit = async (event: Event) => {
        event.preventDefault();
        const read = readExpiry(expiry);
        const found: Record<string, string> = {};
        if (name.trim() === "") found.name = "It needs a name.";
        if (scoped && scopes.length === 0) found.scopes = "Choose at least one.";
        if (read.problem) found.expires_at = read.problem;
        setProblems(found);
        if (Object.keys(found).length > 0) return;
        const answer = await create.run({
            body: {
                name: name.trim(),
                ...(read.value ? { expires_at: read.value } : {}),
                ...(scoped ? { scopes: [...scopes] } : { may_infer: infers }),
            },
        });
        if (answer.ok) onMade(answer.value);
    };
    const problem = (field: string) => problems[field] ?? create.fieldError(field);
    return (
        <Dialog title="New personal token" onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <TextField label="Name" value={name} onInput={setName} maxLength={100} error={problem("name")} />
                <Select
                    label="It may"
                    value={scoped ? "some" : "all"}
                    onChange={(value) => setScoped(value === "some")}
                    choices={[
                        { value: "all", label: "All that you may" },
                        { value: "some", label: "Only what is chosen" },
                    ]}
                    error={problem("scopes")}
                />
                {scoped ? (
                    <FieldGroup label="Scopes">
                        {all.map((scope) => (
                            <CheckField
                                key={scope}
                                label={scope}
                                checked={scopes.includes(scope)}
                                onChange={(on) =>
                                    setScopes(on ? [...scopes, scope] : scopes.filter((one) => one !== scope))
                                }
                            />
                        ))}
                    </FieldGroup>
                ) : (
                    <CheckField label="It may call models" checked={infers} onChange={setInfers} />
                )}
                <ExpiryField expiry={expiry} onChange={setExpiry} error={problem("expires_at")} />
                <ErrorNotice error={create.error} besides={["name", "scopes", "expires_at"]} />
                <DialogActions submit="Make the token" busy={create.busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}

export function ChangeToken({ row, onClose, onDone }: ActProps) {
    const [name, setName] = useState(row.name);
    const [expiry, setExpiry] = useState<Expiry>({ choice: "kept", own: "" });
    const [problem, setProblem] = useState<string | null>(null);
    const change = useAction("PATCH", "/api/me/tokens/{key}");
    const submit = async (event: Event) => {
        event.preventDefault();
        const read = readExpiry(expiry);
        setProblem(read.problem ?? null);
        if (read.problem) return;
        const body = {
            ...(name.trim() === row.name ? {} : { name: name.trim() }),
            ...(read.value === undefined ? {} : { expires_at: read.value }),
        };
        const answer = await change.run({ path: pathOf(row), body, ifMatch: row.version });
        if (!answer.ok) return;
        showToast(`${answer.value.data.name} is changed.`, "good");
        onDone();
    };
    return (
        <Dialog title={`Change ${row.name}`} onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <TextField
                    label="Name"
                    value={name}
                    onInput={setName}
                    maxLength={100}
                    error={change.fieldError("name")}
                />
                <ExpiryField
                    expiry={expiry}
                    onChange={setExpiry}
                    now={row.expires_at ? timeText(new Date(row.expires_at)) : "never"}
                    error={problem ?? change.fieldError("expires_at")}
                />
                <ErrorNotice error={change.error} besides={["name", "expires_at"]} />
                <DialogActions submit="Save" busy={change.busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}

const kGraces = [
    { value: "0", label: "stops at once" },
    { value: "3600", label: "works for an hour more" },
    { value: "86400", label: "works for a day more" },
];

export function RotateToken({
    row,
    onClose,
    onMade,
}: Omit<ActProps, "onDone"> & { onMade: (made: MadeToken) => void }) {
    const [grace, setGrace] = useState("0");
    const rotate = useAction("POST", "/api/me/tokens/{key}/rotate");
    const submit = async (event: Event) => {
        event.preventDefault();
        const answer = await rotate.run({
            path: pathOf(row),
            body: { grace_seconds: Number(grace) },
            ifMatch: row.version,
        });
        if (answer.ok) onMade(answer.value);
    };
    return (
        <Dialog title={`New secret for ${row.name}`} onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <Select label="The old secret" value={grace} onChange={setGrace} choices={kGraces} />
                {rotate.error && <ErrorNotice error={rotate.error} />}
                <DialogActions submit="Make a new secret" busy={rotate.busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}

export function SwitchToken({ row, onClose, onDone }: ActProps) {
    const change = useAction("PATCH", "/api/me/tokens/{key}");
    const act = () =>
        carryOut(
            change.run({ path: pathOf(row), body: { disabled: !row.disabled }, ifMatch: row.version }),
            row.disabled ? `${row.name} works again.` : `${row.name} is disabled.`,
            onDone,
        );
    return (
        <ConfirmDialog
            title={row.disabled ? `Enable ${row.name}` : `Disable ${row.name}`}
            confirm={row.disabled ? "Enable the token" : "Disable the token"}
            danger={!row.disabled}
            act={act}
            onClose={onClose}
        >
            {row.disabled ? "Whoever has it can act as you again." : "Calls with it fail from now on, with 401."}
        </ConfirmDialog>
    );
}

export function DeleteToken({ row, onClose, onDone }: ActProps) {
    const remove = useAction("DELETE", "/api/me/tokens/{key}");
    const act = () =>
        carryOut(remove.run({ path: pathOf(row), ifMatch: row.version }), `${row.name} is deleted.`, onDone);
    return (
        <ConfirmDialog title={`Delete ${row.name}`} confirm="Delete the token" act={act} onClose={onClose}>
            Calls with it fail from now on, and nothing brings it back.
        </ConfirmDialog>
    );
}
