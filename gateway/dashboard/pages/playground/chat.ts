// A chat with a model, as a session makes it: streamed, and billed like every other request. No key is in the browser.
import { signal, type Signal } from "@preact/signals";
import { errorOf, send, urlOf, type ApiError } from "../../api/client";
import type { Decimal } from "../../api/decimal";
import { readJson } from "../../api/json";
import { blocksOf } from "../../api/live";
import type { components } from "../../api/types";
import { noteInMemory } from "../../components/unsaved";
import type { Typed } from "../llm/parameters";

const kPath = "/api/organizations/{organization}/playground/chat/completions";
const kDone = "[DONE]";

export interface Turn {
    id: number;
    role: "user" | "assistant" | "tool";
    text: string;
    images: string[]; // data: URLs
    reasoning?: string;
    tools?: ToolCall[]; // that the model calls
    toolCall?: string; // whose result this is
    report?: Report; // of an answer that has ended
    error?: ApiError | null;
    stopped?: boolean;
}
export interface ToolCall {
    id: string;
    name: string;
    arguments: string;
}
export interface Report {
    request: string | null; // its id in the activity
    model: string | null;
    provider: string | null;
    cost: Decimal | null;
    promptTokens: number | null;
    answerTokens: number | null;
    firstTokenMs: number | null;
    wholeMs: number;
    routing: string | null;
    finish: string | null;
}
export type Settings = Record<string, unknown>; // members of the request beside its messages

interface Chunk {
    choices?: {
        delta?: {
            content?: string | null;
            reasoning?: string | null;
            reasoning_content?: string | null;
            tool_calls?: { index: number; id?: string; function?: { name?: string; arguments?: string } }[];
        };
        finish_reason?: string | null;
    }[];
    usage?: { prompt_tokens: number; completion_tokens: number; cost?: Decimal } | null;
    openrouter_metadata?: components["schemas"]["RoutingPreview"];
    error?: { message?: string; code?: string };
}

let nextId = 1;
export const newTurn = (role: Turn["role"], text: string, more: Partial<Turn> = {}): Turn => ({
    id: nextId++,
    role,
    text,
    images: [],
    ...more,
});

function messageOf(turn: Turn): unknown {
    if (turn.role === "tool") return { role: "tool", tool_call_id: turn.toolCall, content: turn.text };
    const calls = turn.tools?.map((one) => ({
        id: one.id,
        type: "function",
        function: { name: one.name, arguments: one.arguments },
    }));
    if (turn.role === "assistant")
        return { role: "assistant", content: turn.text || null, ...(calls?.length ? { tool_calls: calls } : {}) };
    if (turn.images.length === 0) return { role: "user", content: turn.text };
    const images = turn.images.map((url) => ({ type: "image_url", image_url: { url } }));
    return { role: "user", content: [{ type: "text", text: turn.text }, ...images] };
}

export function messagesOf(system: string, turns: readonly Turn[]): unknown[] {
    const said: Turn[] = [];
    for (const turn of turns) {
        if (turn.role !== "assistant" || turn.text !== "" || (turn.tools?.length ?? 0) > 0) said.push(turn);
        // A question that was not answered is not asked again with the next one.
        else if (said.at(-1)?.role === "user") said.pop();
    }
    return [...(system.trim() ? [{ role: "system", content: system }] : []), ...said.map(messageOf)];
}

export interface Draft {
    system: string;
    typed: Typed; // parameters
    tools: string; // JSON
}

// A chat outlives its page: who looks at a request in the activity finds it again. It ends with the document.
interface Chat {
    turns: Signal<readonly Turn[]>;
    busy: Signal<boolean>;
    draft: Signal<Draft>;
    cancel: AbortController | null;
}
const chats = new Map<string, Chat>(); // by organization

function chatOf(organization: string): Chat {
    const found = chats.get(organization) ?? {
        turns: signal<readonly Turn[]>([]),
        busy: signal(false),
        draft: signal<Draft>({ system: "", typed: {}, tools: "" }),
        cancel: null,
    };
    chats.set(organization, found);
    return found;
}

// `who`: the query that says for whom, see docs/signing_in.md.
export function useChat(organization: string, who: Record<string, string>) {
    const chat = chatOf(organization);
    const ask = async (history: readonly Turn[], settings: Settings, system: string) => {
        const answer = newTurn("assistant", "");
        const show = (change: Partial<Turn>) => {
            Object.assign(answer, change);
            chat.turns.value = [...history, { ...answer }];
        };
        const stop = new AbortController();
        chat.cancel = stop;
        chat.busy.value = true;
        noteInMemory(chat, true);
        show({});
        try {
            await stream(urlOf(kPath, { organization }, who), stop.signal, show, answer, {
                ...settings,
                messages: messagesOf(system, history),
                stream: true,
                stream_options: { include_usage: true },
            });
        } catch (failure) {
            if (stop.signal.aborted) show({ stopped: true });
            else show({ error: brokenOff(failure) });
        }
        chat.busy.value = false;
        chat.cancel = null;
    };
    return {
        turns: chat.turns.value,
        busy: chat.busy.value,
        draft: chat.draft.value,
        setDraft: (change: Partial<Draft>) => {
            chat.draft.value = { ...chat.draft.value, ...change };
        },
        ask,
        stop: () => chat.cancel?.abort(),
        keep: (turns: readonly Turn[]) => {
            chat.turns.value = turns;
            noteInMemory(chat, turns.length > 0);
        },
    };
}

async function stream(
    url: string,
    signal: AbortSignal,
    show: (change: Partial<Turn>) => void,
    answer: Turn,
    body: unknown,
): Promise<void> {
    const began = performance.now();
    let first: number | null = null;
    const report: Report = {
        ...{ request: null, model: null, provider: null, cost: null, promptTokens: null, answerTokens: null },
        ...{ firstTokenMs: null, wholeMs: 0, routing: null, finish: null },
    };
    const response = await send("POST", url, { body, signal, headers: { "x-tollgate-explain": "1" } });
    report.request = response.headers.get("x-generation-id");
    report.model = response.headers.get("x-tollgate-model");
    report.provider = response.headers.get("x-tollgate-provider");
    if (!response.ok || response.body === null)
        return show({ error: errorOf(response, readBody(await response.text())) });
    for await (const block of blocksOf(response.body)) {
        const data = block.replace(/^data: ?/, "");
        if (!block.startsWith("data:") || data === kDone) continue;
        const chunk = readJson(data) as Chunk;
        if (chunk.error) show({ error: errorOf(response, chunk) });
        const choice = chunk.choices?.[0];
        if (choice?.delta && first === null && (choice.delta.content || choice.delta.tool_calls)) {
            first = performance.now();
            report.firstTokenMs = Math.round(first - began);
        }
        take(chunk, answer, report);
        show({});
    }
    report.wholeMs = Math.round(performance.now() - began);
    show({ report });
}

function take(chunk: Chunk, answer: Turn, report: Report): void {
    const choice = chunk.choices?.[0];
    answer.text += choice?.delta?.content ?? "";
    const thought = choice?.delta?.reasoning ?? choice?.delta?.reasoning_content ?? "";
    if (thought) answer.reasoning = (answer.reasoning ?? "") + thought;
    for (const part of choice?.delta?.tool_calls ?? []) {
        const calls = (answer.tools ??= []);
        const call = (calls[part.index] ??= { id: "", name: "", arguments: "" });
        call.id = part.id ?? call.id;
        call.name += part.function?.name ?? "";
        call.arguments += part.function?.arguments ?? "";
    }
    if (choice?.finish_reason) report.finish = choice.finish_reason;
    if (chunk.usage) {
        report.promptTokens = chunk.usage.prompt_tokens;
        report.answerTokens = chunk.usage.completion_tokens;
        report.cost = chunk.usage.cost ?? null;
    }
    if (chunk.openrouter_metadata) report.routing = chunk.openrouter_metadata.summary;
}

function readBody(text: string): unknown {
    try {
        return readJson(text);
    } catch {
        return null;
    }
}

function brokenOff(failure: unknown): ApiError {
    console.warn(failure);
    const message = "The connection broke off before the answer was whole. What was answered is billed.";
    return { status: 0, code: "unreachable", reason: null, message, field: null, retryAfterSeconds: null, extra: {} };
}
