// What the organization has used in a range of time, compared with as long a time before, and what it is made of.
import { useState } from "preact/hooks";
import { isZero } from "../../api/decimal";
import { may, membership } from "../../api/organization";
import { useQuery } from "../../api/use_call";
import { Chart } from "../../components/chart";
import { BareSelect } from "../../components/field";
import { Money, usdText } from "../../components/money";
import { Name } from "../../components/name";
import { EmptyState, ErrorNotice, Notice, Outdated, Skeleton } from "../../components/notice";
import { Card, PageHead } from "../../components/page";
import { bucketsOf, rangeFilters, rangeInUrl, setSpan, type Range } from "../../components/range";
import { RangePicker } from "../../components/range_picker";
import { Table, type Column } from "../../components/table";
import { compactText, countText, percentText, timeText } from "../../components/time";
import { organizationId, pageHref, query, setQuery } from "../../router";
import { kDimensions, kFromRecords, type Dimension } from "./dimensions";
import { FirstSteps } from "./first_steps";
import { useEachMinute } from "../../components/each_minute";
import { decimalOf, drawn, groupsOf, type Group, type MeasureName } from "./series";
import { Tiles } from "./tiles";

const kTop = 7; // and all others together: as many as there are colours
const kMeasures: readonly { value: MeasureName; label: string }[] = [
    { value: "charged", label: "Spend" },
    { value: "requests", label: "Requests" },
    { value: "tokens", label: "Tokens" },
    { value: "errors", label: "Errors" },
];

export function OverviewPage() {
    const organization = organizationId.value!;
    const [opened, setOpened] = useState(() => new Date());
    const [used, setUsed] = useState(false); // seen while the page was open
    const range = rangeInUrl("7d", opened);
    const dimension = kDimensions.find((one) => one.group === query.value.by) ?? kDimensions[0]!;
    const measure = kMeasures.find((one) => one.value === query.value.measure)?.value ?? "charged";
    const buckets = bucketsOf(range);
    const known = membership.value !== null;
    const report = useQuery(
        "/api/organizations/{organization}/analytics",
        known && may("see_activity")
            ? {
                  path: { organization },
                  query: {
                      ...buckets.query,
                      group_by: [dimension.group, ...(buckets.group ? [buckets.group] : [])].join(","),
                      top: kTop,
                      ...(kFromRecords.includes(dimension.group) ? {} : { compare: "previous" as const }),
                  },
              }
            : null,
    );
    const credits = useQuery(
        "/api/organizations/{organization}/credits",
        known && may("see_billing") ? { path: { organization } } : null,
    );

    const loadAnew = () => {
        // The time stays that of the numbers which are shown, where newer ones may not come.
        if (report.error === null) setOpened(new Date());
        report.reload();
        credits.reload();
    };
    useEachMinute(range.to > opened, loadAnew);

    const value = report.value;
    const neverUsed =
        !used &&
        value !== null &&
        value.total.requests === 0 &&
        (value.compare?.total.requests ?? 0) === 0 &&
        (may("see_billing") ? credits.value !== null && isZero(credits.value.total_usage) : true);
    const head = (
        <PageHead title="Overview" actions={<RangePicker range={range} onRefresh={loadAnew} />}>
            {range.words}
        </PageHead>
    );
    if (known && !may("see_activity"))
        return (
            <>
                {head}
                <EmptyState title="Your role does not show usage here">
                    Ask an owner or admin of the organization.
                </EmptyState>
            </>
        );
    if (report.error && value === null)
        return (
            <>
                {head}
                <ErrorNotice error={report.error} retry={report.reload} />
            </>
        );
    if (value === null || (may("see_billing") && credits.value === null && credits.error === null))
        return (
            <>
                {head}
                <Skeleton lines={8} />
            </>
        );
    if (neverUsed)
        return (
            <>
                {head}
                <FirstSteps
                    organization={organization}
                    credits={credits.value}
                    onUsed={() => {
                        setUsed(true);
                        loadAnew();
                    }}
                />
            </>
        );
    const groups = groupsOf(value, dimension, buckets.begins);
    return (
        <>
            {head}
            <div class="stack">
                <Outdated queries={[report, credits]} retry={loadAnew} />
                {value.partial && (
                    <Notice tone="warn">
                        The sums reach from {timeText(new Date(value.from))} to {timeText(new Date(value.to))} only:
                        there is more than could be added up in time.
                    </Notice>
                )}
                <Tiles report={value} credits={credits.value} range={range} />
                <Card
                    title={`${kMeasures.find((one) => one.value === measure)!.label} by ${dimension.label.toLowerCase()}`}
                    action={<Choices dimension={dimension} measure={measure} />}
                >
                    <Chart
                        label={`Usage by ${dimension.label.toLowerCase()} over time`}
                        times={buckets.begins}
                        unit={buckets.unit}
                        end={range.to}
                        unfinished={range.to > opened}
                        format={formatOf(measure)}
                        onZoom={setSpan}
                        series={groups.map((group) => ({
                            name: group.name,
                            values: group.values.map((sum) => drawn(sum, measure)),
                            texts: group.values.map((sum) =>
                                measure === "charged" ? usdText(decimalOf(sum.charged)) : countText(sum[measure]),
                            ),
                        }))}
                    />
                </Card>
                <Groups groups={groups} dimension={dimension} range={range} />
            </div>
        </>
    );
}

function Choices({ dimension, measure }: { dimension: Dimension; measure: MeasureName }) {
    return (
        <div class="row range">
            <BareSelect
                name="Measure"
                value={measure}
                choices={kMeasures}
                onChange={(value) => setQuery({ measure: value === "charged" ? null : value }, "replace")}
            />
            <BareSelect
                name="Break down by"
                value={dimension.group}
                choices={kDimensions.map((one) => ({ value: one.group, label: `by ${one.label.toLowerCase()}` }))}
                onChange={(value) => setQuery({ by: value === "model" ? null : value }, "replace")}
            />
        </div>
    );
}

function formatOf(measure: MeasureName): (value: number) => string {
    const money = new Intl.NumberFormat(undefined, {
        style: "currency",
        currency: "USD",
        currencyDisplay: "narrowSymbol",
        maximumSignificantDigits: 3,
    });
    return measure === "charged" ? (value) => money.format(value) : compactText;
}

function Groups({ groups, dimension, range }: { groups: Group[]; dimension: Dimension; range: Range }) {
    const whole = groups.reduce((sum, group) => sum + group.charged, 0n);
    const feed = (group: Group) => pageHref("activity", { ...rangeFilters(range), [dimension.filter]: group.value });
    const columns: Column<Group>[] = [
        {
            key: "name",
            name: dimension.label,
            heads: true,
            show: (group) =>
                group.value === null ? (
                    group.name
                ) : (
                    <a href={feed(group)}>
                        <Name text={group.name} />
                    </a>
                ),
        },
        {
            key: "charged",
            name: "Spend",
            end: true,
            show: (group) => <Money value={decimalOf(group.charged)} />,
            sort: (one, other) => (one.charged < other.charged ? -1 : 1),
        },
        {
            key: "share",
            name: "Share",
            end: true,
            show: (group) => percentText(whole === 0n ? 0 : Number((group.charged * 1000n) / whole) / 1000),
        },
        {
            key: "requests",
            name: "Requests",
            end: true,
            show: (group) => countText(group.requests),
            sort: (one, other) => one.requests - other.requests,
        },
        {
            key: "tokens",
            name: "Tokens",
            end: true,
            show: (group) => compactText(group.tokens),
            sort: (one, other) => one.tokens - other.tokens,
        },
        {
            key: "errors",
            name: "Errors",
            end: true,
            show: (group) => countText(group.errors),
            sort: (one, other) => one.errors - other.errors,
        },
    ];
    return (
        <Table
            label={`Usage by ${dimension.label.toLowerCase()}`}
            rows={groups}
            columns={columns}
            rowKey={(group) => group.key}
        />
    );
}
