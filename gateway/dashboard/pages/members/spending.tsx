// What each member spent of the organization's credit, and what is left of the budget that binds him.
import { useEffect, useState } from "preact/hooks";
import { call, type ApiError } from "../../api/client";
import { compareDecimals } from "../../api/decimal";
import type { components } from "../../api/types";
import { Allowed } from "../../components/allowed";
import { resetWords } from "../../components/limit_fields";
import { Money } from "../../components/money";
import { Name } from "../../components/name";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { organizationId, pageHref } from "../../router";

type Row = components["schemas"]["MemberFinances"];
const kPage = 100;

const kColumns: readonly Column<Row>[] = [
    {
        key: "email",
        name: "Member",
        heads: true,
        show: (row) => (
            <a href={pageHref("activity", { member_id: row.user_id, range: "all" })}>
                <Name text={row.email} />
            </a>
        ),
        sort: (one, other) => one.email.localeCompare(other.email),
    },
    {
        key: "spent",
        name: "Spent here, ever",
        end: true,
        show: (row) => <Money value={row.lifetime_spend} />,
        sort: (one, other) => compareDecimals(one.lifetime_spend, other.lifetime_spend),
    },
    {
        key: "budget",
        name: "Budget that binds",
        end: true,
        show: (row) =>
            row.max_budget === null ? (
                <span class="soft">None</span>
            ) : (
                <>
                    <Money value={row.max_budget} /> {resetWords(row.reset_interval)}
                </>
            ),
    },
    { key: "left", name: "Left of it", end: true, show: (row) => <Money value={row.current_budget} /> },
    { key: "resets", name: "Begins anew", show: (row) => <Time value={row.resets_at} /> },
];

export function Spending() {
    return (
        <Allowed permission="see_billing">
            <Finances organization={organizationId.value!} />
        </Allowed>
    );
}

// The list pages as OpenHands' does: by number.
function Finances({ organization }: { organization: string }) {
    const [rows, setRows] = useState<Row[] | null>(null);
    const [next, setNext] = useState<number | null>(0);
    const [error, setError] = useState<ApiError | null>(null);
    const [loading, setLoading] = useState(false);
    const load = async (from: number) => {
        setLoading(true);
        const answer = await call("GET", "/api/organizations/{organization}/members/financial", {
            path: { organization },
            query: { page_id: from, limit: kPage },
        });
        setLoading(false);
        setError(answer.ok ? null : answer.error);
        if (!answer.ok) return;
        setRows((before) => [...(from === 0 ? [] : (before ?? [])), ...answer.value.items]);
        setNext(answer.value.next_page_id === null ? null : Number(answer.value.next_page_id));
    };
    useEffect(() => void load(0), [organization]);
    return (
        <Table
            label="Spending of members"
            columns={kColumns}
            rows={rows}
            rowKey={(row) => row.user_id}
            error={error}
            loading={loading}
            more={next !== null && rows !== null ? () => void load(next) : null}
            reload={() => void load(0)}
            foot={
                <>
                    Those who are members now. All that was spent, former members included, is in the{" "}
                    <a href={pageHref("overview", { by: "member" })}>overview by member</a>.
                </>
            }
        />
    );
}
