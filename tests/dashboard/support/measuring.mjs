// Figures of times, and how long a page takes until it can be used.
import { readFile } from "node:fs/promises";

// The nearest rank.
export function percentile(times, share) {
    const sorted = [...times].sort((one, other) => one - other);
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
export const inMs = (time) => `${time.toFixed(time < 10 ? 1 : 0)} ms`;
export const percentiles = (times) =>
    [0.5, 0.95, 0.99].map((share) => `p${share * 100} ${inMs(percentile(times, share))}`).join(", ");

// Milliseconds of each of `count` calls, one after the other.
export async function timesOf(count, act) {
    const times = [];
    for (let at = 0; at < count; ++at) {
        const begun = performance.now();
        await act(at);
        times.push(performance.now() - begun);
    }
    return times;
}

// Runs before a page's own scripts: notes when the page changed, when an answer came and when the main thread was busy.
export function watchPage() {
    const noted = { changed: 0, answered: 0, idle: 0 };
    window.noted = noted;
    new MutationObserver(() => (noted.changed = performance.now())).observe(document, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
    });
    const watch = (type, note) =>
        new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
    watch("resource", (entry) => (noted.answered = Math.max(noted.answered, entry.responseEnd)));
    watch("longtask", (entry) => (noted.idle = Math.max(noted.idle, entry.startTime + entry.duration)));
}

// Of a page that has settled: milliseconds from the navigation until nothing changed any more, no answer came and the
// main thread had nothing long to do.
export const usableAfter = (tab) => tab.evaluate(() => Math.max(...Object.values(window.noted)));

// Of the process: of memory, and the most it had.
export async function memoryOf(pid) {
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const mebibytes = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024);
    return { now: mebibytes("VmRSS"), most: mebibytes("VmHWM") };
}
