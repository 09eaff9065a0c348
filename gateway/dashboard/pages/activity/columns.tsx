// The columns of the feed, and which of them are shown: that is in the URL where it is not as usual.
import type { Column } from "../../components/table";
import { Money } from "../../components/money";
import { Badge } from "../../components/notice";
import { Menu } from "../../components/menu";
import { Time, countText, millisecondsText } from "../../components/time";
import { query, setQuery } from "../../router";
import { outcomeOf, type Request } from "./filters";

type FeedColumn = Column<Request> & { usual?: boolean };

function OutcomeBadge({ row }: { row: Request }) {
    const outcome = outcomeOf(row);
    if (outcome === "success") return <Badge tone="good">{row.cache_hit ? "From the cache" : "Answered"}</Badge>;
    return (
        <Badge tone={outcome === "cancelled" ? "warn" : "bad"}>
            {outcome === "cancelled"
                ? "Cancelled"
                : `${row.http_status} ${outcome === "client_error" ? "caller" : "server"}`}
        </Badge>
    );
}

const text = (value: string | null) => value || <span class="soft">–</span>;

export const kColumns: readonly FeedColumn[] = [
    { key: "time", name: "Time", usual: true, show: (row) => <Time value={row.settled_at} look="seconds" /> },
    { key: "model", name: "Model", usual: true, heads: true, show: (row) => text(row.model ?? row.model_asked) },
    { key: "outcome", name: "Outcome", usual: true, show: (row) => <OutcomeBadge row={row} /> },
    { key: "key", name: "Key", usual: true, show: (row) => text(row.key_name || row.key_label) },
    { key: "member", name: "Member", show: (row) => text(row.member_name || row.member_email) },
    { key: "project", name: "Project", show: (row) => text(row.project_name) },
    { key: "provider", name: "Provider", show: (row) => text(row.provider_name) },
    { key: "app", name: "App", show: (row) => text(row.app_title || row.http_referer) },
    { key: "user", name: "End user", show: (row) => text(row.external_user) },
    { key: "tags", name: "Tags", show: (row) => text(row.tags) },
    { key: "repository", name: "Git repository", show: (row) => text(row.git_repository) },
    { key: "in", name: "Prompt", usual: true, end: true, show: (row) => countText(row.tokens_prompt) },
    { key: "out", name: "Answer", usual: true, end: true, show: (row) => countText(row.tokens_completion) },
    { key: "cached", name: "Cached", end: true, show: (row) => countText(row.tokens_cached) },
    { key: "first", name: "First token", end: true, show: (row) => millisecondsText(row.time_to_first_token) },
    { key: "latency", name: "Latency", usual: true, end: true, show: (row) => millisecondsText(row.latency) },
    { key: "cost", name: "Cost", usual: true, end: true, show: (row) => <Money value={row.charged} /> },
];

export function shownColumns(): readonly FeedColumn[] {
    const named = query.value.columns?.split(",") ?? null;
    const shown = kColumns.filter((column) => (named === null ? column.usual : named.includes(column.key)));
    return shown.length > 0 ? shown : kColumns.filter((column) => column.usual);
}

export function ColumnsMenu() {
    const shown = shownColumns();
    const turn = (column: FeedColumn) => {
        const names = kColumns.filter((one) => shown.includes(one) !== (one === column)).map((one) => one.key);
        const usual = kColumns.filter((one) => one.usual).map((one) => one.key);
        setQuery({ columns: names.join() === usual.join() || names.length === 0 ? null : names.join(",") }, "replace");
    };
    return (
        <Menu
            label="Columns"
            icon="columns"
            items={kColumns.map((column) => ({
                label: column.name,
                checked: shown.includes(column),
                onChoose: () => turn(column),
            }))}
        />
    );
}
