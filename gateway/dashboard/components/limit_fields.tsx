// The limits that an organization, a project, a member or a key may have: fields of a form, and what they change.
import { compareDecimals, parseDecimal, unitsOf, type Decimal } from "../api/decimal";
import type { components } from "../api/types";
import { Meter } from "./meter";
import { AmountField, FieldGroup, Select, TextField } from "./field";
import { Facts } from "./facts";
import { Money } from "./money";
import { Time, countText } from "./time";

export type LimitsState = components["schemas"]["Limits"];
export type LimitsNow = components["schemas"]["MemberLimits"]; // the limits alone
type Reset = LimitsNow["limit_reset"];
export type LimitsChange = Partial<LimitsNow>;

// As the fields have it; "" is unlimited, or for ever.
export type LimitsDraft = Record<keyof LimitsNow, string>;
export type Problems = Partial<Record<string, string>>;

const kCounts = ["requests_per_minute", "tokens_per_minute", "concurrent_requests"] as const;
const kResets: readonly { value: string; label: string }[] = [
    { value: "", label: "Never" },
    { value: "daily", label: "Each day (UTC)" },
    { value: "weekly", label: "Each week" },
    { value: "monthly", label: "Each month" },
];

const kResetWords: Record<string, string> = { daily: "a day", weekly: "a week", monthly: "a month" };

export function resetWords(reset: Reset): string {
    return kResetWords[reset ?? ""] ?? "in all";
}

export function draftOf(limits: LimitsNow | null): LimitsDraft {
    const text = (value: Decimal | null | undefined) => (value === null || value === undefined ? "" : String(value));
    return {
        limit: text(limits?.limit),
        limit_reset: limits?.limit_reset ?? "",
        requests_per_minute: text(limits?.requests_per_minute),
        tokens_per_minute: text(limits?.tokens_per_minute),
        concurrent_requests: text(limits?.concurrent_requests),
    };
}

// What differs from before, and nothing else: what somebody else has changed meanwhile is not set back.
export function readLimits(draft: LimitsDraft, before: LimitsNow | null): { change: LimitsChange; problems: Problems } {
    const change: LimitsChange = {},
        problems: Problems = {};
    const limit = draft.limit.trim() === "" ? null : parseDecimal(draft.limit);
    if (draft.limit.trim() !== "" && (limit === null || unitsOf(limit) < 0n))
        problems.limit = "An amount such as 25 or 12.50; empty: no budget.";
    const was = before?.limit ?? null;
    if (limit === null ? was !== null : was === null || compareDecimals(limit, was) !== 0) change.limit = limit;
    const reset = (draft.limit_reset || null) as Reset;
    if (limit !== null && reset !== (before?.limit_reset ?? null)) change.limit_reset = reset;
    for (const name of kCounts) {
        const text = draft[name].trim();
        const value = text === "" ? null : Number(text);
        if (text !== "" && !/^\d{1,15}$/.test(text)) problems[name] = "A whole number; empty: unlimited.";
        else if (value !== (before?.[name] ?? null)) change[name] = value;
    }
    return { change, problems };
}

interface FieldsProps {
    draft: LimitsDraft;
    onChange: (draft: LimitsDraft) => void;
    problem: (name: string) => string | null;
}

export function BudgetFields({ draft, onChange, problem }: FieldsProps) {
    return (
        <div class="form-row">
            <AmountField
                label="Budget"
                value={draft.limit}
                onInput={(limit) => onChange({ ...draft, limit })}
                placeholder="No budget of its own"
                error={problem("limit")}
            />
            <Select
                label="The budget begins anew"
                value={draft.limit_reset}
                onChange={(limit_reset) => onChange({ ...draft, limit_reset })}
                choices={kResets}
                error={problem("limit_reset")}
            />
        </div>
    );
}

const kRates: readonly { name: (typeof kCounts)[number]; label: string }[] = [
    { name: "requests_per_minute", label: "Most requests a minute" },
    { name: "tokens_per_minute", label: "Most tokens a minute" },
    { name: "concurrent_requests", label: "Most requests at once" },
];

export function RateFields({ draft, onChange, problem }: FieldsProps) {
    return (
        <FieldGroup label="Rates" hint="Empty: unlimited. 0 allows nothing.">
            <div class="form-row">
                {kRates.map(({ name, label }) => (
                    <TextField
                        key={name}
                        label={label}
                        value={draft[name]}
                        inputMode="numeric"
                        placeholder="Unlimited"
                        onInput={(text) => onChange({ ...draft, [name]: text })}
                        error={problem(name)}
                    />
                ))}
            </div>
        </FieldGroup>
    );
}

// What is spent of them and left.
export function LimitsFacts({ state }: { state: LimitsState }) {
    const rate = (most: number | null, left: number | null) =>
        most === null ? "Unlimited" : countText(most) + (left === null ? "" : ` (${countText(left)} left now)`);
    return (
        <>
            {state.limit !== null && state.spent !== null && (
                <Meter label="Of the budget spent" used={state.spent} whole={state.limit} />
            )}
            <Facts
                rows={[
                    [
                        "Budget",
                        state.limit === null ? (
                            "None of its own"
                        ) : (
                            <>
                                <Money value={state.limit} /> {resetWords(state.limit_reset)}
                            </>
                        ),
                    ],
                    ["Spent of it", state.limit !== null && state.spent !== null && <Money value={state.spent} />],
                    [
                        "Held by running requests",
                        state.limit !== null && state.held !== null && unitsOf(state.held) !== 0n && (
                            <Money value={state.held} />
                        ),
                    ],
                    ["Left", state.limit_remaining !== null && <Money value={state.limit_remaining} />],
                    ["Begins anew", state.resets_at !== null && <Time value={state.resets_at} />],
                    ["Requests a minute", rate(state.requests_per_minute, state.requests_remaining)],
                    ["Tokens a minute", rate(state.tokens_per_minute, state.tokens_remaining)],
                    [
                        "Requests at once",
                        state.concurrent_requests === null
                            ? "Unlimited"
                            : `${countText(state.concurrent_requests)} (${countText(state.running_requests ?? 0)} running)`,
                    ],
                ]}
            />
        </>
    );
}
