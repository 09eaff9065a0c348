// What each organization used in a range of UTC days, and what it has left.
import { useState } from "preact/hooks";
import { toApproximateNumber, unitsOf } from "../../api/decimal";
import type { components } from "../../api/types";
import { useList } from "../../api/use_call";
import { CsvButton } from "../../components/csv_button";
import { Money } from "../../components/money";
import { EmptyState } from "../../components/notice";
import { PageHead } from "../../components/page";
import { rangeInUrl } from "../../components/range";
import { RangePicker } from "../../components/range_picker";
import { Table, type Column } from "../../components/table";
import { compactText, countText, millisecondsText, percentText } from "../../components/time";

type Row = components["schemas"]["OrganizationUsage"];

const kPath = "/api/usage";
const kPageRows = 200; // as many as it sums at once

// Whole days of UTC: that is how all organizations are summed up.
const dayOf = (time: Date) => time.toISOString().slice(0, 10);

export function OperatorUsagePage() {
    const [opened, setOpened] = useState(() => new Date());
    const range = rangeInUrl("30d", opened);
    const between = { from: dayOf(range.from), to: dayOf(new Date(range.to.getTime() + 86_400_000 - 1)) };
    const list = useList(kPath, { query: { ...between, limit: kPageRows } });
    return (
        <>
            <PageHead
                title="Usage by organization"
                actions={
                    <>
                        <RangePicker
                            range={range}
                            onRefresh={() => {
                                setOpened(new Date());
                                list.reload();
                            }}
                        />
                        <CsvButton
                            path={kPath}
                            query={between}
                            pageRows={kPageRows}
                            name={`usage-${between.from}.csv`}
                        />
                    </>
                }
            >
                Whole days of UTC, from {between.from} up to {between.to}.
            </PageHead>
            <Table
                label="Usage by organization"
                {...list}
                columns={kColumns}
                rowKey={(row) => row.organization_id}
                empty={<EmptyState title="There is no organization yet" />}
            />
        </>
    );
}

const byUnits = (of: (row: Row) => Row["charged"]) => (one: Row, other: Row) =>
    unitsOf(of(one)) < unitsOf(of(other)) ? -1 : 1;

const kColumns: readonly Column<Row>[] = [
    { key: "name", name: "Organization", heads: true, show: (row) => row.organization_name },
    {
        key: "balance",
        name: "Balance now",
        end: true,
        show: (row) => <Money value={row.balance} />,
        sort: byUnits((row) => row.balance),
    },
    {
        key: "charged",
        name: "Charged",
        end: true,
        show: (row) => <Money value={row.charged} />,
        sort: byUnits((row) => row.charged),
    },
    {
        key: "requests",
        name: "Requests",
        end: true,
        show: (row) => countText(row.requests),
        sort: (one, other) => one.requests - other.requests,
    },
    {
        key: "tokens",
        name: "Tokens",
        end: true,
        show: (row) => compactText(row.prompt_tokens + row.completion_tokens),
        sort: (one, other) => one.prompt_tokens + one.completion_tokens - other.prompt_tokens - other.completion_tokens,
    },
    {
        key: "errors",
        name: "Errors",
        end: true,
        show: (row) => percentText(toApproximateNumber(row.error_rate)),
    },
    { key: "latency", name: "Latency p99", end: true, show: (row) => millisecondsText(row.latency_p99) },
];
