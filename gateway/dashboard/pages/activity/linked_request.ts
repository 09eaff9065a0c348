// One request that a link names, wherever in the feed it stands. The API lists requests by time and does not look one up
// for a session; but the id says when the request began, and it was settled at that time or later.
import { useEffect, useState } from "preact/hooks";
import { call } from "../../api/client";
import { countText } from "../../components/time";
import type { Request } from "./filters";

export type Linked =
    { kind: "none" } | { kind: "looking" } | { kind: "found"; row: Request } | { kind: "missing"; words: string };

const kPageRows = 1000;
const kMostPages = 12; // that are looked through for one link
// Settled so many seconds after it began: most are in the first ones, so that little is read.
const kEdgesSeconds = [-2, 2, 15, 60, 600, 3600, 86_400];
const kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const kTimeLetters = 10;
const kDayMs = 86_400_000;

// When the request of this id began; null: it is no id. Ids are ULIDs.
export function beganAt(id: string): Date | null {
    const [, text] = /^(?:gen-|req_)([0-7][0-9A-HJKMNP-TV-Z]{25})$/.exec(id) ?? [];
    if (text === undefined) return null;
    let time = 0;
    for (const letter of text.slice(0, kTimeLetters)) time = time * kLetters.length + kLetters.indexOf(letter);
    return new Date(time);
}

async function findRequest(organization: string, id: string): Promise<Linked> {
    const began = beganAt(id);
    if (began === null) return { kind: "missing", words: "The link names no request: it may have been cut." };
    const wanted = id.replace(/^req_/, "gen-");
    const edges = kEdgesSeconds.map((seconds) => new Date(began.getTime() + 1000 * seconds).toISOString());
    let pages = 0;
    for (let at = 0; at + 1 < edges.length; ++at) {
        let cursor: string | undefined = undefined;
        do {
            if (++pages > kMostPages) {
                const words = `The linked request is not among the ${countText(kMostPages * kPageRows)} that were settled soonest after it began: narrow the time, and look for it in the list.`;
                return { kind: "missing", words };
            }
            const page: Awaited<ReturnType<typeof pageOf>> = await pageOf(
                organization,
                edges[at]!,
                edges[at + 1]!,
                cursor,
            );
            if (!page.ok)
                return { kind: "missing", words: `The linked request cannot be shown: ${page.error.message}` };
            const row = page.value.data.find((one) => one.id === wanted);
            if (row !== undefined) return { kind: "found", row };
            cursor = page.value.next_cursor ?? undefined;
        } while (cursor !== undefined);
    }
    return { kind: "missing", words: await whyMissing(organization, began) };
}

function pageOf(organization: string, from: string, to: string, cursor: string | undefined) {
    return call("GET", "/api/organizations/{organization}/activity", {
        path: { organization },
        query: { from, to, limit: kPageRows, cursor },
    });
}

async function whyMissing(organization: string, began: Date): Promise<string> {
    const retention = await call("GET", "/api/organizations/{organization}/retention", { path: { organization } });
    const days = retention.ok ? Number(retention.value.effective.days) : null;
    if (days !== null && Date.now() - began.getTime() > days * kDayMs)
        return `The linked request is gone: detail is kept for ${countText(days)} days here.`;
    return "The linked request is not here: it is still running, it was kept by nobody (retention), or it is another's whose requests are not yours to see.";
}

// `id` is null where the feed shows it already, or nothing is linked to.
export function useLinkedRequest(organization: string, id: string | null): Linked {
    const [found, setFound] = useState<{ key: string; linked: Linked } | null>(null);
    const key = `${organization} ${id}`;
    useEffect(() => {
        if (id === null || found?.key === key) return;
        let late = false;
        void findRequest(organization, id).then((linked) => late || setFound({ key, linked }));
        return () => {
            late = true;
        };
    }, [key]);
    if (id === null) return { kind: "none" };
    return found?.key === key ? found.linked : { kind: "looking" };
}
