// The columns of the list of keys.
import { memberName, type Member, type Project } from "../../api/members";
import { resetWords } from "../../components/limit_fields";
import { Meter } from "../../components/meter";
import { Money } from "../../components/money";
import { Name } from "../../components/name";
import { Badge } from "../../components/notice";
import type { Column } from "../../components/table";
import { Time } from "../../components/time";
import { pageHref, query } from "../../router";
import { byAmount, byTime, kKindWords, spentOfBudget, stateOf, thisMonth, type Key } from "./key";

export function StateBadge({ row }: { row: Key }) {
    const state = stateOf(row);
    if (state === "disabled") return <Badge tone="bad">Disabled</Badge>;
    if (state === "expired") return <Badge tone="bad">Expired</Badge>;
    if (row.previous_secret_expires_at)
        return (
            <Badge tone="warn">
                Old secret works until <Time value={row.previous_secret_expires_at} />
            </Badge>
        );
    return <Badge tone="good">Active</Badge>;
}

// What is left is of whichever budget has the least: the key's own, or one above it.
export function Budget({ row }: { row: Key }) {
    const left = row.limit_remaining !== null && (
        <>
            <Money value={row.limit_remaining} /> left
        </>
    );
    if (row.limit === null)
        return (
            <span title={left ? "A budget above the key binds it" : undefined}>
                {left || <span class="soft">No budget</span>}
            </span>
        );
    return (
        <div>
            <div>
                <Money value={row.limit} /> {resetWords(row.limit_reset)}
                {left && <span class="soft small"> · {left}</span>}
            </div>
            <Meter label={`Budget of ${row.name} spent`} used={spentOfBudget(row)} whole={row.limit} />
        </div>
    );
}

export function keyColumns(projects: readonly Project[] | null, members: readonly Member[] | null): Column<Key>[] {
    const projectName = (row: Key) => projects?.find((one) => one.id === row.project_id)?.name ?? null;
    const columns: (Column<Key> | false)[] = [
        {
            key: "name",
            name: "Name",
            heads: true,
            show: (row) => (
                <>
                    <a href={pageHref("keys", { ...query.value, key: row.hash })}>
                        <Name text={row.name} />
                    </a>{" "}
                    {row.kind !== "inference" && <Badge>{kKindWords[row.kind]?.name ?? row.kind}</Badge>}
                    <div class="soft small mono">{row.label}</div>
                </>
            ),
            sort: (one, other) => one.name.localeCompare(other.name),
        },
        members !== null && {
            key: "maker",
            name: "Made by",
            show: (row) => memberName(members, row.creator_user_id),
        },
        projects !== null &&
            projects.length > 1 && {
                key: "project",
                name: "Project",
                show: (row) => projectName(row) ?? <span class="soft">–</span>,
            },
        {
            key: "usage",
            name: "Spent this month (UTC)",
            end: true,
            show: (row) => (
                <a href={pageHref("activity", { key: row.hash, ...thisMonth() })}>
                    <Money value={row.usage_monthly} />
                    <span class="visually-hidden"> by requests of {row.name}</span>
                </a>
            ),
            sort: (one, other) => byAmount(one.usage_monthly, other.usage_monthly),
        },
        { key: "budget", name: "Budget", show: (row) => <Budget row={row} /> },
        {
            key: "used",
            name: "Last used",
            show: (row) => <Time value={row.last_used_at} look="relative" never="Never" />,
            sort: (one, other) => byTime(one.last_used_at, other.last_used_at),
        },
        { key: "state", name: "State", show: (row) => <StateBadge row={row} /> },
    ];
    return columns.filter((one) => one !== false);
}
