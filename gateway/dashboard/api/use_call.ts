// Calls as components use them. What is asked is the key of what is shown: when the organization changes, nothing of the
// one before stays on the page, and an answer that comes too late is thrown away.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import {
    call,
    newIdempotencyKey,
    type AnswerOf,
    type ApiError,
    type BodyOf,
    type CallOptions,
    type Method,
    type PathOf,
    type Result,
} from "./client";
import { writeJson } from "./json";

export interface Query<T> {
    value: T | null; // null: not here yet, or failed
    at: Date | null; // when it came
    version: number | null; // of its ETag
    error: ApiError | null; // of the newest try; a value that came before it stays
    loading: boolean;
    reload: () => void;
    set: (value: T, version?: number | null) => void; // what a change has returned
}

interface Held<T> {
    key: string;
    value: T | null;
    at: Date | null;
    version: number | null;
    error: ApiError | null;
}

// GETs the path, again when path, query or `null` (nothing is asked) change. While filters change, what was there stays
// until the new answer comes; it is another organization's or object's never.
export function useQuery<P extends PathOf<"GET">>(
    path: P,
    options: CallOptions<"GET", P> | null,
): Query<AnswerOf<"GET", P>> {
    type Value = AnswerOf<"GET", P>;
    const subject = options === null ? "" : path + JSON.stringify(options.path ?? {});
    const key = options === null ? "" : subject + JSON.stringify(options.query ?? {});
    const [held, setHeld] = useState<Held<Value> & { subject: string }>({
        key: "",
        subject: "",
        value: null,
        at: null,
        version: null,
        error: null,
    });
    const [turn, setTurn] = useState(0);
    const [settled, setSettled] = useState("");
    const asked = `${key} ${turn}`;

    useEffect(() => {
        if (options === null) return;
        const cancel = new AbortController();
        void call("GET", path, { ...options, signal: cancel.signal }).then((answer) => {
            if (cancel.signal.aborted) return;
            setHeld((before) => ({
                key,
                subject,
                value: answer.ok ? answer.value : before.key === key ? before.value : null,
                at: answer.ok ? new Date() : before.key === key ? before.at : null,
                version: answer.ok ? answer.version : before.key === key ? before.version : null,
                error: answer.ok ? null : answer.error,
            }));
            setSettled(asked);
        });
        return () => cancel.abort();
    }, [asked]);

    const reload = useCallback(() => setTurn((before) => before + 1), []);
    const set = useCallback(
        (value: Value, version: number | null = null) =>
            setHeld({ key, subject, value, at: new Date(), version, error: null }),
        [key],
    );
    const same = key !== "" && held.subject === subject;
    return {
        value: same ? held.value : null,
        at: same ? held.at : null,
        version: same ? held.version : null,
        error: held.key === key ? held.error : null,
        loading: key !== "" && settled !== asked,
        reload,
        set,
    };
}

export interface List<Row> {
    rows: Row[] | null; // null: not here yet
    error: ApiError | null;
    loading: boolean;
    more: (() => void) | null; // null: this was all
    reload: () => void;
}

// All pages of a list so far; more() asks for the next one.
export function useList<P extends PathOf<"GET">>(
    path: P,
    options: CallOptions<"GET", P> | null,
): List<AnswerOf<"GET", P> extends { data: (infer Row)[] } ? Row : never> {
    type Row = AnswerOf<"GET", P> extends { data: (infer One)[] } ? One : never;
    type Page = { data: Row[]; next_cursor?: string | null };
    const first = useQuery(path, options) as unknown as Query<Page>;
    const [further, setFurther] = useState<{ of: Page; rows: Row[]; next: string | null } | null>(null);
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<ApiError | null>(null);
    const current = useRef(first.value);
    current.current = first.value;
    const mine = further !== null && further.of === first.value ? further : null;
    const next = mine ? mine.next : (first.value?.next_cursor ?? null);

    const more = async () => {
        const page = first.value;
        if (page === null || next === null || busy) return;
        setBusy(true);
        const query = { ...(options?.query ?? {}), cursor: next };
        const answer = (await call("GET", path, { ...options, query } as unknown as CallOptions<
            "GET",
            P
        >)) as Result<Page>;
        setBusy(false);
        if (current.current !== page) return; // another list by now
        setError(answer.ok ? null : answer.error);
        if (!answer.ok) return;
        setFurther({
            of: page,
            rows: [...(mine?.rows ?? []), ...answer.value.data],
            next: answer.value.next_cursor ?? null,
        });
    };
    return {
        rows: first.value === null ? null : [...first.value.data, ...(mine?.rows ?? [])],
        error: first.error ?? error,
        loading: first.loading || busy,
        more: next === null ? null : () => void more(),
        reload: first.reload,
    };
}

export interface Action<M extends Method, P extends PathOf<M>> {
    busy: boolean;
    error: ApiError | null;
    fieldError: (name: string) => string | null; // the message, if the error is about this field
    run: (options: CallOptions<M, P>) => Promise<Result<AnswerOf<M, P>>>;
    clear: () => void;
}

// A change. Pressed again with the same content after no answer came, it has the same Idempotency-Key, so that it is done
// once; while it runs it is not begun again.
export function useAction<M extends Method, P extends PathOf<M>>(method: M, path: P): Action<M, P> {
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<ApiError | null>(null);
    const last = useRef({ content: "", key: "" });
    const running = useRef<Promise<Result<AnswerOf<M, P>>> | null>(null);
    const run = (options: CallOptions<M, P>) => {
        if (running.current !== null) return running.current;
        const content = writeJson([options.path ?? null, options.body ?? null] as [unknown, BodyOf<M, P> | null]);
        if (last.current.content !== content) last.current = { content, key: newIdempotencyKey() };
        setBusy(true);
        const answer = call(method, path, { ...options, idempotencyKey: last.current.key }).then((result) => {
            running.current = null;
            setBusy(false);
            setError(result.ok ? null : result.error);
            // The answer is known: the next time it is another act.
            if (result.ok || result.error.status !== 0) last.current = { content: "", key: "" };
            return result;
        });
        running.current = answer;
        return answer;
    };
    return {
        busy,
        error,
        fieldError: (name) => (error?.field === name ? error.message : null),
        run,
        clear: () => setError(null),
    };
}
