// Every movement of credit with the balance after it, by kind, state and time; and the same as CSV.
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import { may } from "../../api/organization";
import { isOperator, myOrganization } from "../../api/session";
import type { components } from "../../api/types";
import { useList } from "../../api/use_call";
import { Button } from "../../components/button";
import { CsvButton } from "../../components/csv_button";
import { BareSelect } from "../../components/field";
import { Money } from "../../components/money";
import { Badge, EmptyState } from "../../components/notice";
import { rangeInUrl } from "../../components/range";
import { RangePicker } from "../../components/range_picker";
import { Table, type Column } from "../../components/table";
import { Time, countText } from "../../components/time";
import { showToast } from "../../components/toast";
import { organizationId, query, setQuery } from "../../router";
import { actorWords } from "../audit/actor";

type Transaction = components["schemas"]["Transaction"];

const kPath = "/api/organizations/{organization}/transactions";
const kPageRows = 100;
export const kKinds: Record<string, string> = {
    purchase: "Purchase",
    grant: "Grant",
    transfer: "Transfer",
    expiry: "Expired",
    usage: "Usage",
    usage_refund: "Refund of a request",
    payment_refund: "Refund of a purchase",
    adjustment: "Adjustment",
};
const kStates: Record<Transaction["state"], string> = { done: "Done", pending: "Pending", cancelled: "Cancelled" };

export function Transactions({ onChange }: { onChange: () => void }) {
    const organization = organizationId.value!;
    const [opened, setOpened] = useState(() => new Date());
    const range = rangeInUrl("30d", opened);
    const { kind = "", state = "" } = query.value;
    const filters = {
        kind,
        state: state as Transaction["state"],
        from: range.from.toISOString(),
        to: range.to.toISOString(),
    };
    const list = useList(kPath, { path: { organization }, query: { ...filters, limit: kPageRows } });
    const settle = async (row: Transaction, how: "confirm" | "cancel") => {
        const answer = await call(
            "POST",
            `/api/organizations/{organization}/purchases/{purchase}/${how}` as "/api/organizations/{organization}/purchases/{purchase}/cancel",
            { path: { organization, purchase: row.id }, body: {}, asOperator: how === "confirm" },
        );
        if (!answer.ok) return showToast(answer.error.message, "bad");
        showToast(how === "confirm" ? "The purchase is credit now." : "The purchase is cancelled.", "good");
        list.reload();
        onChange();
    };
    const actions = (row: Transaction) =>
        row.kind === "purchase" &&
        row.state === "pending" && (
            <>
                {isOperator.value && <Button onClick={() => void settle(row, "confirm")}>Confirm</Button>}
                {may("purchase_credit") && <Button onClick={() => void settle(row, "cancel")}>Cancel</Button>}
            </>
        );
    const choices = (words: Record<string, string>, all: string) => [
        { value: "", label: all },
        ...Object.entries(words).map(([value, label]) => ({ value, label })),
    ];
    return (
        <>
            <div class="row feed-bar range">
                <BareSelect
                    name="Kind"
                    value={kind}
                    choices={choices(kKinds, "All kinds")}
                    onChange={(value) => setQuery({ kind: value })}
                />
                <BareSelect
                    name="State"
                    value={state}
                    choices={choices(kStates, "All states")}
                    onChange={(value) => setQuery({ state: value })}
                />
                <span class="grow" />
                <RangePicker
                    range={range}
                    onRefresh={() => {
                        setOpened(new Date());
                        list.reload();
                    }}
                />
                <CsvButton
                    path={kPath}
                    fields={{ organization }}
                    query={filters}
                    name={`transactions-${filters.from.slice(0, 10)}.csv`}
                />
            </div>
            <Table
                label="Transactions"
                {...list}
                columns={kColumns}
                rowKey={(row) => row.id}
                actions={actions}
                empty={
                    <EmptyState title="No credit moved in this time">
                        Choose a longer time or fewer filters. Without any credit, buy some, redeem a voucher, or ask
                        for it.
                    </EmptyState>
                }
            />
        </>
    );
}

const kColumns: readonly Column<Transaction>[] = [
    {
        key: "time",
        name: "Time",
        show: (row) =>
            row.kind === "usage" && row.date ? (
                <span class="number">{row.date} (UTC day)</span>
            ) : (
                <Time value={row.confirmed_at ?? row.created_at} />
            ),
    },
    { key: "kind", name: "Kind", heads: true, show: (row) => kKinds[row.kind] ?? row.kind },
    {
        key: "state",
        name: "State",
        show: (row) => (
            <Badge tone={row.state === "done" ? "good" : row.state === "pending" ? "warn" : undefined}>
                {kStates[row.state]}
            </Badge>
        ),
    },
    { key: "amount", name: "Amount", end: true, show: (row) => <Money value={row.amount} exact /> },
    { key: "balance", name: "Balance", end: true, show: (row) => <Money value={row.balance} exact /> },
    { key: "what", name: "What for", show: whatFor },
    { key: "actor", name: "By", show: by },
];

function whatFor(row: Transaction) {
    if (row.requests !== undefined) return `${countText(row.requests)} requests`;
    if (row.counterparty !== null) {
        const other = myOrganization(row.counterparty)?.name ?? row.counterparty.slice(0, 8) + "…";
        return `${String(row.amount).startsWith("-") ? "to" : "from"} ${other}${row.note ? `: ${row.note}` : ""}`;
    }
    return row.note || row.reference || <span class="soft">–</span>;
}

// A purchase moves credit when it is confirmed, by whoever does that.
function by(row: Transaction) {
    const confirmed = row.confirmed_by ?? null;
    const actor = confirmed ?? row.actor ?? null;
    if (actor === null) return <span class="soft">–</span>;
    return actorWords(actor, (confirmed === null ? row.actor_name : row.confirmed_by_name) ?? null);
}
