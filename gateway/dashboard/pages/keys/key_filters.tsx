// The filters of the list of keys, in the URL, and the dialog that chooses them.
import { useState } from "preact/hooks";
import { memberName, useAllMembers, useProjects, type Member, type Project } from "../../api/members";
import { Button } from "../../components/button";
import { Dialog, DialogActions } from "../../components/dialog";
import { Select } from "../../components/field";
import { Icon } from "../../components/icon";
import { query, setQuery } from "../../router";
import { managesAll } from "./key";

export interface KeyFilters {
    project_id?: string;
    member_id?: string;
    state?: string; // active or disabled
}
const kStates = [
    { value: "", label: "All" },
    { value: "active", label: "Enabled" },
    { value: "disabled", label: "Disabled" },
];

export function chosenKeyFilters(): KeyFilters {
    const { project_id, member_id, state } = query.value;
    return { project_id, member_id, state: kStates.some((one) => one.value === state) ? state : undefined };
}

// As the API has them.
export function keyQuery({ project_id, member_id, state }: KeyFilters) {
    return {
        project_id,
        creator_user_id: member_id,
        disabled: state ? (String(state === "disabled") as "true" | "false") : undefined,
    };
}

export function KeyFilterBar({
    projects,
    members,
}: {
    projects: readonly Project[] | null;
    members: readonly Member[] | null;
}) {
    const [open, setOpen] = useState(false);
    const { project_id, member_id, state } = chosenKeyFilters();
    const chips: [keyof KeyFilters, string][] = [];
    if (project_id)
        chips.push(["project_id", `Project: ${projects?.find((one) => one.id === project_id)?.name ?? "…"}`]);
    if (member_id) chips.push(["member_id", `Made by: ${memberName(members, member_id)}`]);
    if (state) chips.push(["state", kStates.find((one) => one.value === state)!.label]);
    return (
        <div class="row feed-bar" role="group" aria-label="Filters">
            <Button onClick={() => setOpen(true)} icon="plus">
                Filter
            </Button>
            {chips.map(([name, label]) => (
                <button
                    key={name}
                    type="button"
                    class="button"
                    aria-label={`Remove the filter ${label}`}
                    onClick={() => setQuery({ [name]: null })}
                >
                    {label} <Icon name="close" />
                </button>
            ))}
            {open && <FilterDialog onClose={() => setOpen(false)} />}
        </div>
    );
}

function FilterDialog({ onClose }: { onClose: () => void }) {
    const projects = useProjects(true);
    const members = useAllMembers(managesAll());
    const [chosen, setChosen] = useState(chosenKeyFilters());
    const submit = (event: Event) => {
        event.preventDefault();
        setQuery({ project_id: null, member_id: null, state: null, ...chosen });
        onClose();
    };
    return (
        <Dialog title="Filter keys" onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <Select
                    label="Project"
                    value={chosen.project_id ?? ""}
                    onChange={(project_id) => setChosen({ ...chosen, project_id })}
                    choices={[
                        { value: "", label: "All" },
                        ...(projects.rows ?? []).map((one) => ({ value: one.id, label: one.name })),
                    ]}
                />
                {managesAll() && (
                    <Select
                        label="Made by"
                        value={chosen.member_id ?? ""}
                        onChange={(member_id) => setChosen({ ...chosen, member_id })}
                        choices={[
                            { value: "", label: "Anybody" },
                            ...(members.rows ?? []).map((one) => ({
                                value: one.user_id,
                                label: `${one.name} (${one.email})`,
                            })),
                        ]}
                    />
                )}
                <Select
                    label="State"
                    value={chosen.state ?? ""}
                    onChange={(state) => setChosen({ ...chosen, state })}
                    choices={kStates}
                />
                <DialogActions submit="Show" onCancel={onClose} />
            </form>
        </Dialog>
    );
}
