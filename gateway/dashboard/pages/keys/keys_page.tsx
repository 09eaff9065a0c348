// The organization's API keys: what each may spend and has spent, and everything that is done to one.
import { useState } from "preact/hooks";
import { useAllMembers, useProjects } from "../../api/members";
import { membership, whyNot } from "../../api/organization";
import { useList } from "../../api/use_call";
import { Button } from "../../components/button";
import { Menu, type MenuItem } from "../../components/menu";
import { EmptyState } from "../../components/notice";
import { PageHead } from "../../components/page";
import { Table } from "../../components/table";
import { organizationId, pageHref, query, setQuery } from "../../router";
import { ChangeKey, CreateKey, type MadeKey } from "./edit_key";
import { actsForMaker, isMine, managesAll, whyNotRotate, type Key } from "./key";
import { keyColumns } from "./key_columns";
import { DeleteKey, HandOverKey, KeySecret, RotateKey, SwitchKey } from "./key_dialogs";
import { chosenKeyFilters, KeyFilterBar, keyQuery } from "./key_filters";
import { KeyPanel } from "./key_panel";

type Act = "change" | "rotate" | "take_over" | "hand_over" | "switch" | "delete";

export function KeysPage() {
    const organization = organizationId.value!;
    const filters = chosenKeyFilters();
    const filtered = Object.values(filters).some((one) => one !== undefined);
    const chosen = query.value.key ?? null;
    const known = membership.value !== null;
    const keys = useList(
        "/api/organizations/{organization}/keys",
        known ? { path: { organization }, query: keyQuery(filters) } : null,
    );
    // Names where the page shows them: whose keys they are to who sees those of others, projects where one is looked at.
    const members = useAllMembers(known && managesAll());
    const projects = useProjects(known && (!managesAll() || filters.project_id !== undefined || chosen !== null));
    const [act, setAct] = useState<{ what: Act; row: Key } | null>(null);
    const [made, setMade] = useState<(MadeKey & { rotated: boolean }) | null>(null);
    const creating = query.value.new === "key" && known && whyNot("create_keys") === null;

    const open = (row: Key | null) => setQuery({ key: row?.hash ?? null }, chosen !== null ? "replace" : "push");
    const create = (on: boolean) => setQuery({ new: on ? "key" : null });
    const end = () => setAct(null);
    const done = () => {
        end();
        keys.reload();
    };
    const noteMade = (one: MadeKey, rotated: boolean) => {
        end();
        if (!rotated) create(false);
        setMade({ ...one, rotated });
        keys.reload();
    };
    const itemsOf = (row: Key): MenuItem[] => {
        const item = (what: Act, label: string, more: Partial<MenuItem> = {}): MenuItem => ({
            label,
            onChoose: () => setAct({ what, row }),
            whyNot: whyNot("manage_keys"),
            ...more,
        });
        const takesOver = actsForMaker(row) && !isMine(row);
        return [
            { label: "Requests", href: pageHref("activity", { key: row.hash }), icon: "activity" },
            item("change", "Change…", { icon: "settings" }),
            item("rotate", "New secret…", { icon: "refresh", whyNot: whyNot("manage_keys") ?? whyNotRotate(row) }),
            ...(takesOver ? [item("take_over", "Take over…", { icon: "person" })] : []),
            ...(managesAll() && !actsForMaker(row) ? [item("hand_over", "Hand over…", { icon: "people" })] : []),
            item("switch", row.disabled ? "Enable…" : "Disable…", { icon: row.disabled ? "play" : "pause" }),
            item("delete", "Delete…", { icon: "trash", danger: true }),
        ];
    };
    const newKey = (
        <Button look="primary" icon="plus" onClick={() => create(true)} whyNot={whyNot("create_keys")}>
            New key
        </Button>
    );
    return (
        <>
            <PageHead title="API keys" actions={newKey}>
                {managesAll() ? "All keys of the organization." : "The keys that you made here."} What they spend is the
                organization's.
            </PageHead>
            <KeyFilterBar projects={projects.rows} members={members.rows} />
            <div class="with-side" data-open={chosen !== null ? "" : undefined}>
                <Table
                    label="API keys"
                    columns={keyColumns(projects.rows, members.rows)}
                    {...keys}
                    rowKey={(row) => row.hash}
                    chosen={chosen}
                    onChoose={open}
                    actions={(row) => <Menu label={`What to do with ${row.name}`} items={itemsOf(row)} />}
                    empty={
                        filtered ? (
                            <EmptyState title="No key matches">Take a filter away.</EmptyState>
                        ) : (
                            <EmptyState title="No key yet" action={newKey}>
                                Programs call models with a key. Make one for each, so that you can limit it and see
                                what it costs.
                            </EmptyState>
                        )
                    }
                />
                {chosen !== null && (
                    <KeyPanel
                        hash={chosen}
                        row={keys.rows?.find((one) => one.hash === chosen) ?? null}
                        projects={projects.rows}
                        members={members.rows}
                        actions={itemsOf}
                        onClose={() => open(null)}
                    />
                )}
            </div>
            {creating && <CreateKey onMade={(one) => noteMade(one, false)} onClose={() => create(false)} />}
            {act?.what === "change" && <ChangeKey row={act.row} onClose={end} onDone={done} />}
            {(act?.what === "rotate" || act?.what === "take_over") && (
                <RotateKey
                    row={act.row}
                    takes_over={act.what === "take_over"}
                    onClose={end}
                    onMade={(one) => noteMade(one, true)}
                />
            )}
            {act?.what === "hand_over" && <HandOverKey row={act.row} onClose={end} onDone={done} />}
            {act?.what === "switch" && <SwitchKey row={act.row} onClose={end} onDone={done} />}
            {act?.what === "delete" && (
                <DeleteKey
                    row={act.row}
                    onClose={end}
                    onDone={() => {
                        if (chosen === act.row.hash) open(null);
                        done();
                    }}
                />
            )}
            {made && <KeySecret made={made} rotated={made.rotated} onClose={() => setMade(null)} />}
        </>
    );
}
