// Personal tokens: programs act as the person with them, in all organizations of his.
import { useState } from "preact/hooks";
import type { components } from "../../api/types";
import { useList } from "../../api/use_call";
import { Button } from "../../components/button";
import { Menu, type MenuItem } from "../../components/menu";
import { Name } from "../../components/name";
import { Badge, EmptyState } from "../../components/notice";
import { PageHead } from "../../components/page";
import { SecretDialog } from "../../components/secret_dialog";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { query, setQuery } from "../../router";
import { ChangeToken, CreateToken, DeleteToken, RotateToken, SwitchToken, type MadeToken } from "./token_dialogs";

export type Token = components["schemas"]["Token"];
type Act = "change" | "rotate" | "switch" | "delete";

function StateBadge({ row }: { row: Token }) {
    if (row.disabled) return <Badge tone="bad">Disabled</Badge>;
    if (row.expires_at !== null && new Date(row.expires_at) <= new Date()) return <Badge tone="bad">Expired</Badge>;
    return <Badge tone="good">Active</Badge>;
}

const kColumns: readonly Column<Token>[] = [
    {
        key: "name",
        name: "Name",
        heads: true,
        show: (row) => (
            <>
                <Name text={row.name} />
                <div class="soft small mono">{row.label}</div>
            </>
        ),
        sort: (one, other) => one.name.localeCompare(other.name),
    },
    {
        key: "scopes",
        name: "May",
        show: (row) => (
            <>
                {row.scopes.includes("*") ? "All that you may" : row.scopes.join(", ")}
                {!row.may_infer && <div class="soft small">calls no models</div>}
            </>
        ),
    },
    { key: "used", name: "Last used", show: (row) => <Time value={row.last_used_at} look="relative" never="Never" /> },
    { key: "expires", name: "Expires", show: (row) => <Time value={row.expires_at} never="Never" /> },
    { key: "state", name: "State", show: (row) => <StateBadge row={row} /> },
];

export function TokensPage() {
    const tokens = useList("/api/me/tokens", {});
    const [act, setAct] = useState<{ what: Act; row: Token } | null>(null);
    const [made, setMade] = useState<MadeToken | null>(null);
    const create = (on: boolean) => setQuery({ new: on ? "token" : null });
    const end = () => setAct(null);
    const done = () => {
        end();
        tokens.reload();
    };
    const noteMade = (one: MadeToken) => {
        end();
        create(false);
        setMade(one);
        tokens.reload();
    };
    const item = (row: Token, what: Act, label: string, more: Partial<MenuItem> = {}): MenuItem => ({
        label,
        onChoose: () => setAct({ what, row }),
        ...more,
    });
    const newToken = (
        <Button look="primary" icon="plus" onClick={() => create(true)}>
            New token
        </Button>
    );
    return (
        <>
            <PageHead title="Personal tokens" actions={newToken}>
                A program with one acts as you, in every organization of yours.
            </PageHead>
            <Table
                label="Personal tokens"
                columns={kColumns}
                {...tokens}
                rowKey={(row) => row.hash}
                actions={(row) => (
                    <Menu
                        label={`What to do with ${row.name}`}
                        items={[
                            item(row, "change", "Change…", { icon: "settings" }),
                            item(row, "rotate", "New secret…", { icon: "refresh" }),
                            item(row, "switch", row.disabled ? "Enable…" : "Disable…", {
                                icon: row.disabled ? "play" : "pause",
                            }),
                            item(row, "delete", "Delete…", { icon: "trash", danger: true }),
                        ]}
                    />
                )}
                empty={
                    <EmptyState title="No token yet" action={newToken}>
                        The command line and scripts of yours need one. Programs of a team better have a key.
                    </EmptyState>
                }
            />
            {query.value.new === "token" && <CreateToken onMade={noteMade} onClose={() => create(false)} />}
            {act?.what === "change" && <ChangeToken row={act.row} onClose={end} onDone={done} />}
            {act?.what === "rotate" && <RotateToken row={act.row} onClose={end} onMade={noteMade} />}
            {act?.what === "switch" && <SwitchToken row={act.row} onClose={end} onDone={done} />}
            {act?.what === "delete" && <DeleteToken row={act.row} onClose={end} onDone={done} />}
            {made && (
                <SecretDialog
                    title={`The token ${made.data.name}`}
                    secret={made.token}
                    about="Copy it now: it is shown this once. Whoever has it can do what it may as you."
                    onClose={() => setMade(null)}
                />
            )}
        </>
    );
}
