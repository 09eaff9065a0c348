// Lines or bars over time, drawn by uPlot. The same numbers stand in a table beside it, for whoever does not see it or
// wants them exactly.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
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
    unit: "minute" | "hour" | "day";
    series: readonly Series[];
    format: (value: number) => string;
    bars?: boolean;
    height?: number;
    onZoom?: (from: Date, to: Date) => void; // a span was drawn with the mouse
}

const kSeriesColors = 8;

export function Chart({ label, times, unit, series, format, bars, height = 220, onZoom }: ChartProps) {
    const frame = useRef<HTMLDivElement>(null);
    const [at, setAt] = useState<number | null>(null);
    const themeNow = theme.value;
    const shape = JSON.stringify([
        times.map(Number),
        series.map((one) => [one.name, one.values]),
        themeNow,
        bars,
        height,
    ]);
    const zoom = useRef(onZoom);
    zoom.current = onZoom;

    useEffect(() => {
        const element = frame.current!;
        const plot = draw(element, {
            times,
            series,
            format,
            bars,
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

    const look = unit === "day" ? "date" : "short";
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
                {at !== null && times[at] ? timeText(times[at], look) : ""}
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
                                    <th scope="row">{timeText(time, look)}</th>
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

// As the viewer writes them: the day where one begins, the time of day elsewhere.
function timeTexts(seconds: readonly number[]): string[] {
    return seconds.map((one) => {
        const time = new Date(one * 1000);
        return (time.getHours() + time.getMinutes() === 0 ? kDay : kClock).format(time);
    });
}

interface Drawing {
    times: readonly Date[];
    series: readonly Series[];
    format: (value: number) => string;
    bars?: boolean;
    height: number;
    onHover: (index: number | null) => void;
    onZoom?: (from: Date, to: Date) => void;
}

function draw(element: HTMLElement, { times, series, format, bars, height, onHover, onZoom }: Drawing): uPlot {
    const style = getComputedStyle(document.documentElement);
    const color = (name: string) => style.getPropertyValue(name).trim();
    const axis = {
        stroke: color("--text-faint"),
        grid: { stroke: color("--chart-grid"), width: 1 },
        ticks: { show: false },
        font: `12px ${style.getPropertyValue("--sans")}`,
    };
    const paths = bars ? uPlot.paths.bars!({ size: [0.7, 48], align: 1 }) : undefined;
    const options: uPlot.Options = {
        width: Math.max(element.clientWidth, 120),
        height,
        legend: { show: false },
        cursor: { y: false, drag: { x: onZoom !== undefined, y: false, setScale: false }, points: { size: 7 } },
        scales: { x: { time: true }, y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.08 : 1] } },
        axes: [
            { ...axis, space: 80, values: (_plot, splits) => timeTexts(splits) },
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
                    paths,
                    fill: bars ? stroke : series.length === 1 ? stroke + "22" : undefined,
                    points: { show: !bars && times.length < 3 },
                };
            }),
        ],
        hooks: {
            setCursor: [(plot) => onHover(plot.cursor.idx ?? null)],
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
        times.map((time) => time.getTime() / 1000),
        ...series.map((one) => [...one.values]),
    ] as uPlot.AlignedData;
    return new uPlot(options, data, element);
}
