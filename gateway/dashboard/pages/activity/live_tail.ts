// Requests as they are settled, above those that were there. Each time that the stream begins, the feed is asked for what
// was settled since the newest request that is known: nothing that came while nobody watched is left out without a word.
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client";
import { keepWatching, type Watching } from "../../api/live";
import type { Request } from "./filters";

const kMostRows = 500;
// Requests that end together may be listed in another order than that of their times.
const kOverlapMs = 5000;

export interface Tail {
    rows: Request[]; // newest first
    gap: { from: string | null; to: string | null } | null; // what was settled between these is missing
    full: boolean; // older ones that came since are left out
    state: Watching;
}
const kNothing: Tail = { rows: [], gap: null, full: false, state: { kind: "connecting" } };

interface Shown {
    rows: readonly Request[] | null; // of the page that the requests go above; null: it is not here yet
    from: string; // where its range begins
    opened: number; // another one: it was loaded anew
}

function merged(before: Tail, more: readonly Request[]): Tail {
    const rows = new Map([...before.rows, ...more].map((row) => [row.id, row]));
    const sorted = [...rows.values()].sort((one, other) => Date.parse(other.settled_at) - Date.parse(one.settled_at));
    return { ...before, rows: sorted.slice(0, kMostRows), full: before.full || sorted.length > kMostRows };
}

export function useTail(organization: string, filters: Record<string, string>, on: boolean, shown: Shown): Tail {
    const [tail, setTail] = useState<Tail>(kNothing);
    const ready = on && shown.rows !== null;
    const key = JSON.stringify([organization, filters, ready, shown.opened]);
    useEffect(() => {
        setTail(kNothing);
        if (!ready) return;
        let newest = shown.rows![0]?.settled_at ?? null;
        // What is older than the page is on the pages behind it.
        const floor = Date.parse(shown.rows!.at(-1)?.settled_at ?? shown.from);
        let ended = false;
        const add = (more: readonly Request[]) => {
            for (const row of more)
                if (newest === null || Date.parse(row.settled_at) > Date.parse(newest)) newest = row.settled_at;
            setTail((before) => merged(before, more));
        };
        const catchUp = async () => {
            const since = newest;
            const page = await call("GET", "/api/organizations/{organization}/activity", {
                path: { organization },
                query: { ...filters, from: since === null ? shown.from : before(since), limit: kMostRows },
            });
            if (ended) return;
            const rows = page.ok ? page.value.data : [];
            add(rows.filter((row) => Date.parse(row.settled_at) > floor));
            const oldest = rows.at(-1)?.settled_at ?? null;
            const reached = since !== null && oldest !== null && Date.parse(oldest) <= Date.parse(since);
            const whole = page.ok && (page.value.next_cursor === null || reached);
            if (!whole) setTail((held) => ({ ...held, gap: { from: since, to: oldest } }));
        };
        const stop = keepWatching("/api/organizations/{organization}/activity/live", { organization }, filters, {
            onOpen: () => void catchUp(),
            // What came too quickly for the stream is listed all the same.
            onEvent: (event) => (event.name === "lost" ? void catchUp() : add([event.data as Request])),
            onState: (state) => setTail((held) => ({ ...held, state })),
        });
        return () => {
            ended = true;
            stop();
        };
    }, [key]);
    return tail;
}

function before(time: string): string {
    return new Date(Date.parse(time) - kOverlapMs).toISOString();
}
