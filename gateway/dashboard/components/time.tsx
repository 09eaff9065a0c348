// Times in the viewer's zone and way of writing them. Hovering shows the exact time, in the zone's name.
const kFull = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const kShort = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const kSeconds = new Intl.DateTimeFormat(undefined, { dateStyle: "short", timeStyle: "medium" });
const kDate = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const kClock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const kRelative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

export const viewersZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export type TimeLook = "short" | "date" | "seconds" | "clock" | "relative";

const kSteps: [Intl.RelativeTimeFormatUnit, number][] = [
    ["year", 31_536_000],
    ["month", 2_592_000],
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
];

export function relativeText(time: Date, now = new Date()): string {
    const seconds = (time.getTime() - now.getTime()) / 1000;
    for (const [unit, length] of kSteps) {
        if (Math.abs(seconds) >= length) return kRelative.format(Math.trunc(seconds / length), unit);
    }
    return kRelative.format(Math.trunc(seconds), "second");
}

export function timeText(time: Date, look: TimeLook = "short"): string {
    if (look === "relative") return relativeText(time);
    return { date: kDate, seconds: kSeconds, clock: kClock, short: kShort }[look].format(time);
}

export function Time({
    value,
    look = "short",
    never = "–",
}: {
    value: string | null | undefined;
    look?: TimeLook;
    never?: string;
}) {
    if (!value) return <span class="soft">{never}</span>;
    const time = new Date(value);
    return (
        <time dateTime={value} title={kFull.format(time)} class="number">
            {timeText(time, look)}
        </time>
    );
}

const kWhole = new Intl.NumberFormat(),
    kCompact = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const kMegabytes = new Intl.NumberFormat(undefined, { style: "unit", unit: "megabyte", maximumFractionDigits: 1 });
const kPercent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });

export function countText(value: number): string {
    return kWhole.format(value);
}
export function compactText(value: number): string {
    return kCompact.format(value);
}
export function megabytesText(bytes: number): string {
    return kMegabytes.format(bytes / 1e6);
}
export function percentText(share: number): string {
    return kPercent.format(share);
}
const kByteUnits = ["B", "kB", "MB", "GB", "TB"];
export function bytesText(value: number): string {
    const step = value < 1000 ? 0 : Math.min(kByteUnits.length - 1, Math.floor(Math.log10(value) / 3));
    return `${kCompact.format(value / 1000 ** step)} ${kByteUnits[step]}`;
}
export function millisecondsText(value: number | null | undefined): string {
    if (value === null || value === undefined) return "–";
    return value < 10_000 ? `${kWhole.format(value)} ms` : `${kCompact.format(value / 1000)} s`;
}
