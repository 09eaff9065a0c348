// A project is made, changed, put away and deleted.
import { useState } from "preact/hooks";
import type { Project } from "../../api/members";
import { useAction } from "../../api/use_call";
import { ConfirmDialog, carryOut } from "../../components/confirm_dialog";
import { Dialog, DialogActions } from "../../components/dialog";
import { Select, TextField } from "../../components/field";
import { ErrorNotice } from "../../components/notice";
import { showToast } from "../../components/toast";
import { organizationId } from "../../router";
import { kModes, type Mode } from "./project";

interface ActProps {
    row: Project;
    onClose: () => void;
    onDone: () => void;
}

const pathOf = (row: Project) => ({ organization: organizationId.value!, project: row.id });

// Without a row it makes one.
export function EditProject({ row, onClose, onDone }: { row: Project | null } & Omit<ActProps, "row">) {
    const [name, setName] = useState(row?.name ?? "");
    const [mode, setMode] = useState<Mode>(row?.mode ?? "credits");
    const [problem, setProblem] = useState<string | null>(null);
    const create = useAction("POST", "/api/organizations/{organization}/projects");
    const change = useAction("PATCH", "/api/organizations/{organization}/projects/{project}");
    const { busy, error, fieldError } = row === null ? create : change;
    const submit = async (event: Event) => {
        event.preventDefault();
        const text = name.trim();
        setProblem(text === "" ? "It needs a name." : null);
        if (text === "") return;
        const answer =
            row === null
                ? await create.run({ path: { organization: organizationId.value! }, body: { name: text, mode } })
                : await change.run({
                      path: pathOf(row),
                      body: { ...(text === row.name ? {} : { name: text }), ...(mode === row.mode ? {} : { mode }) },
                      ifMatch: row.version,
                  });
        if (!answer.ok) return;
        showToast(row === null ? `${text} is made.` : `${text} is changed.`, "good");
        onDone();
    };
    return (
        <Dialog title={row === null ? "New project" : `Change ${row.name}`} onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <TextField
                    label="Name"
                    value={name}
                    onInput={setName}
                    maxLength={100}
                    hint="Keys, limits and reports are kept apart by project."
                    error={problem ?? fieldError("name")}
                />
                <Select
                    label="Its requests go with"
                    value={mode}
                    onChange={(value) => setMode(value as Mode)}
                    choices={kModes}
                    error={fieldError("mode")}
                />
                <ErrorNotice error={error} besides={["name", "mode"]} />
                <DialogActions submit={row === null ? "Make the project" : "Save"} busy={busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}

export function ArchiveProject({ row, onClose, onDone }: ActProps) {
    const change = useAction("PATCH", "/api/organizations/{organization}/projects/{project}");
    const act = () =>
        carryOut(
            change.run({ path: pathOf(row), body: { archived: !row.archived }, ifMatch: row.version }),
            row.archived ? `${row.name} is back.` : `${row.name} is archived.`,
            onDone,
        );
    return (
        <ConfirmDialog
            title={row.archived ? `Bring ${row.name} back` : `Archive ${row.name}`}
            confirm={row.archived ? "Bring it back" : "Archive"}
            danger={!row.archived}
            act={act}
            onClose={onClose}
        >
            {row.archived
                ? "Its keys work again, but for those that were disabled otherwise."
                : "Its keys are disabled until you bring it back. Its usage stays in the reports."}
        </ConfirmDialog>
    );
}

export function MakeDefault({ row, onClose, onDone }: ActProps) {
    const make = useAction("POST", "/api/organizations/{organization}/projects/{project}/default");
    const act = () =>
        carryOut(make.run({ path: pathOf(row), ifMatch: row.version }), `${row.name} is the default project.`, onDone);
    return (
        <ConfirmDialog
            title={`Make ${row.name} the default`}
            confirm="Make it the default"
            danger={false}
            act={act}
            onClose={onClose}
        >
            Keys that name no project are made in it, and requests by personal tokens and of the playground count there.
        </ConfirmDialog>
    );
}

export function DeleteProject({ row, onClose, onDone }: ActProps) {
    const remove = useAction("DELETE", "/api/organizations/{organization}/projects/{project}");
    const act = () =>
        carryOut(remove.run({ path: pathOf(row), ifMatch: row.version }), `${row.name} is deleted.`, onDone);
    return (
        <ConfirmDialog
            title={`Delete ${row.name}`}
            confirm="Delete the project"
            name={row.name}
            act={act}
            onClose={onClose}
        >
            Its keys are deleted with it, and nothing brings them back. Reports keep the names of both.
        </ConfirmDialog>
    );
}
