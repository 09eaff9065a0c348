// The changes, newest first: filters, range and the change that is shown beside are in the URL.
import { useState } from "preact/hooks";
import { useAllMembers, type Member } from "../../api/members";
import { may } from "../../api/organization";
import { useList } from "../../api/use_call";
import { Button } from "../../components/button";
import { CsvButton } from "../../components/csv_button";
import { Dialog, DialogActions } from "../../components/dialog";
import { DiffView } from "../../components/diff_view";
import { Facts } from "../../components/facts";
import { TextField } from "../../components/field";
import { Icon } from "../../components/icon";
import { EmptyState } from "../../components/notice";
import { rangeInUrl, setPreset } from "../../components/range";
import { RangePicker } from "../../components/range_picker";
import { SidePanel } from "../../components/side_panel";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { organizationId, query, setQuery } from "../../router";
import { actorWords } from "./actor";
import { actWords, kActWords } from "./act_words";
import { auditOf } from "./audit_of";
import { Sentence, targetName, type Entry } from "./sentence";

const columnsFor = (members: readonly Member[] | null): readonly Column<Entry>[] => [
    { key: "actor", name: "Who", show: (row) => actorWords(row.actor, row.actor_name) },
    { key: "action", name: "What", heads: true, show: (row) => <Sentence entry={row} members={members} /> },
    { key: "time", name: "Time", show: (row) => <Time value={row.created_at} look="seconds" /> },
];

export function Changes() {
    const { path, fields } = auditOf("");
    const [opened, setOpened] = useState(() => new Date());
    const [filtering, setFiltering] = useState(false);
    const range = rangeInUrl("30d", opened);
    const { action, actor, change } = query.value;
    const filters = { action, actor, from: range.from.toISOString(), to: range.to.toISOString() };
    const changes = useList(path, { path: fields, query: filters });
    const members = useAllMembers(organizationId.value !== null && may("see_members")).rows;
    const rows = changes.rows;
    const at = rows?.findIndex((row) => String(row.change) === change) ?? -1;
    const show = (row: Entry | null) =>
        setQuery({ change: row?.change ?? null }, change === undefined || row === null ? "push" : "replace");
    const nameOf = (wanted: string) =>
        actorWords(wanted, rows?.find((row) => row.actor === wanted)?.actor_name ?? null);
    return (
        <>
            <div class="row feed-bar">
                <div class="row" role="group" aria-label="Filters">
                    <Button icon="plus" onClick={() => setFiltering(true)}>
                        Filter
                    </Button>
                    {actor && <Chip name="actor" label={`Who: ${nameOf(actor)}`} />}
                    {action && <Chip name="action" label={`What: ${actWords(action)}`} />}
                </div>
                <span class="grow" />
                <RangePicker
                    range={range}
                    onRefresh={() => {
                        setOpened(new Date());
                        changes.reload();
                    }}
                />
                <CsvButton
                    path={path}
                    fields={fields}
                    query={filters}
                    name={`audit-${filters.from.slice(0, 10)}.csv`}
                />
            </div>
            <div class="with-side" data-open={at >= 0 ? "" : undefined}>
                <Table
                    label="Changes"
                    columns={columnsFor(members)}
                    rows={rows}
                    rowKey={(row) => String(row.change)}
                    error={changes.error}
                    loading={changes.loading}
                    more={changes.more}
                    reload={changes.reload}
                    chosen={change ?? null}
                    onChoose={show}
                    actions={(row) => (
                        <Button
                            look="quiet"
                            icon="arrow_right"
                            label={`Show change ${row.change}`}
                            onClick={() => show(row)}
                        />
                    )}
                    empty={
                        <EmptyState
                            title="No change matches"
                            action={<Button onClick={() => setPreset("90d")}>Look at 90 days</Button>}
                        >
                            Take a filter away, or choose a longer time.
                        </EmptyState>
                    }
                />
                {rows !== null && at >= 0 && (
                    <ChangePanel
                        row={rows[at]!}
                        members={members}
                        newer={rows[at - 1] ?? null}
                        older={rows[at + 1] ?? null}
                        onShow={show}
                    />
                )}
            </div>
            {filtering && <FilterDialog rows={rows ?? []} onClose={() => setFiltering(false)} />}
        </>
    );
}

function Chip({ name, label }: { name: string; label: string }) {
    return (
        <button
            type="button"
            class="button"
            aria-label={`Remove the filter ${label}`}
            onClick={() => setQuery({ [name]: null })}
        >
            {label} <Icon name="close" />
        </button>
    );
}

const unique = (values: readonly string[]) => [...new Set(values)].sort();

function FilterDialog({ rows, onClose }: { rows: readonly Entry[]; onClose: () => void }) {
    const [action, setAction] = useState(query.value.action ?? "");
    const [actor, setActor] = useState(query.value.actor ?? "");
    const submit = (event: Event) => {
        event.preventDefault();
        setQuery({ action: action.trim(), actor: actor.trim(), change: null });
        onClose();
    };
    return (
        <Dialog title="Filter changes" onClose={onClose} losesNothing>
            <form class="form" onSubmit={submit}>
                <TextField
                    label="What"
                    value={action}
                    onInput={setAction}
                    suggestions={Object.keys(kActWords)}
                    hint="As the API calls it, such as key.create. A change that is shown beside has a button for it."
                    mono
                />
                <TextField
                    label="Who"
                    value={actor}
                    onInput={setActor}
                    suggestions={unique(rows.map((row) => row.actor))}
                    hint="root, local, or user: or key: and an id. A change that is shown beside has a button for it."
                    mono
                />
                <DialogActions submit="Show" onCancel={onClose} />
            </form>
        </Dialog>
    );
}

interface PanelProps {
    row: Entry;
    members: readonly Member[] | null;
    newer: Entry | null;
    older: Entry | null;
    onShow: (row: Entry | null) => void;
}

function ChangePanel({ row, members, newer, older, onShow }: PanelProps) {
    return (
        <SidePanel
            label="Change"
            title={`${actWords(row.action)} ${targetName(row, members)}`}
            onClose={() => onShow(null)}
            actions={
                <>
                    <Button
                        look="quiet"
                        icon="chevron_up"
                        label="Newer change"
                        whyNot={newer ? null : "It is the first of this list"}
                        onClick={() => onShow(newer)}
                    />
                    <Button
                        look="quiet"
                        icon="chevron_down"
                        label="Older change"
                        whyNot={older ? null : "It is the last of this list"}
                        onClick={() => onShow(older)}
                    />
                </>
            }
        >
            <div class="stack">
                <Facts
                    rows={[
                        ["Time", <Time value={row.created_at} look="seconds" />],
                        ["Who", actorWords(row.actor, row.actor_name)],
                        ["Did", <code>{row.action}</code>],
                        ["As", <code>{row.actor}</code>],
                        ["By", <code>{row.via}</code>],
                        ["From", row.address],
                        ["To what", <code>{row.target}</code>],
                        ["Number", String(row.change)],
                    ]}
                />
                <div class="row">
                    <Button onClick={() => setQuery({ actor: row.actor, change: null })}>All by the same</Button>
                    <Button onClick={() => setQuery({ action: row.action, change: null })}>All of this kind</Button>
                </div>
                {row.documents.map((one) => (
                    <section key={one.document} class="field" aria-label={one.document}>
                        <h3>
                            <code>{one.document}</code>
                        </h3>
                        <DiffView before={one.before} after={one.after} />
                    </section>
                ))}
                {row.documents.length === 0 && <p class="soft">No stored document has changed.</p>}
            </div>
        </SidePanel>
    );
}
