// From the rows of a report to lines over time and to a table of groups. Amounts are added exactly.
import { DecimalNumber, toApproximateNumber, unitsOf, type Decimal } from "../../api/decimal";
import type { AnswerOf } from "../../api/client";
import { nameOf, type Dimension } from "./dimensions";

export type Report = AnswerOf<"GET", "/api/organizations/{organization}/analytics">;
export type MeasureName = "charged" | "requests" | "tokens" | "errors";

export interface Sum {
    requests: number;
    errors: number;
    tokens: number;
    charged: bigint; // in the units of unitsOf()
}
export interface Group extends Sum {
    key: string;
    value: string | null; // as a filter; null: of groups without rows
    name: string;
    values: Sum[]; // by bucket
}

type Row = Report["data"][number] | Report["other"][number];
const kNothing: Sum = { requests: 0, errors: 0, tokens: 0, charged: 0n };

function sumOf(row: Row): Sum {
    return {
        requests: row.requests,
        errors: row.client_errors + row.server_errors,
        tokens: row.prompt_tokens + row.completion_tokens,
        charged: unitsOf(row.charged),
    };
}
function add(to: Sum, more: Sum): void {
    to.requests += more.requests;
    to.errors += more.errors;
    to.tokens += more.tokens;
    to.charged += more.charged;
}

// Those that cost most first; all others together last.
export function groupsOf(report: Report, dimension: Dimension, begins: readonly Date[]): Group[] {
    const groups = new Map<string, Group>();
    const bucketAt = new Map(begins.map((begin, at) => [begin.getTime(), at]));
    const note = (key: string, value: string | null, name: string, row: Row) => {
        const group = groups.get(key) ?? { ...kNothing, key, value, name, values: begins.map(() => ({ ...kNothing })) };
        groups.set(key, group);
        const sum = sumOf(row);
        add(group, sum);
        const bucket = row.begin === undefined ? undefined : bucketAt.get(new Date(row.begin).getTime());
        if (bucket !== undefined) add(group.values[bucket]!, sum);
    };
    for (const row of report.data) {
        const value = dimension.value(row) ?? null;
        note(`is ${value}`, value, nameOf(dimension, row), row);
    }
    for (const row of report.other) note("other", null, "All others", row);
    for (const row of report.deleted) note("deleted", null, "Deleted", row);
    const rest = (group: Group) => (group.key === "other" || group.key === "deleted" ? 1 : 0);
    return [...groups.values()].sort(
        (one, other) =>
            rest(one) - rest(other) ||
            Number(other.charged - one.charged > 0n) - Number(other.charged - one.charged < 0n) ||
            other.requests - one.requests,
    );
}

export function decimalOf(units: bigint): Decimal {
    const digits = (units < 0n ? -units : units).toString().padStart(19, "0");
    return new DecimalNumber(`${units < 0n ? "-" : ""}${digits.slice(0, -18)}.${digits.slice(-18)}`);
}

export function drawn(sum: Sum, measure: MeasureName): number {
    return measure === "charged" ? toApproximateNumber(decimalOf(sum.charged)) : sum[measure];
}
