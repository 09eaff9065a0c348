// A stream of server-sent events from the API, with the session's cookie.
import { errorOf, send, urlOf, type ApiError } from "./client";
import { readJson } from "./json";
import { session } from "./session";

export interface LiveEvent {
    name: string;
    data: unknown;
}

// One event, whose lines are whole. Null: a comment, which shows that the stream lives.
export function readEvent(block: string): LiveEvent | null {
    let name = "message";
    const data: string[] = [];
    for (const line of block.split("\n")) {
        if (line.startsWith("event:")) name = line.slice(6).trim();
        if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
    }
    return data.length === 0 ? null : { name, data: readJson(data.join("\n")) };
}

class StreamRefused extends Error {
    constructor(readonly error: ApiError) {
        super(error.message);
    }
}

export type Watching =
    | { kind: "connecting" }
    | { kind: "live" }
    | { kind: "waiting"; words: string } // it broke, and is tried again by itself
    | { kind: "refused"; words: string }; // it ended for good

export interface Watcher {
    onOpen: () => void; // what is settled from now on is told; called again each time that the stream begins anew
    onEvent: (event: LiveEvent) => void;
    onState?: (state: Watching) => void;
}

const kFirstPauseMs = 1000,
    kMostPauseMs = 60_000;
const kSteadyMs = 10_000; // a stream that lived so long was a good one
const kSilenceMs = 45_000; // the gateway says something every 15 seconds

// Watches a stream until what it returns is called: again when it breaks, with pauses that grow, not while the page is
// hidden, and not while nobody is signed in. It ends where the person may not watch.
export function keepWatching(
    path: string,
    fields: Record<string, string>,
    query: Record<string, unknown>,
    watcher: Watcher,
): () => void {
    const end = new AbortController();
    const tell = (state: Watching) => !end.signal.aborted && watcher.onState?.(state);
    const address = urlOf(path, fields, query);
    const watch = async () => {
        let failures = 0;
        while (!end.signal.aborted) {
            if (document.hidden) {
                await wakeUp(end.signal);
                continue;
            }
            tell({ kind: "connecting" });
            const began = performance.now();
            const failure = await readStream(address, end.signal, watcher, () => tell({ kind: "live" }));
            if (end.signal.aborted || failure === "hidden") continue;
            if (failure?.status === 401) {
                await signedIn(end.signal);
                continue;
            }
            if (failure?.status === 403 || failure?.status === 404)
                return tell({ kind: "refused", words: failure.message });
            failures = performance.now() - began > kSteadyMs ? 0 : failures + 1;
            const grown = Math.min(kFirstPauseMs * 2 ** failures, kMostPauseMs);
            const pause = Math.max(grown, 1000 * (failure?.retryAfterSeconds ?? 0));
            tell({ kind: "waiting", words: failure?.message ?? "The connection broke." });
            await wakeUp(end.signal, pause);
        }
    };
    void watch();
    return () => end.abort();
}

// Null: it ended, or the connection broke.
async function readStream(
    address: string,
    end: AbortSignal,
    watcher: Watcher,
    onLive: () => void,
): Promise<ApiError | "hidden" | null> {
    const stop = new AbortController();
    const turn = () => document.hidden && stop.abort();
    const halt = () => stop.abort();
    let silence: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
        clearTimeout(silence);
        silence = setTimeout(halt, kSilenceMs);
    };
    document.addEventListener("visibilitychange", turn);
    end.addEventListener("abort", halt);
    try {
        heard();
        const response = await send("GET", address, { signal: stop.signal });
        if (!response.ok || response.body === null) throw new StreamRefused(await refusalOf(response));
        onLive();
        watcher.onOpen();
        for await (const block of blocksOf(response.body)) {
            heard();
            const event = readEvent(block);
            if (event !== null && !end.aborted) watcher.onEvent(event);
        }
        return null;
    } catch (failure) {
        if (failure instanceof StreamRefused) return failure.error;
        return document.hidden ? "hidden" : null;
    } finally {
        clearTimeout(silence);
        document.removeEventListener("visibilitychange", turn);
        end.removeEventListener("abort", halt);
    }
}

async function refusalOf(response: Response): Promise<ApiError> {
    let body: unknown = null;
    try {
        body = readJson(await response.text());
    } catch {
        // a proxy's page, say: the status tells
    }
    return errorOf(response, body);
}

// Until the time is over, the page is shown again, there is a network again, or it is ended.
function wakeUp(end: AbortSignal, afterMs?: number): Promise<void> {
    return new Promise((done) => {
        const timer = afterMs === undefined ? undefined : setTimeout(wake, afterMs);
        const turn = () => !document.hidden && wake();
        function wake() {
            clearTimeout(timer);
            document.removeEventListener("visibilitychange", turn);
            removeEventListener("online", wake);
            end.removeEventListener("abort", wake);
            done();
        }
        document.addEventListener("visibilitychange", turn);
        addEventListener("online", wake);
        end.addEventListener("abort", wake);
    });
}

function signedIn(end: AbortSignal): Promise<void> {
    return new Promise((done) => {
        let leave: (() => void) | null = null;
        const finish = () => {
            leave?.();
            end.removeEventListener("abort", finish);
            done();
        };
        end.addEventListener("abort", finish);
        leave = session.subscribe((state) => state.kind === "signed_in" && queueMicrotask(finish));
    });
}

// Each event of a stream as its text.
export async function* blocksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
    const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
    let text = "";
    try {
        for (;;) {
            const { done, value } = await reader.read();
            if (done) return;
            text += value.replace(/\r\n/g, "\n");
            const blocks = text.split("\n\n");
            text = blocks.pop()!;
            yield* blocks;
        }
    } finally {
        void reader.cancel().catch(() => undefined);
    }
}
