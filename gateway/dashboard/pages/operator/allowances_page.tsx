// Credit that comes anew in each window: given, paused, changed and ended by the operator.
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import { useList } from "../../api/use_call";
import { Button } from "../../components/button";
import { ConfirmDialog, carryOut } from "../../components/confirm_dialog";
import { Menu } from "../../components/menu";
import { Money } from "../../components/money";
import { Badge, EmptyState } from "../../components/notice";
import { PageHead } from "../../components/page";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { showToast } from "../../components/toast";
import { query, setQuery } from "../../router";
import { kIntervals } from "../credits/credit_lots";
import { nameOf, type Allowance } from "./allowance";
import { AllowanceDialog, NewAllowanceDialog } from "./allowance_dialogs";

export function OperatorAllowancesPage() {
    const list = useList("/api/allowances", {});
    const [ended, setEnded] = useState<Allowance | null>(null);
    const changed = list.rows?.find((one) => one.id === query.value.change) ?? null;
    const pause = async (one: Allowance, paused: boolean) => {
        const failed = await carryOut(
            call("PATCH", "/api/allowances/{allowance}", {
                path: { allowance: one.id },
                body: { paused },
                ifMatch: one.version,
            }),
            paused ? "It is paused: windows until it runs again are not granted later." : "It runs.",
            list.reload,
        );
        if (failed !== null) showToast(failed.message, "bad");
    };
    const end = (one: Allowance) =>
        carryOut(
            call("DELETE", "/api/allowances/{allowance}", { path: { allowance: one.id } }),
            "The allowance is deleted. What was granted stays.",
            list.reload,
        );
    return (
        <>
            <PageHead
                title="Allowances"
                actions={
                    <Button look="primary" icon="plus" onClick={() => setQuery({ new: "allowance" })}>
                        New allowance
                    </Button>
                }
            >
                Credit that an organization is granted in each window of UTC. What is left of it expires with the
                window.
            </PageHead>
            <Table
                label="Allowances"
                {...list}
                columns={kColumns}
                rowKey={(one) => one.id}
                actions={(one) => (
                    <Menu
                        label={`Actions of the allowance of ${nameOf(one)}`}
                        items={[
                            { label: "Change", icon: "settings", onChoose: () => setQuery({ change: one.id }) },
                            one.paused
                                ? { label: "Run again", icon: "play", onChoose: () => void pause(one, false) }
                                : { label: "Pause", icon: "pause", onChoose: () => void pause(one, true) },
                            { label: "Delete", icon: "trash", danger: true, onChoose: () => setEnded(one) },
                        ]}
                    />
                )}
                empty={
                    <EmptyState title="No allowance">Give an organization one that comes anew each month.</EmptyState>
                }
            />
            {query.value.new === "allowance" && (
                <NewAllowanceDialog onDone={list.reload} onClose={() => setQuery({ new: null })} />
            )}
            {changed && (
                <AllowanceDialog
                    key={changed.id}
                    of={changed}
                    onDone={list.reload}
                    onClose={() => setQuery({ change: null })}
                />
            )}
            {ended && (
                <ConfirmDialog
                    title={`Delete the allowance of ${nameOf(ended)}?`}
                    confirm="Delete"
                    act={() => end(ended)}
                    onClose={() => setEnded(null)}
                >
                    <p>Nothing is granted by it any more. Credit that it has granted stays, until its window ends.</p>
                </ConfirmDialog>
            )}
        </>
    );
}

function State({ of: one }: { of: Allowance }) {
    if (one.ends_at !== null && Date.parse(one.ends_at) <= Date.now()) return <Badge>Has ended</Badge>;
    if (one.paused) return <Badge tone="warn">Paused</Badge>;
    return Date.parse(one.starts_at) > Date.now() ? <Badge>Begins later</Badge> : <Badge tone="good">Runs</Badge>;
}

const kColumns: readonly Column<Allowance>[] = [
    { key: "organization", name: "Organization", heads: true, show: nameOf },
    { key: "amount", name: "Amount", end: true, show: (one) => <Money value={one.amount} /> },
    { key: "interval", name: "How often", show: (one) => kIntervals[one.interval] },
    { key: "state", name: "State", show: (one) => <State of={one} /> },
    { key: "starts", name: "Begins", show: (one) => <Time value={one.starts_at} look="date" /> },
    { key: "ends", name: "Ends", show: (one) => <Time value={one.ends_at} never="never" /> },
    { key: "until", name: "Granted until", show: (one) => <Time value={one.granted_until} never="not yet" /> },
    { key: "note", name: "Note", show: (one) => one.note ?? <span class="soft">–</span> },
];
