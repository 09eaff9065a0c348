// The limits of an organization, a project or a member: what is spent and left of them, and the fields that change them.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAction, useQuery } from "../api/use_call";
import { organizationId } from "../router";
import { Dialog, DialogActions } from "./dialog";
import {
    BudgetFields,
    draftOf,
    LimitsFacts,
    RateFields,
    readLimits,
    type LimitsState,
    type Problems,
} from "./limit_fields";
import { ErrorNotice, Skeleton } from "./notice";
import { useUnsaved } from "./unsaved";

// One shape at each of them.
type Path = "/api/organizations/{organization}/limits";
export type LimitsPath =
    | Path
    | "/api/organizations/{organization}/projects/{project}/limits"
    | "/api/organizations/{organization}/members/{member}/limits";

interface LimitsProps {
    path: LimitsPath;
    of?: Record<string, string>; // the further fields of the path
    onDone: () => void;
    onClose?: () => void;
}

export function LimitsDialog({
    title,
    children,
    ...rest
}: LimitsProps & { title: string; children?: ComponentChildren }) {
    return (
        <Dialog title={title} onClose={rest.onClose!}>
            {children && <p class="soft">{children}</p>}
            <LimitsForm {...rest} />
        </Dialog>
    );
}

export function LimitsForm({ path, of = {}, onDone, onClose, whyNot }: LimitsProps & { whyNot?: string | null }) {
    const fields = { organization: organizationId.value!, ...of };
    const limits = useQuery(path as Path, { path: fields });
    if (limits.error) return <ErrorNotice error={limits.error} retry={limits.reload} />;
    if (limits.value === null) return <Skeleton lines={5} />;
    return (
        <Loaded
            key={limits.value.version}
            path={path as Path}
            fields={fields}
            state={limits.value}
            onClose={onClose}
            whyNot={whyNot}
            onDone={() => {
                if (!onClose) limits.reload();
                onDone();
            }}
        />
    );
}

function Loaded({
    path,
    fields,
    state,
    onDone,
    onClose,
    whyNot,
}: Omit<LimitsProps, "path" | "of"> & {
    path: Path;
    fields: { organization: string };
    state: LimitsState;
    whyNot?: string | null;
}) {
    const [draft, setDraft] = useState(() => draftOf(state));
    useUnsaved(!onClose && JSON.stringify(draft) !== JSON.stringify(draftOf(state))); // a dialog sees to it itself
    const [problems, setProblems] = useState<Problems>({});
    const change = useAction("PATCH", path);
    const submit = async (event: Event) => {
        event.preventDefault();
        if (whyNot) return;
        const read = readLimits(draft, state);
        setProblems(read.problems);
        if (Object.keys(read.problems).length > 0) return;
        if (Object.keys(read.change).length > 0) {
            const answer = await change.run({ path: fields, body: read.change, ifMatch: state.version });
            if (!answer.ok) return;
        }
        onDone();
    };
    const problem = (name: string) => problems[name] ?? change.fieldError(name);
    return (
        <form class="form" onSubmit={submit}>
            <LimitsFacts state={state} />
            <BudgetFields draft={draft} onChange={setDraft} problem={problem} />
            <RateFields draft={draft} onChange={setDraft} problem={problem} />
            {change.error && !(change.error.field && change.error.field in draft) && (
                <ErrorNotice error={change.error} />
            )}
            <DialogActions submit="Save the limits" busy={change.busy} onCancel={onClose} whyNot={whyNot} />
        </form>
    );
}
