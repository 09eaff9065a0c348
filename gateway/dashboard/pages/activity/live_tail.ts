// Requests as they are settled, above those that were there. Nothing is watched while the page is hidden.
import { useEffect, useState } from "preact/hooks";
import { watchEvents } from "../../api/live";
import type { Request } from "./filters";

const kMostRows = 500;
const kPauseMs = 3000; // before a broken stream is begun again

export interface Tail {
    rows: Request[]; // newest first
    lost: number; // that came too quickly
    broken: boolean;
}
const kNothing: Tail = { rows: [], lost: 0, broken: false };

export function useTail(organization: string, filters: Record<string, string>, on: boolean): Tail {
    const [tail, setTail] = useState<Tail>(kNothing);
    const key = JSON.stringify([organization, filters, on]);
    useEffect(() => {
        setTail(kNothing);
        if (!on) return;
        let stop = new AbortController();
        let ended = false;
        const note = (name: string, data: unknown) =>
            setTail((before) => {
                if (name === "lost") return { ...before, lost: before.lost + (data as { requests: number }).requests };
                const row = data as Request;
                return {
                    ...before,
                    broken: false,
                    rows: [row, ...before.rows.filter((one) => one.id !== row.id)].slice(0, kMostRows),
                };
            });
        const watch = async () => {
            while (!ended && !document.hidden) {
                stop = new AbortController();
                try {
                    await watchEvents(
                        "/api/organizations/{organization}/activity/live",
                        { organization },
                        filters,
                        stop.signal,
                        (event) => note(event.name, event.data),
                    );
                } catch {
                    if (!stop.signal.aborted) setTail((before) => ({ ...before, broken: true }));
                }
                if (!stop.signal.aborted) await new Promise((done) => setTimeout(done, kPauseMs));
            }
        };
        const turn = () => (document.hidden ? stop.abort() : void watch());
        document.addEventListener("visibilitychange", turn);
        void watch();
        return () => {
            ended = true;
            stop.abort();
            document.removeEventListener("visibilitychange", turn);
        };
    }, [key]);
    return tail;
}
