// A span of time that a page shows: a preset or two instants, kept in the URL. Days begin where the viewer's days begin.
import { query, setQuery } from "../router";
import { timeText, viewersZone } from "./time";

export interface Range {
    preset: PresetName | null; // null: of the viewer's own choice
    from: Date;
    to: Date;
    words: string;
}

export type PresetName = "hour" | "day" | "7d" | "30d" | "90d" | "today" | "month" | "last_month";
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
const kHourMs = 3_600_000;

// So many of the viewer's days before today began: a day may have 23 or 25 hours.
function dayBefore(now: Date, days: number): Date {
    return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
}
function nextMinute(now: Date): Date {
    return new Date(Math.ceil((now.getTime() + 1) / 60_000) * 60_000);
}

function spanOf(preset: PresetName, now: Date): [Date, Date] {
    const to = nextMinute(now);
    switch (preset) {
        case "hour": return [new Date(to.getTime() - kHourMs), to];
        case "day": return [new Date(to.getTime() - 24 * kHourMs), to];
        case "today": return [dayBefore(now, 0), to];
        case "7d": return [dayBefore(now, 6), to];
        case "30d": return [dayBefore(now, 29), to];
        case "90d": return [dayBefore(now, 89), to];
        case "month": return [new Date(now.getFullYear(), now.getMonth(), 1), to];
        case "last_month": return [new Date(now.getFullYear(), now.getMonth() - 1, 1), new Date(now.getFullYear(), now.getMonth(), 1)];
    }
}

export function readRange(parameters: Record<string, string>, standard: PresetName, now: Date): Range {
    const from = new Date(parameters.from ?? ""), to = new Date(parameters.to ?? "");
    if (!Number.isNaN(from.getTime()) && !Number.isNaN(to.getTime()) && from < to) {
        return { preset: null, from, to, words: wordsOf(from, to) };
    }
    const preset = kPresets.find((one) => one.name === parameters.range)?.name ?? standard;
    const [begin, end] = spanOf(preset, now);
    return { preset, from: begin, to: end, words: `${kPresets.find((one) => one.name === preset)!.label}: ${wordsOf(begin, end)}` };
}

function wordsOf(from: Date, to: Date): string {
    return `${timeText(from)} to ${timeText(to)} (${viewersZone})`;
}

// Of the page in the URL. `now` is when the page was opened or loaded anew: it does not move by itself.
export function rangeInUrl(standard: PresetName, now: Date): Range {
    return readRange(query.value, standard, now);
}

export function setPreset(preset: PresetName): void {
    setQuery({ range: preset, from: null, to: null, cursor: null });
}
export function setSpan(from: Date, to: Date): void {
    setQuery({ range: null, from: from.toISOString(), to: to.toISOString(), cursor: null });
}
// As filters of a link to another page about the same time.
export function rangeFilters(range: Range): Record<string, string | null> {
    return range.preset !== null ? { range: range.preset } : { from: range.from.toISOString(), to: range.to.toISOString() };
}

// Where buckets of a chart begin, and where the last one ends: hours up to two days, else the viewer's days, else months.
export function bucketEdges(range: Range): { edges: Date[]; unit: "minute" | "hour" | "day" } {
    const span = range.to.getTime() - range.from.getTime();
    if (span <= 3 * kHourMs) return { edges: stepEdges(range, 5 * 60_000), unit: "minute" };
    if (span <= 49 * kHourMs) return { edges: stepEdges(range, kHourMs), unit: "hour" };
    const edges: Date[] = [range.from];
    for (let day = 1; ; ++day) {
        const next = new Date(range.from.getFullYear(), range.from.getMonth(), range.from.getDate() + day);
        if (next >= range.to) break;
        edges.push(next);
    }
    return { edges: [...edges, range.to], unit: "day" };
}
function stepEdges(range: Range, step: number): Date[] {
    const edges = [range.from];
    for (let at = (Math.floor(range.from.getTime() / step) + 1) * step; at < range.to.getTime(); at += step) edges.push(new Date(at));
    return [...edges, range.to];
}
