// The organization's projects: keys, limits and usage of each are kept apart.
import { useState } from "preact/hooks";
import { compareDecimals } from "../../api/decimal";
import type { Project } from "../../api/members";
import { may, membership, whyNot } from "../../api/organization";
import { useList, useQuery } from "../../api/use_call";
import { Button } from "../../components/button";
import { BareSelect } from "../../components/field";
import { LimitsDialog } from "../../components/limits_dialog";
import { Menu, type MenuItem } from "../../components/menu";
import { Money } from "../../components/money";
import { Name } from "../../components/name";
import { Badge, EmptyState } from "../../components/notice";
import { PageHead } from "../../components/page";
import { readRange } from "../../components/range";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { showToast } from "../../components/toast";
import { organizationId, pageHref, query, setQuery } from "../../router";
import { modeWords } from "./project";
import { ArchiveProject, DeleteProject, EditProject, MakeDefault } from "./project_dialogs";

type Act = "change" | "limits" | "default" | "archive" | "delete";

const kStates = [
    { value: "", label: "In use" },
    { value: "archived", label: "Archived" },
    { value: "all", label: "All" },
];

// What each spent since the viewer's month began: the same sum as that of the feed that it links to.
function useSpending(organization: string) {
    const [opened] = useState(() => new Date());
    const { from, to } = readRange({ range: "month" }, "month", opened);
    const report = useQuery(
        "/api/organizations/{organization}/analytics",
        membership.value !== null && may("see_activity")
            ? {
                  path: { organization },
                  query: { group_by: "project", from: from.toISOString(), to: to.toISOString() },
              }
            : null,
    );
    const known = report.value;
    return (project: Project) =>
        known === null ? null : (known.data.find((row) => row.project_id === project.id)?.charged ?? 0);
}

export function ProjectsPage() {
    const organization = organizationId.value!;
    const state = kStates.find((one) => one.value === query.value.state)?.value ?? "";
    const projects = useList("/api/organizations/{organization}/projects", {
        path: { organization },
        query: state === "all" ? {} : { archived: state === "archived" ? "true" : "false" },
    });
    const spent = useSpending(organization);
    const [act, setAct] = useState<{ what: Act; row: Project } | null>(null);
    const creating = query.value.new === "project" && may("manage_projects");
    const create = (on: boolean) => setQuery({ new: on ? "project" : null });
    const end = () => setAct(null);
    const done = () => {
        end();
        projects.reload();
    };
    const itemsOf = (row: Project): MenuItem[] => {
        const manage = whyNot("manage_projects");
        const item = (what: Act, label: string, more: Partial<MenuItem> = {}): MenuItem => ({
            label,
            onChoose: () => setAct({ what, row }),
            whyNot: manage,
            ...more,
        });
        const standard = row.is_default ? "It is the default project. Make another one the default first." : null;
        return [
            { label: "Requests", href: pageHref("activity", { project_id: row.id }), icon: "activity" },
            { label: "Keys", href: pageHref("keys", { project_id: row.id }), icon: "key" },
            item("change", "Change…", { icon: "settings" }),
            item("limits", "Limits…", { icon: "shield", whyNot: whyNot("manage_limits") }),
            item("default", "Make it the default…", {
                icon: "check",
                whyNot: manage ?? (row.archived ? "It is archived." : row.is_default ? "It is the default." : null),
            }),
            item("archive", row.archived ? "Bring back…" : "Archive…", { icon: "archive", whyNot: manage ?? standard }),
            item("delete", "Delete…", {
                icon: "trash",
                danger: true,
                whyNot: manage ?? standard ?? (row.archived ? null : "Archive it first."),
            }),
        ];
    };
    const columns: Column<Project>[] = [
        {
            key: "name",
            name: "Name",
            heads: true,
            show: (row) => (
                <span class="row">
                    <a href={pageHref("keys", { project_id: row.id })}>
                        <Name text={row.name} />
                    </a>
                    {row.is_default && <Badge tone="note">Default</Badge>}
                    {row.archived && <Badge tone="warn">Archived</Badge>}
                </span>
            ),
            sort: (one, other) => one.name.localeCompare(other.name),
        },
        { key: "mode", name: "Requests go with", show: (row) => modeWords(row.mode) },
        {
            key: "spent",
            name: "Spent this month",
            end: true,
            show: (row) => (
                <a href={pageHref("activity", { project_id: row.id, range: "month" })}>
                    <Money value={spent(row)} />
                    <span class="visually-hidden"> by requests of {row.name}</span>
                </a>
            ),
            sort: (one, other) => compareDecimals(spent(one) ?? 0, spent(other) ?? 0),
        },
        { key: "made", name: "Made", show: (row) => <Time value={row.created_at} look="date" /> },
    ];
    const newProject = (
        <Button look="primary" icon="plus" onClick={() => create(true)} whyNot={whyNot("manage_projects")}>
            New project
        </Button>
    );
    return (
        <>
            <PageHead title="Projects" actions={newProject}>
                Each has its own keys and limits, and spends the organization's credit.
            </PageHead>
            <div class="row feed-bar range">
                <BareSelect
                    name="Filter by state"
                    value={state}
                    choices={kStates}
                    onChange={(value) => setQuery({ state: value })}
                />
            </div>
            <Table
                label="Projects"
                columns={columns}
                {...projects}
                rowKey={(row) => row.id}
                actions={(row) => <Menu label={`What to do with ${row.name}`} items={itemsOf(row)} />}
                empty={
                    <EmptyState title={state === "archived" ? "No project is archived" : "No project yet"}>
                        {state === "archived"
                            ? "What is not needed any more is archived, and can then be deleted."
                            : "Make one for what is to have keys, limits and reports of its own."}
                    </EmptyState>
                }
            />
            {creating && (
                <EditProject
                    row={null}
                    onClose={() => create(false)}
                    onDone={() => {
                        create(false);
                        projects.reload();
                    }}
                />
            )}
            {act?.what === "change" && <EditProject row={act.row} onClose={end} onDone={done} />}
            {act?.what === "archive" && <ArchiveProject row={act.row} onClose={end} onDone={done} />}
            {act?.what === "default" && <MakeDefault row={act.row} onClose={end} onDone={done} />}
            {act?.what === "delete" && <DeleteProject row={act.row} onClose={end} onDone={done} />}
            {act?.what === "limits" && (
                <LimitsDialog
                    title={`Limits of ${act.row.name}`}
                    path="/api/organizations/{organization}/projects/{project}/limits"
                    of={{ project: act.row.id }}
                    onClose={end}
                    onDone={() => {
                        showToast(`The limits of ${act.row.name} are saved.`, "good");
                        done();
                    }}
                >
                    They hold for all its keys together.
                </LimitsDialog>
            )}
        </>
    );
}
