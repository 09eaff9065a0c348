// The one way to the API. Errors are values; what a page shows of them is `message`, and `field` says where it belongs.
import { signal } from "@preact/signals";
import { route } from "../router";
import type { paths } from "./types";
import { readJson, writeJson } from "./json";

export interface ApiError {
    status: number; // 0: no answer came
    code: string;
    reason: string | null;
    message: string;
    field: string | null; // of the body or the query
    retryAfterSeconds: number | null;
    extra: Record<string, unknown>; // further members of the error
}

export type Result<T> =
    { ok: true; value: T; status: number; version: number | null; headers: Headers } | { ok: false; error: ApiError };

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type OperationAt<P extends keyof paths, M extends Method> = NonNullable<paths[P][Lowercase<M> & keyof paths[P]]>;
export type PathOf<M extends Method> = {
    [P in keyof paths]: Lowercase<M> extends keyof paths[P] ? P : never;
}[keyof paths];

type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : never;
type Success<T> = T extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 202)]> : never;
export type AnswerOf<M extends Method, P extends keyof paths> = Success<OperationAt<P, M>>;
export type BodyOf<M extends Method, P extends keyof paths> =
    OperationAt<P, M> extends { requestBody?: infer B } ? Json<NonNullable<B>> : never;
type PathFields<T> = T extends { parameters: { path: infer Fields } } ? Fields : Record<string, never>;
type QueryFields<T> = T extends { parameters: { query?: infer Fields } } ? NonNullable<Fields> : Record<string, never>;

export interface CallOptions<M extends Method, P extends keyof paths> {
    path?: PathFields<OperationAt<P, M>>;
    query?: Partial<QueryFields<OperationAt<P, M>>>;
    body?: BodyOf<M, P>;
    ifMatch?: number | null; // the version that is changed: 412 if there is a newer one
    // Of a change: the same for each try of the same act, so that it is done once (useAction() sees to that).
    idempotencyKey?: string;
    signal?: AbortSignal;
    asOperator?: boolean; // an act of the gateway's operator, also where he is a member
}

// The same for routes that the document does not describe.
export interface RawOptions {
    path?: Record<string, string>;
    query?: Record<string, unknown>;
    body?: unknown;
    ifMatch?: number | null;
    idempotencyKey?: string;
    signal?: AbortSignal;
    headers?: Record<string, string>;
    asOperator?: boolean;
}

// How a call goes on that its person must prove himself for: asked once, then it is made again (set by app.tsx, since the
// dialog needs calls itself).
export const stepUp: { ask: () => Promise<boolean> } = { ask: () => Promise.resolve(false) };

// The organization that refused its owner for want of a second factor.
export const ownerWithoutFactor = signal<string | null>(null);

// Counts the times that a call was answered "not signed in". The session watches it (session.ts).
export const refusedAsUnknown = signal(0);

export function newIdempotencyKey(): string {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Relative to the page, wherever a proxy has put it.
export function urlOf(path: string, fields: Record<string, string> = {}, query: Record<string, unknown> = {}): string {
    const filled = path.replace(/\{(\w+)(?:\.\.\.)?\}/g, (_all, name: string) =>
        encodeURIComponent(fields[name] ?? ""),
    );
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
        if (value === undefined || value === null || value === "") continue;
        search.set(name, Array.isArray(value) ? value.join(",") : String(value));
    }
    const text = search.toString();
    return filled.replace(/^\//, "") + (text ? "?" + text : "");
}

export function noAnswer(message: string, code: string): { ok: false; error: ApiError } {
    return {
        ok: false,
        error: { status: 0, code, reason: null, message, field: null, retryAfterSeconds: null, extra: {} },
    };
}

export function errorOf(response: Response, body: unknown): ApiError {
    const inner = (body as { error?: Record<string, unknown> } | null)?.error ?? {};
    const { message, code, type: _type, param, reason, ...extra } = inner;
    const wait = response.headers.get("retry-after");
    // Where the gateway's accounts say it, the field is named in the message alone: "slug: must be …".
    const named = /^([a-z_]+): /.exec(typeof message === "string" ? message : "")?.[1] ?? null;
    return {
        status: response.status,
        code: typeof code === "string" ? code : String(response.status),
        reason: typeof reason === "string" ? reason : null,
        message: typeof message === "string" ? message : `The gateway answered ${response.status}.`,
        field: typeof param === "string" ? param : named,
        retryAfterSeconds: wait === null ? null : Number(wait),
        extra,
    };
}

function versionOf(headers: Headers): number | null {
    const found = /^(?:W\/)?"?(\d+)/.exec(headers.get("etag") ?? "");
    return found ? Number(found[1]) : null;
}

export async function send(method: Method, url: string, options: RawOptions = {}): Promise<Response> {
    const headers: Record<string, string> = { accept: "application/json", ...options.headers };
    if (method !== "GET") {
        headers["content-type"] = "application/json";
        headers["idempotency-key"] = options.idempotencyKey ?? newIdempotencyKey();
    }
    // A person who operates the gateway has organizations of his own, too: the page says as whom he asks.
    if (options.asOperator === true || route.peek().kind === "operator") headers["x-tollgate-as"] = "operator";
    if (typeof options.ifMatch === "number") headers["if-match"] = `"${options.ifMatch}"`;
    const response = await fetch(url, {
        method,
        headers,
        body: options.body === undefined ? undefined : writeJson(options.body),
        signal: options.signal,
        credentials: "same-origin",
        cache: "no-store",
        redirect: "error",
    });
    // Wrong passwords are 401, too; they are the sign-in form's to show.
    if (response.status === 401 && !url.startsWith("api/sessions")) refusedAsUnknown.value += 1;
    return response;
}

async function attempt<T>(method: Method, path: string, options: RawOptions): Promise<Result<T>> {
    let response: Response, text: string;
    try {
        response = await send(method, urlOf(path, options.path, options.query), options);
        text = await response.text();
    } catch (failure) {
        if (options.signal?.aborted) return noAnswer("The call was cancelled.", "aborted");
        console.warn(failure);
        return noAnswer("The gateway cannot be reached. Check the connection and try again.", "unreachable");
    }
    let body: unknown = null;
    try {
        body = text === "" ? null : readJson(text);
    } catch {
        if (response.ok) return noAnswer("The gateway's answer could not be read.", "unreadable");
    }
    if (response.ok) {
        return {
            ok: true,
            value: body as T,
            status: response.status,
            version: versionOf(response.headers),
            headers: response.headers,
        };
    }
    const error = errorOf(response, body);
    if ((error.reason ?? error.code) === "second_factor_needed")
        ownerWithoutFactor.value = options.path?.organization ?? null;
    return { ok: false, error };
}

export async function callRaw<T>(method: Method, path: string, options: RawOptions = {}): Promise<Result<T>> {
    const whole = { idempotencyKey: newIdempotencyKey(), ...options };
    const answer = await attempt<T>(method, path, whole);
    if (answer.ok || answer.error.code !== "step_up_required" || !(await stepUp.ask())) return answer;
    return attempt<T>(method, path, whole);
}

export function call<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    options: CallOptions<M, P> = {},
): Promise<Result<AnswerOf<M, P>>> {
    return callRaw<AnswerOf<M, P>>(method, path as string, options as RawOptions);
}
