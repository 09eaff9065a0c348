// Sums over time as steps, drawn by uPlot. The same numbers stand in a table beside it, for whoever does not see it or
// wants them exactly.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { BucketUnit } from "./range";
import { theme } from "./theme";
import { timeText } from "./time";

export interface Series {
    name: string;
    values: readonly (number | null)[]; // for the drawing
    texts?: readonly string[]; // as they are read; made by `format` if absent
}

interface ChartProps {
    label: string; // what it shows, read out
    times: readonly Date[]; // where each bucket begins
    unit: BucketUnit;
    end: Date; // of the last bucket
    unfinished?: boolean; // the last bucket is not over yet
    series: readonly Series[];
    format: (value: number) => string;
    height?: number;
    onZoom?: (from: Date, to: Date) => void; // a span was drawn with the mouse
}

const kSeriesColors = 8;

export function Chart({
    label,
    times,
    unit,
    end,
    unfinished = false,
    series,
    format,
    height = 220,
    onZoom,
}: ChartProps) {
    const frame = useRef<HTMLDivElement>(null);
    const [at, setAt] = useState<number | null>(null);
    const themeNow = theme.value;
    const shape = JSON.stringify([
        times.map(Number),
        series.map((one) => [one.name, one.values]),
        themeNow,
        end.getTime(),
        unfinished,
        height,
    ]);
    const zoom = useRef(onZoom);
    zoom.current = onZoom;

    useEffect(() => {
        const element = frame.current!;
        const plot = draw(element, {
            times,
            unit,
            end,
            unfinished,
            series,
            format,
            height,
            onHover: setAt,
            onZoom: onZoom && ((from, to) => zoom.current?.(from, to)),
        });
        const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
        resize.observe(element);
        return () => {
            resize.disconnect();
            plot.destroy();
        };
    }, [shape]);

    const look = unit === "minute" || unit === "hour" ? "short" : "date";
    const beginText = (index: number) =>
        timeText(times[index]!, look) + (unfinished && index === times.length - 1 ? " (not over yet)" : "");
    const textAt = (one: Series, index: number) =>
        one.texts?.[index] ??
        (one.values[index] === null || one.values[index] === undefined ? "–" : format(one.values[index]!));
    return (
        <figure class="chart" style={{ margin: 0 }}>
            <div ref={frame} class="chart-plot" aria-hidden="true" />
            <ul class="chart-legend" aria-hidden="true">
                {series.map((one, index) => (
                    <li key={one.name}>
                        <span class="swatch" style={{ background: `var(--series-${(index % kSeriesColors) + 1})` }} />
                        {one.name}
                        {at !== null && `: ${textAt(one, at)}`}
                    </li>
                ))}
            </ul>
            <div class="chart-tip" aria-hidden="true">
                {at !== null && times[at]
                    ? beginText(at)
                    : unfinished
                      ? `The last ${unit}, hatched, is not over yet.`
                      : ""}
            </div>
            <details>
                <summary>{label}: as a table</summary>
                <div class="table-frame" tabIndex={0} role="region" aria-label={label}>
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">Begin</th>
                                {series.map((one) => (
                                    <th scope="col" class="end" key={one.name}>
                                        {one.name}
                                    </th>
                                ))}
                            </tr>
                        </thead>
                        <tbody>
                            {times.map((time, index) => (
                                <tr key={time.getTime()}>
                                    <th scope="row">{beginText(index)}</th>
                                    {series.map((one) => (
                                        <td class="end" key={one.name}>
                                            {textAt(one, index)}
                                        </td>
                                    ))}
                                </tr>
                            ))}
                        </tbody>
                    </table>
                </div>
            </details>
        </figure>
    );
}

const kClock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const kDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const kMonth = new Intl.DateTimeFormat(undefined, { month: "short", year: "numeric" });
const kTickSpace = 80; // pixels between two texts

// As the viewer writes them: the day where one begins, the time of day elsewhere.
function tickText(seconds: number, unit: BucketUnit): string {
    const time = new Date(seconds * 1000);
    if (unit === "month") return kMonth.format(time);
    if (unit === "week" || unit === "day") return kDay.format(time);
    return (time.getHours() + time.getMinutes() === 0 ? kDay : kClock).format(time);
}

interface Drawing {
    times: readonly Date[];
    unit: BucketUnit;
    end: Date;
    unfinished: boolean;
    series: readonly Series[];
    format: (value: number) => string;
    height: number;
    onHover: (index: number | null) => void;
    onZoom?: (from: Date, to: Date) => void;
}

const seconds = (time: Date) => time.getTime() / 1000;

// Ticks stand where buckets begin, and nowhere else: every one, or every second, third, …
function bucketTicks(times: readonly Date[]): uPlot.Axis.Splits {
    return (plot) => {
        const room = Math.max(1, Math.floor(plot.bbox.width / devicePixelRatio / kTickSpace));
        const each = Math.ceil(times.length / room);
        return times.filter((_time, index) => index % each === 0).map(seconds);
    };
}

// What is not over yet lies on hatched ground.
function hatch(plot: uPlot, from: Date, end: Date, color: string): void {
    const { ctx, bbox } = plot;
    const left = plot.valToPos(seconds(from), "x", true),
        right = plot.valToPos(seconds(end), "x", true);
    const gap = 6 * devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.beginPath();
    for (let at = left - bbox.height; at < right; at += gap) {
        ctx.moveTo(at, bbox.top + bbox.height);
        ctx.lineTo(at + bbox.height, bbox.top);
    }
    ctx.strokeStyle = color;
    ctx.lineWidth = devicePixelRatio;
    ctx.stroke();
    ctx.restore();
}

// A sum is of its whole bucket: a step as long as that, and no slope between two of them.
function draw(element: HTMLElement, drawing: Drawing): uPlot {
    const { times, unit, end, unfinished, series, format, height, onHover, onZoom } = drawing;
    const style = getComputedStyle(document.documentElement);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const axis = {
        stroke: color("--text-faint"),
        grid: { stroke: color("--chart-grid"), width: 1 },
        ticks: { show: false },
        font: `12px ${style.getPropertyValue("--sans")}`,
    };
    const options: uPlot.Options = {
        width: Math.max(element.clientWidth, 120),
        height,
        legend: { show: false },
        cursor: { y: false, drag: { x: onZoom !== undefined, y: false, setScale: false }, points: { size: 7 } },
        scales: { x: { time: true }, y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.08 : 1] } },
        axes: [
            { ...axis, splits: bucketTicks(times), values: (_plot, splits) => splits.map((at) => tickText(at, unit)) },
            { ...axis, size: 64, values: (_plot, splits) => splits.map((value) => format(value)) },
        ],
        series: [
            {},
            ...series.map((one, index) => {
                const stroke = color(`--series-${(index % kSeriesColors) + 1}`);
                return {
                    label: one.name,
                    stroke,
                    width: 1.8,
                    paths: uPlot.paths.stepped!({ align: 1 }),
                    fill: series.length === 1 ? stroke + "22" : undefined,
                    points: { show: false },
                };
            }),
        ],
        hooks: {
            drawClear: [(plot) => unfinished && hatch(plot, times.at(-1)!, end, color("--chart-grid"))],
            // The end is no bucket of its own.
            setCursor: [({ cursor: { idx } }) => onHover(idx == null ? null : Math.min(idx, times.length - 1))],
            setSelect: [
                (plot) => {
                    const { left, width } = plot.select;
                    if (width < 4 || !onZoom) return;
                    onZoom(
                        new Date(plot.posToVal(left, "x") * 1000),
                        new Date(plot.posToVal(left + width, "x") * 1000),
                    );
                    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
                },
            ],
        },
    };
    const data = [
        [...times, end].map(seconds),
        ...series.map((one) => [...one.values, one.values.at(-1) ?? null]),
    ] as uPlot.AlignedData;
    return new uPlot(options, data, element);
}
