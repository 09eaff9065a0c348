// A list as one table for spreadsheets, however long it is: page after page, by the cursor that each answer names. The
// gateway makes no table of any length, so that its memory is that of a page and whoever waits can stop. Weighed against
// it: one answer that the gateway writes as it reads. That would hold a reader and a snapshot for as long as the slowest
// browser takes, and a table that broke off would look whole.
import { errorOf, send, urlOf, type ApiError } from "./client";
import { readJson } from "./json";

const kMostBytes = 2 ** 30; // more rows than spreadsheets open

export type WholeCsv = { ok: true; table: Blob } | { ok: false; error: Pick<ApiError, "code" | "message"> };

// `query` has the `limit` of a page. Each page is told to `onBytes` as the sum so far.
export async function readWholeCsv(
    path: string,
    fields: Record<string, string>,
    query: Record<string, unknown>,
    signal: AbortSignal,
    onBytes: (sum: number) => void,
): Promise<WholeCsv> {
    const pages: Blob[] = []; // the browser may keep them outside of its memory
    let bytes = 0,
        cursor: string | null = null;
    try {
        do {
            const answer = await send("GET", urlOf(path, fields, { ...query, format: "csv", cursor }), { signal });
            const text = await answer.text();
            if (!answer.ok) return { ok: false, error: errorOf(answer, readJson(text)) };
            // The line of names is that of the first page.
            const page = new Blob([cursor === null ? text : text.slice(text.indexOf("\r\n") + 2)]);
            pages.push(page);
            bytes += page.size;
            if (bytes > kMostBytes)
                return {
                    ok: false,
                    error: { code: "too_long", message: "The table is larger than 1 GB: choose less time." },
                };
            onBytes(bytes);
            cursor = answer.headers.get("x-next-cursor");
        } while (cursor !== null);
    } catch (failure) {
        if (!signal.aborted) console.warn(failure);
        return {
            ok: false,
            error: signal.aborted
                ? { code: "aborted", message: "The table was not saved." }
                : {
                      code: "unreachable",
                      message: "The gateway cannot be reached. Check the connection and try again.",
                  },
        };
    }
    return { ok: true, table: new Blob(pages, { type: "text/csv;charset=utf-8" }) };
}
