// What is left of each amount that came in, in the order in which requests spend it; and what comes anew by itself.
import type { components } from "../../api/types";
import { isZero } from "../../api/decimal";
import { useList } from "../../api/use_call";
import { Money } from "../../components/money";
import { Badge, EmptyState } from "../../components/notice";
import { Card } from "../../components/page";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { organizationId } from "../../router";
import { kKinds } from "./transactions";

type Lot = components["schemas"]["CreditLot"];
type Allowance = components["schemas"]["Allowance"];

export function CreditLots() {
    const path = { organization: organizationId.value! };
    const lots = useList("/api/organizations/{organization}/credit-lots", { path });
    const allowances = useList("/api/organizations/{organization}/allowances", { path });
    return (
        <div class="stack">
            <Table
                label="Credit, in the order in which it is spent"
                rows={lots.rows?.filter((lot) => !isZero(lot.remaining)) ?? null}
                columns={kLots}
                rowKey={(lot) => lot.transaction_id}
                {...{ error: lots.error, loading: lots.loading, more: lots.more, reload: lots.reload }}
                empty={<EmptyState title="No credit is left">Buy some, redeem a voucher, or ask for it.</EmptyState>}
            />
            {allowances.rows !== null && allowances.rows.length > 0 && (
                <Card title="Allowances">
                    <p class="soft">What is left of one expires with its window. The operator sets them.</p>
                    <Table
                        label="Allowances of the organization"
                        rows={allowances.rows}
                        columns={kAllowances}
                        rowKey={(one) => one.id}
                        more={allowances.more}
                        loading={allowances.loading}
                    />
                </Card>
            )}
        </div>
    );
}

const kLots: readonly Column<Lot>[] = [
    { key: "source", name: "From", heads: true, show: (lot) => kKinds[lot.source] ?? lot.source },
    { key: "remaining", name: "Left", end: true, show: (lot) => <Money value={lot.remaining} /> },
    { key: "amount", name: "Of", end: true, show: (lot) => <Money value={lot.amount} /> },
    { key: "expires", name: "Expires", show: (lot) => <Time value={lot.expires_at} never="never" /> },
    { key: "priority", name: "Priority", end: true, show: (lot) => lot.priority },
    { key: "created", name: "Came", show: (lot) => <Time value={lot.created_at} look="date" /> },
];

export const kIntervals: Record<Allowance["interval"], string> = {
    daily: "each day",
    weekly: "each week",
    monthly: "each month",
};
const kAllowances: readonly Column<Allowance>[] = [
    {
        key: "amount",
        name: "Allowance",
        heads: true,
        show: (one) => (
            <>
                <Money value={one.amount} /> {kIntervals[one.interval]} (UTC)
            </>
        ),
    },
    {
        key: "state",
        name: "State",
        show: (one) => (one.paused ? <Badge tone="warn">Paused</Badge> : <Badge tone="good">Runs</Badge>),
    },
    { key: "until", name: "Granted until", show: (one) => <Time value={one.granted_until} /> },
    { key: "ends", name: "Ends", show: (one) => <Time value={one.ends_at} never="never" /> },
    { key: "note", name: "Note", show: (one) => one.note ?? <span class="soft">–</span> },
];
