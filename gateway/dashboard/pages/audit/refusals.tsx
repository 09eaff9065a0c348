// Who tried what he may not: one row a day for the same try.
import type { components } from "../../api/types";
import { useList } from "../../api/use_call";
import { EmptyState } from "../../components/notice";
import { Table, type Column } from "../../components/table";
import { Time, countText } from "../../components/time";
import { actorWords } from "./actor";
import { auditOf } from "./audit_of";

type Refused = components["schemas"]["RefusedAct"];

const kReasons: Record<Refused["reason"], string> = {
    permission_denied: "Lacks the right",
    unknown_organization: "Does not belong to the organization",
};

const kColumns: readonly Column<Refused>[] = [
    { key: "last", name: "Last", show: (row) => <Time value={row.last_at} look="seconds" /> },
    { key: "actor", name: "Who", heads: true, show: (row) => actorWords(row.actor, row.actor_name) },
    {
        key: "route",
        name: "Tried",
        show: (row) => (
            <code>
                {row.method} {row.route}
            </code>
        ),
    },
    { key: "reason", name: "Why not", show: (row) => kReasons[row.reason] },
    { key: "count", name: "Times that day (UTC)", end: true, show: (row) => countText(row.count) },
    { key: "address", name: "From", show: (row) => row.address ?? <span class="soft">–</span> },
];

const keyOf = (row: Refused) => [row.date, row.actor, row.method, row.route, row.reason].join(" ");

export function Refusals() {
    const { path, fields } = auditOf("/refusals");
    const list = useList(path, { path: fields });
    return (
        <Table
            label="Refused acts"
            columns={kColumns}
            {...list}
            rowKey={keyOf}
            foot="Kept for 90 days."
            empty={<EmptyState title="Nothing was refused">Tries without a right are listed here.</EmptyState>}
        />
    );
}
