// A stream of server-sent events from the API, with the session's cookie, until it ends or is stopped.
import { send, urlOf } from "./client";
import { readJson } from "./json";

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

// Throws where the call is refused or the connection breaks; returns when the stream ends.
export async function watchEvents(
    path: string,
    fields: Record<string, string>,
    query: Record<string, unknown>,
    signal: AbortSignal,
    onEvent: (event: LiveEvent) => void,
): Promise<void> {
    const response = await send("GET", urlOf(path, fields, query), { signal });
    if (!response.ok || response.body === null) throw new Error(`the stream was refused: ${response.status}`);
    for await (const block of blocksOf(response.body)) {
        const event = readEvent(block);
        if (event !== null) onEvent(event);
    }
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
