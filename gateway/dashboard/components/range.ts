// A span of time that a page shows: a preset or two instants, kept in the URL. Days begin where the viewer's days begin.
import { query, setQuery } from "../router";
import { timeText, viewersZone } from "./time";

export interface Range {
    preset: PresetName | null; // null: of the viewer's own choice
    from: Date;
    to: Date;
    words: string;
    fault: string | null; // why it is not what the address says
}

export type PresetName = "hour" | "day" | "7d" | "30d" | "90d" | "today" | "month" | "last_month" | "all";
export const kPresets: readonly { name: PresetName; label: string }[] = [
    { name: "hour", label: "Last hour" },
    { name: "day", label: "Last 24 hours" },
    { name: "today", label: "Today" },
    { name: "7d", label: "Last 7 days" },
    { name: "30d", label: "Last 30 days" },
    { name: "90d", label: "Last 90 days" },
    { name: "month", label: "This month" },
    { name: "last_month", label: "Last month" },
];
// Of lists: sums are of the ranges above.
const kAllTime = { name: "all" as const, label: "All time" };
export const kListPresets = [...kPresets, kAllTime];
export const kMostYears = 15;
const kMinuteMs = 60_000,
    kHourMs = 60 * kMinuteMs;
export const kQuarterMs = 15 * kMinuteMs; // sums are kept by quarters of an hour: see docs/api.md

// So many of the viewer's days before today began: a day may have 23 or 25 hours.
function dayBefore(now: Date, days: number): Date {
    return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
}
// Ranges begin and end at whole quarters of an hour, so that sums and lists are of the same time.
function quarterAfter(time: Date): Date {
    return new Date(Math.ceil(time.getTime() / kQuarterMs) * kQuarterMs);
}
function quarterBefore(time: Date): Date {
    return new Date(Math.floor(time.getTime() / kQuarterMs) * kQuarterMs);
}

function spanOf(preset: PresetName, now: Date): [Date, Date] {
    const to = quarterAfter(new Date(now.getTime() + 1));
    switch (preset) {
        case "hour":
            return [new Date(to.getTime() - kHourMs), to];
        case "day":
            return [new Date(to.getTime() - 24 * kHourMs), to];
        case "today":
            return [dayBefore(now, 0), to];
        case "7d":
            return [dayBefore(now, 6), to];
        case "30d":
            return [dayBefore(now, 29), to];
        case "90d":
            return [dayBefore(now, 89), to];
        case "month":
            return [new Date(now.getFullYear(), now.getMonth(), 1), to];
        case "last_month":
            return [new Date(now.getFullYear(), now.getMonth() - 1, 1), new Date(now.getFullYear(), now.getMonth(), 1)];
        case "all":
            return [new Date(0), to];
    }
}

// Why these cannot be a range; null: they can.
export function faultOf(from: Date, to: Date): string | null {
    if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime())) return "Both times are needed.";
    if (from >= to) return "It must end after it begins.";
    const most = new Date(from);
    most.setFullYear(from.getFullYear() + kMostYears);
    return to > most ? `It can be ${kMostYears} years long at most.` : null;
}

export function readRange(
    parameters: Record<string, string>,
    standard: PresetName,
    now: Date,
    presets: readonly { name: PresetName; label: string }[] = kPresets,
): Range {
    const own = parameters.from !== undefined || parameters.to !== undefined;
    const from = new Date(parameters.from ?? ""),
        to = new Date(parameters.to ?? "");
    const fault = own ? faultOf(from, to) : null;
    if (own && fault === null) {
        const begin = quarterBefore(from),
            end = quarterAfter(to);
        return { preset: null, from: begin, to: end, words: wordsOf(begin, end), fault };
    }
    const named = presets.find((one) => one.name === parameters.range);
    const { name, label } = named ?? kListPresets.find((one) => one.name === standard)!;
    const [begin, end] = spanOf(name, now);
    const unknown = parameters.range !== undefined && named === undefined ? "It is no range of this page." : null;
    return {
        preset: name,
        from: begin,
        to: end,
        words: name === "all" ? label : `${label}: ${wordsOf(begin, end)}`,
        fault: (fault ?? unknown) && `The time in the address cannot be shown. ${fault ?? unknown} This is: ${label}.`,
    };
}

function wordsOf(from: Date, to: Date): string {
    return `${timeText(from)} to ${timeText(to)} (${viewersZone})`;
}

// Of the page in the URL. `now` is when the page was opened or loaded anew: it does not move by itself.
export function rangeInUrl(standard: PresetName, now: Date, presets = kPresets): Range {
    return readRange(query.value, standard, now, presets);
}

export function setPreset(preset: PresetName): void {
    setQuery({ range: preset, from: null, to: null, cursor: null });
}
export function setSpan(from: Date, to: Date): void {
    setQuery({ range: null, from: from.toISOString(), to: to.toISOString(), cursor: null });
}
// As filters of a link to another page about the same time.
export function rangeFilters(range: Range): Record<string, string | null> {
    return range.preset !== null
        ? { range: range.preset }
        : { from: range.from.toISOString(), to: range.to.toISOString() };
}

export type BucketUnit = "minute" | "hour" | "day" | "week" | "month";
export interface Buckets {
    unit: BucketUnit;
    begins: Date[]; // of each bucket; the last one ends where the range does
    query: { edges?: string; from?: string; to?: string }; // of analytics
    group: string | null; // a time to group by, where the buckets are of UTC's clock
}

// All edges are in the address of one call, which proxies allow 8 kB.
export const kMostBuckets = 180;
const kDayMs = 24 * kHourMs;

// Minutes up to three hours, hours up to two days, else the viewer's days, weeks from Monday, or months: a day of 23 or 25
// hours is as long as it is. The first and the last one are cut where the range is.
export function bucketsOf(range: Range): Buckets {
    const span = range.to.getTime() - range.from.getTime();
    if (span <= 3 * kHourMs) {
        const query = { from: range.from.toISOString(), to: range.to.toISOString() };
        return { unit: "minute", begins: steps(range, kMinuteMs), query, group: "minute" };
    }
    const days = span / kDayMs;
    const unit =
        span <= 49 * kHourMs ? "hour" : days < kMostBuckets ? "day" : days < 7 * (kMostBuckets - 1) ? "week" : "month";
    const begins = unit === "hour" ? steps(range, kHourMs) : calendar(range, unit);
    return { unit, begins, query: { edges: [...begins, range.to].map(edgeText).join(",") }, group: null };
}

// Edges are whole minutes.
function edgeText(time: Date): string {
    return time.toISOString().replace(".000Z", "Z");
}

function steps(range: Range, step: number): Date[] {
    const begins = [range.from];
    for (let at = (Math.floor(range.from.getTime() / step) + 1) * step; at < range.to.getTime(); at += step)
        begins.push(new Date(at));
    return begins;
}
function calendar({ from, to }: Range, unit: "day" | "week" | "month"): Date[] {
    const begins = [from];
    const [year, month, day] = [from.getFullYear(), from.getMonth(), from.getDate()];
    const sinceMonday = (from.getDay() + 6) % 7;
    for (let at = 1; ; ++at) {
        const next =
            unit === "month"
                ? new Date(year, month + at, 1)
                : new Date(year, month, unit === "week" ? day - sinceMonday + 7 * at : day + at);
        if (next >= to) return begins;
        begins.push(next);
    }
}
