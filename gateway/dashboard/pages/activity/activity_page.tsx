// Every request that was settled, newest first: filters, range, page, columns and the request that is shown beside are
// all in the URL.
import { useRef, useState } from "preact/hooks";
import { useQuery } from "../../api/use_call";
import { Button } from "../../components/button";
import { CsvButton } from "../../components/csv_button";
import { EmptyState, Notice } from "../../components/notice";
import { PageHead } from "../../components/page";
import { kListPresets, rangeInUrl, setPreset } from "../../components/range";
import { RangePicker } from "../../components/range_picker";
import { Table } from "../../components/table";
import { organizationId, query, setQuery } from "../../router";
import { ColumnsMenu, shownColumns } from "./columns";
import { FilterBar } from "./filter_bar";
import { chosenFilters, type Request } from "./filters";
import { useLinkedRequest } from "./linked_request";
import { useTail } from "./live_tail";
import { TailNotices } from "./tail_notices";
import { RequestPanel } from "./request_panel";

const kPath = "/api/organizations/{organization}/activity";
const kPageRows = 50;

export function ActivityPage() {
    const organization = organizationId.value!;
    const [opened, setOpened] = useState(() => new Date());
    const range = rangeInUrl("7d", opened, kListPresets);
    const filters = chosenFilters();
    const { cursor, live } = query.value;
    const between = { from: range.from.toISOString(), to: range.to.toISOString() };
    const feed = useQuery(kPath, {
        path: { organization },
        query: { ...filters, ...between, limit: kPageRows, cursor },
    });
    const page = feed.value;
    const tail = useTail(organization, filters, live === "on", {
        rows: page?.data ?? null,
        from: between.from,
        opened: opened.getTime(),
    });
    const tailed = new Set(tail.rows.map((row) => row.id));
    const rows =
        page === null ? null : [...(live === "on" ? tail.rows : []), ...page.data.filter((row) => !tailed.has(row.id))];
    const chosen = query.value.request ?? null;
    const at = rows?.findIndex((row) => row.id === chosen) ?? -1;
    // What was shown stays while the list under it changes.
    const last = useRef<Request | null>(null);
    const known = (at >= 0 ? rows![at] : undefined) ?? (last.current?.id === chosen ? last.current : null);
    const linked = useLinkedRequest(organization, rows !== null && known === null ? chosen : null);
    const beside = known ?? (linked.kind === "found" ? linked.row : null);
    last.current = chosen === null ? null : beside;
    const show = (row: Request | null) =>
        setQuery({ request: row?.id ?? null }, chosen === null || row === null ? "push" : "replace");
    const loadAnew = () => {
        setOpened(new Date());
        feed.reload();
    };
    const turnLive = () =>
        setQuery(
            live === "on"
                ? { live: null }
                : { live: "on", cursor: null, range: range.preset ?? "day", from: null, to: null },
            "replace",
        );
    return (
        <>
            <PageHead
                title="Activity"
                actions={<RangePicker range={range} presets={kListPresets} onRefresh={loadAnew} />}
            >
                {range.words}
            </PageHead>
            <div class="row feed-bar">
                <FilterBar range={range} rows={rows} />
                <span class="grow" />
                <Button icon={live === "on" ? "pause" : "play"} pressed={live === "on"} onClick={turnLive}>
                    Live
                </Button>
                <ColumnsMenu />
                <CsvButton
                    path={kPath}
                    fields={{ organization }}
                    query={{ ...filters, ...between }}
                    name={`activity-${between.from.slice(0, 10)}.csv`}
                />
            </div>
            <TailNotices tail={tail} onLoadAnew={loadAnew} />
            {page?.partial && page.data.length > 0 && (
                <Notice>Few requests match, and only a part was looked through. “Older” looks further.</Notice>
            )}
            {linked.kind === "missing" && (
                <Notice
                    tone="warn"
                    action={
                        <Button look="quiet" onClick={() => show(null)}>
                            Dismiss
                        </Button>
                    }
                >
                    {linked.words}
                </Notice>
            )}
            <div class="with-side" data-open={beside !== null ? "" : undefined}>
                <div>
                    <Table
                        label="Requests"
                        columns={shownColumns()}
                        rows={rows}
                        rowKey={(row) => row.id}
                        error={feed.error}
                        loading={feed.loading}
                        reload={feed.reload}
                        chosen={chosen}
                        onChoose={(row) => show(row)}
                        empty={
                            page?.partial ? (
                                <NoneSoFar
                                    onFurther={() => setQuery({ cursor: page.next_cursor, live: null, request: null })}
                                />
                            ) : (
                                <NoRequests filtered={Object.keys(filters).length > 0} />
                            )
                        }
                        actions={(row) => (
                            <Button
                                look="quiet"
                                icon="arrow_right"
                                label={`Show request ${row.id}`}
                                onClick={() => show(row)}
                            />
                        )}
                    />
                    <nav class="table-foot" aria-label="Pages of requests">
                        <Button
                            icon="arrow_left"
                            whyNot={page?.previous_cursor ? null : "There are no newer requests"}
                            onClick={() => setQuery({ cursor: page!.previous_cursor, request: null })}
                        >
                            Newer
                        </Button>
                        <Button
                            icon="arrow_right"
                            whyNot={page?.next_cursor ? null : "There are no older requests in this time"}
                            onClick={() => setQuery({ cursor: page!.next_cursor, live: null, request: null })}
                        >
                            Older
                        </Button>
                    </nav>
                </div>
                {beside !== null && (
                    <RequestPanel
                        row={beside}
                        onPage={at >= 0}
                        newer={(at >= 0 && rows![at - 1]) || null}
                        older={(at >= 0 && rows![at + 1]) || null}
                        onShow={show}
                    />
                )}
            </div>
        </>
    );
}

// One call looks through so many requests and no more, so that it is quick whatever is looked for.
function NoneSoFar({ onFurther }: { onFurther: () => void }) {
    return (
        <EmptyState title="No request matches so far" action={<Button onClick={onFurther}>Look further</Button>}>
            100,000 requests were looked through, the newest first. Older ones may match. A time that ends earlier
            begins there.
        </EmptyState>
    );
}

function NoRequests({ filtered }: { filtered: boolean }) {
    return filtered ? (
        <EmptyState
            title="No request matches"
            action={<Button onClick={() => setPreset("90d")}>Look at 90 days</Button>}
        >
            Take a filter away, or choose a longer time.
        </EmptyState>
    ) : (
        <EmptyState
            title="No requests in this time"
            action={<Button onClick={() => setPreset("90d")}>Look at 90 days</Button>}
        >
            Requests are listed here when they are settled, failed ones too.
        </EmptyState>
    );
}
