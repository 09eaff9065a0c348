// What is done to a key: another secret, another maker, off and on, away.
import { useState } from "preact/hooks";
import { useAllMembers } from "../../api/members";
import { useModels } from "../../api/models";
import { me } from "../../api/session";
import { useAction } from "../../api/use_call";
import { ConfirmDialog, carryOut } from "../../components/confirm_dialog";
import { Dialog, DialogActions } from "../../components/dialog";
import { Select } from "../../components/field";
import { ErrorNotice, Notice, Skeleton } from "../../components/notice";
import { SecretDialog } from "../../components/secret_dialog";
import { showToast } from "../../components/toast";
import { organizationId } from "../../router";
import { curlSnippet, managementSnippet, pythonSnippet } from "../snippets";
import { isMine, type Key } from "./key";
import type { MadeKey } from "./edit_key";

interface ActProps {
    row: Key;
    onClose: () => void;
    onDone: () => void;
}

const pathOf = (row: Key) => ({ organization: organizationId.value!, key: row.hash });

const kGraces = [
    { value: "0", label: "stops at once" },
    { value: "3600", label: "works for an hour more" },
    { value: "86400", label: "works for a day more" },
    { value: "604800", label: "works for seven days more" },
];

// With `takes_over` it becomes the key of whoever presses, and nobody keeps the old secret.
export function RotateKey({
    row,
    takes_over,
    onClose,
    onMade,
}: Omit<ActProps, "onDone"> & { takes_over: boolean; onMade: (made: MadeKey) => void }) {
    const [grace, setGrace] = useState("0");
    const rotate = useAction("POST", "/api/organizations/{organization}/keys/{key}/rotate");
    const submit = async (event: Event) => {
        event.preventDefault();
        const answer = await rotate.run({
            path: pathOf(row),
            body: takes_over ? { creator_user_id: me.value!.user.id } : { grace_seconds: Number(grace) },
            ifMatch: row.version,
        });
        if (answer.ok) onMade({ ...answer.value, problem: null });
    };
    return (
        <Dialog title={takes_over ? `Take over ${row.name}` : `New secret for ${row.name}`} onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <p>
                    Name, limits, rules and usage stay.{" "}
                    {takes_over
                        ? "The key becomes yours, with another secret. The old one stops at once."
                        : "The new secret is shown once."}
                </p>
                {!takes_over && <Select label="The old secret" value={grace} onChange={setGrace} choices={kGraces} />}
                {rotate.error && <ErrorNotice error={rotate.error} />}
                <DialogActions
                    submit={takes_over ? "Take it over" : "Make a new secret"}
                    busy={rotate.busy}
                    onCancel={onClose}
                />
            </form>
        </Dialog>
    );
}

export function KeySecret({ made, rotated, onClose }: { made: MadeKey; rotated: boolean; onClose: () => void }) {
    const manages = made.data.kind === "management";
    const [model] = useModels(!manages).chats;
    const snippets = manages
        ? [{ label: "curl", text: managementSnippet(made.key) }]
        : [
              { label: "Python", text: pythonSnippet(made.key, model) },
              { label: "curl", text: curlSnippet(made.key, model) },
          ];
    return (
        <SecretDialog
            title={rotated ? `The new secret of ${made.data.name}` : `Your new key: ${made.data.name}`}
            secret={made.key}
            snippets={snippets}
            about={
                <>
                    Copy it now: it is shown this once. Whoever has it can spend this organization's credit.
                    {made.problem && <Notice tone="bad">{made.problem}</Notice>}
                </>
            }
            onClose={onClose}
        />
    );
}

export function HandOverKey({ row, onClose, onDone }: ActProps) {
    const members = useAllMembers(true);
    const [chosen, setChosen] = useState("");
    const change = useAction("PATCH", "/api/organizations/{organization}/keys/{key}");
    const others = (members.rows ?? []).filter((one) => one.user_id !== row.creator_user_id && one.status === "active");
    const to = chosen || (others[0]?.user_id ?? "");
    const submit = async (event: Event) => {
        event.preventDefault();
        if (to === "") return;
        const answer = await change.run({ path: pathOf(row), body: { creator_user_id: to }, ifMatch: row.version });
        if (!answer.ok) return;
        showToast(`${row.name} is handed over.`, "good");
        onDone();
    };
    return (
        <Dialog title={`Hand ${row.name} over`} onClose={onClose}>
            {members.rows === null ? (
                <Skeleton />
            ) : (
                <form class="form" onSubmit={submit}>
                    <p>
                        From now on it spends for its new maker, whose budget holds. What was spent before stays where
                        it was. Whoever knows the secret knows it still: make a new one afterwards.
                    </p>
                    <Select
                        label="New maker"
                        value={to}
                        onChange={setChosen}
                        choices={others.map((one) => ({ value: one.user_id, label: `${one.name} (${one.email})` }))}
                    />
                    {change.error && <ErrorNotice error={change.error} />}
                    <DialogActions
                        submit="Hand it over"
                        busy={change.busy}
                        onCancel={onClose}
                        whyNot={to === "" ? "There is no other active member" : null}
                    />
                </form>
            )}
        </Dialog>
    );
}

export function SwitchKey({ row, onClose, onDone }: ActProps) {
    const change = useAction("PATCH", "/api/organizations/{organization}/keys/{key}");
    const act = () =>
        carryOut(
            change.run({ path: pathOf(row), body: { disabled: !row.disabled }, ifMatch: row.version }),
            row.disabled ? `${row.name} works again.` : `${row.name} is disabled.`,
            onDone,
        );
    return (
        <ConfirmDialog
            title={row.disabled ? `Enable ${row.name}` : `Disable ${row.name}`}
            confirm={row.disabled ? "Enable the key" : "Disable the key"}
            danger={!row.disabled}
            act={act}
            onClose={onClose}
        >
            {row.disabled
                ? "Whoever has its secret can use it again."
                : "Requests with it fail from now on, with 401. You can enable it again."}
        </ConfirmDialog>
    );
}

export function DeleteKey({ row, onClose, onDone }: ActProps) {
    const remove = useAction("DELETE", "/api/organizations/{organization}/keys/{key}");
    const act = () =>
        carryOut(remove.run({ path: pathOf(row), ifMatch: row.version }), `${row.name} is deleted.`, onDone);
    return (
        <ConfirmDialog
            title={`Delete ${row.name}`}
            confirm="Delete the key"
            name={row.name}
            act={act}
            onClose={onClose}
        >
            Requests with it fail from now on, and nothing brings it back. Its usage stays in the reports.
            {!isMine(row) && " It is somebody else's key."}
        </ConfirmDialog>
    );
}
