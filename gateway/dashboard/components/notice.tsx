// Words in a box: what is wrong, what to know, and what to do where there is nothing yet.
import type { ComponentChildren } from "preact";
import type { ApiError } from "../api/client";
import { Button } from "./button";
import { Icon } from "./icon";
import { timeText } from "./time";

export type Tone = "note" | "good" | "warn" | "bad";

export function Notice({
    tone = "note",
    children,
    action,
}: {
    tone?: Tone;
    children: ComponentChildren;
    action?: ComponentChildren;
}) {
    return (
        <div class="notice" data-tone={tone} role={tone === "bad" ? "alert" : undefined}>
            <Icon name={tone === "good" ? "check" : "alert"} />
            <div>{children}</div>
            {action}
        </div>
    );
}

// Nothing where there is no error, or one that is told at a field: `besides` names those.
export function ErrorNotice({
    error,
    besides = [],
    retry,
}: {
    error: ApiError | null;
    besides?: readonly string[];
    retry?: () => void;
}) {
    if (error === null || besides.includes(error.field ?? "")) return null;
    return (
        <Notice
            tone="bad"
            action={
                retry && (
                    <Button look="quiet" onClick={retry}>
                        Try again
                    </Button>
                )
            }
        >
            {error.message}
        </Notice>
    );
}

// Where what is shown could not be loaded anew: as of when it is, and why.
export function Outdated({
    queries,
    retry,
}: {
    queries: readonly { value: unknown; at: Date | null; error: ApiError | null }[];
    retry: () => void;
}) {
    const failed = queries.find((one) => one.error !== null);
    if (!failed) return null;
    const old = failed.value !== null && failed.at !== null;
    const words = old
        ? `As of ${timeText(failed.at!, "clock")}; it could not be loaded anew.`
        : "A part could not be loaded.";
    return (
        <Notice
            tone="warn"
            action={
                <Button look="quiet" onClick={retry}>
                    Try again
                </Button>
            }
        >
            {words} {failed.error!.message}
        </Notice>
    );
}

export function EmptyState({
    title,
    children,
    action,
}: {
    title: string;
    children?: ComponentChildren;
    action?: ComponentChildren;
}) {
    return (
        <div class="empty">
            <h2>{title}</h2>
            {children && <p>{children}</p>}
            {action}
        </div>
    );
}

export function Badge({ tone, children }: { tone?: Tone; children: ComponentChildren }) {
    return (
        <span class="badge" data-tone={tone}>
            {children}
        </span>
    );
}

export function Skeleton({ lines = 3 }: { lines?: number }) {
    return (
        <div class="stack" role="status" aria-label="Loading" style={{ gap: "0.75rem" }}>
            {Array.from({ length: lines }, (_, line) => (
                <span class="skeleton" key={line} style={{ width: `${90 - ((line * 17) % 40)}%` }} />
            ))}
        </div>
    );
}
