// The dialogs that make a key and change one.
import { useState } from "preact/hooks";
import { useAllMembers, useProjects } from "../../api/members";
import type { ApiError } from "../../api/client";
import { may } from "../../api/organization";
import { useAction, useQuery } from "../../api/use_call";
import { Dialog, DialogActions } from "../../components/dialog";
import type { LimitsState, Problems } from "../../components/limit_fields";
import { ErrorNotice, Skeleton } from "../../components/notice";
import { showToast } from "../../components/toast";
import { organizationId } from "../../router";
import { managesAll, type Key } from "./key";
import { draftOfKey, newKeyDraft, readKey, type KeyDraft } from "./key_draft";
import { KeyFields } from "./key_form";

// Those whose errors stand beside them.
const kFields = ["name", "project_id", "kind", "creator_user_id", "limit", "limit_reset", "expires_at"];

export interface MadeKey {
    data: Key;
    key: string; // the plaintext
    problem: string | null; // of what was to follow
}

function elsewhere(error: ApiError | null): ApiError | null {
    return error !== null && !(error.field !== null && kFields.includes(error.field)) ? error : null;
}

export function CreateKey({ onMade, onClose }: { onMade: (made: MadeKey) => void; onClose: () => void }) {
    const projects = useProjects(true);
    const members = useAllMembers(managesAll());
    const [draft, setDraft] = useState<KeyDraft | null>(null);
    const [problems, setProblems] = useState<Problems>({});
    const create = useAction("POST", "/api/organizations/{organization}/keys");
    const limit = useAction("PATCH", "/api/organizations/{organization}/keys/{key}/limits");
    const organization = organizationId.value!;
    const standard = projects.rows?.find((one) => one.is_default)?.id ?? "";
    const shown = draft ?? newKeyDraft(standard);

    const submit = async (event: Event) => {
        event.preventDefault();
        const read = readKey(shown, null);
        setProblems(read.problems);
        if (Object.keys(read.problems).length > 0) return;
        const calls = shown.kind !== "management";
        const { limit: budget, limit_reset, rules, name, expires_at } = read.key;
        const answer = await create.run({
            path: { organization },
            body: {
                name: name!,
                expires_at,
                ...(calls ? { limit: budget, limit_reset, rules, project_id: shown.project_id || standard } : {}),
                ...(shown.kind === "inference" ? {} : { kind: shown.kind }),
                ...(shown.kind === "service" && shown.attributes ? { scopes: ["git:attribute"] } : {}),
                ...(shown.kind === "inference" && shown.maker ? { creator_user_id: shown.maker } : {}),
            },
        });
        if (!answer.ok) return;
        const made: MadeKey = { ...answer.value, problem: null };
        if (calls && Object.keys(read.rates).length > 0) {
            const limited = await limit.run({ path: { organization, key: made.data.hash }, body: read.rates });
            if (!limited.ok) made.problem = `The key was made, but has no rates: ${limited.error.message}`;
        }
        onMade(made);
    };
    return (
        <Dialog title="New API key" onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <KeyFields
                    draft={shown}
                    onChange={setDraft}
                    problem={(name) => problems[name] ?? create.fieldError(name)}
                    projects={projects.rows}
                    members={members.rows}
                />
                {elsewhere(create.error) && <ErrorNotice error={create.error!} />}
                <DialogActions submit="Make the key" busy={create.busy || limit.busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}

export function ChangeKey({ row, onClose, onDone }: { row: Key; onClose: () => void; onDone: () => void }) {
    const limits = useQuery("/api/organizations/{organization}/keys/{key}/limits", {
        path: { organization: organizationId.value!, key: row.hash },
    });
    return (
        <Dialog title={`Change ${row.name}`} onClose={onClose}>
            {limits.error ? (
                <ErrorNotice error={limits.error} retry={limits.reload} />
            ) : limits.value === null ? (
                <Skeleton lines={5} />
            ) : (
                <ChangeForm row={row} limits={limits.value} onClose={onClose} onDone={onDone} />
            )}
        </Dialog>
    );
}

function ChangeForm({
    row,
    limits,
    onClose,
    onDone,
}: {
    row: Key;
    limits: LimitsState;
    onClose: () => void;
    onDone: () => void;
}) {
    const [draft, setDraft] = useState(() => draftOfKey(row, limits));
    const [problems, setProblems] = useState<Problems>({});
    const change = useAction("PATCH", "/api/organizations/{organization}/keys/{key}");
    const limit = useAction("PATCH", "/api/organizations/{organization}/keys/{key}/limits");
    const path = { organization: organizationId.value!, key: row.hash };
    const submit = async (event: Event) => {
        event.preventDefault();
        const read = readKey(draft, { key: row, limits });
        setProblems(read.problems);
        if (Object.keys(read.problems).length > 0) return;
        let version = row.version;
        if (Object.keys(read.key).length > 0) {
            const answer = await change.run({ path, body: read.key, ifMatch: version });
            if (!answer.ok) return;
            version = answer.value.data.version;
        }
        if (may("manage_limits") && Object.keys(read.rates).length > 0) {
            const answer = await limit.run({ path, body: read.rates, ifMatch: version });
            if (!answer.ok) return;
        }
        showToast(`${draft.name} is changed.`, "good");
        onDone();
    };
    const error = elsewhere(change.error) ?? limit.error;
    return (
        <form class="form" onSubmit={submit}>
            <KeyFields
                draft={draft}
                onChange={setDraft}
                before={row}
                problem={(name) => problems[name] ?? change.fieldError(name) ?? limit.fieldError(name)}
            />
            {error && <ErrorNotice error={error} />}
            <DialogActions submit="Save" busy={change.busy || limit.busy} onCancel={onClose} />
        </form>
    );
}
