// What the form of a key holds, and what of it is sent.
import { parseDecimal, unitsOf } from "../../api/decimal";
import type { components } from "../../api/types";
import { kNeverExpires, readExpiry, type Expiry } from "../../components/expiry_field";
import {
    draftOf,
    readLimits,
    type LimitsChange,
    type LimitsDraft,
    type LimitsState,
    type Problems,
} from "../../components/limit_fields";
import type { Key } from "./key";

type Rules = components["schemas"]["KeyRules"];
type NewRules = components["schemas"]["NewKeyRules"];

export interface RulesDraft {
    allow_models: string[];
    deny_models: string[];
    allow_providers: string[];
    deny_providers: string[];
    prompt: string; // the dearest, USD per million tokens
    completion: string;
}

export interface KeyDraft {
    name: string;
    kind: "inference" | "service" | "management";
    attributes: boolean; // of a service key: bills by Git claims
    project_id: string; // "": the default one
    maker: string; // "": whoever makes it
    limits: LimitsDraft;
    expiry: Expiry;
    rules: RulesDraft;
}

const priceText = (value: unknown) => (value === null || value === undefined ? "" : String(value));

function rulesDraft(rules: Rules | null): RulesDraft {
    return {
        allow_models: rules?.allow_models ?? [],
        deny_models: rules?.deny_models ?? [],
        allow_providers: rules?.allow_providers ?? [],
        deny_providers: rules?.deny_providers ?? [],
        prompt: priceText(rules?.max_price.prompt),
        completion: priceText(rules?.max_price.completion),
    };
}

export function newKeyDraft(project: string): KeyDraft {
    return {
        name: "",
        kind: "inference",
        attributes: false,
        project_id: project,
        maker: "",
        limits: draftOf(null),
        expiry: kNeverExpires,
        rules: rulesDraft(null),
    };
}

export function draftOfKey(key: Key, limits: LimitsState | null): KeyDraft {
    return {
        ...newKeyDraft(""),
        name: key.name,
        limits: draftOf(limitsOf(key, limits)),
        expiry: { choice: "kept", own: "" },
        rules: rulesDraft(key.rules),
    };
}

// The budget is the key's own member; rates are known where the limits were read.
function limitsOf(key: Key, limits: LimitsState | null) {
    return {
        limit: key.limit,
        limit_reset: key.limit_reset,
        requests_per_minute: limits?.requests_per_minute ?? null,
        tokens_per_minute: limits?.tokens_per_minute ?? null,
        concurrent_requests: limits?.concurrent_requests ?? null,
    };
}

function readRules(draft: RulesDraft, problems: Problems): NewRules | null {
    const price = (name: "prompt" | "completion") => {
        if (draft[name].trim() === "") return null;
        const value = parseDecimal(draft[name]);
        if (value === null || unitsOf(value) < 0n) problems[name] = "An amount such as 2.50; empty: any price.";
        return value;
    };
    const { allow_models, deny_models, allow_providers, deny_providers } = draft;
    const max_price = { prompt: price("prompt"), completion: price("completion") };
    const lists = [allow_models, deny_models, allow_providers, deny_providers];
    if (lists.every((one) => one.length === 0) && max_price.prompt === null && max_price.completion === null)
        return null;
    return { allow_models, deny_models, allow_providers, deny_providers, max_price };
}

export interface ReadKey {
    key: components["schemas"]["KeyChange"]; // what a key's own routes take
    rates: LimitsChange; // what goes to its limits
    problems: Problems;
}

// What differs from `before`, which is null for a new key.
export function readKey(draft: KeyDraft, before: { key: Key; limits: LimitsState | null } | null): ReadKey {
    const read = readLimits(draft.limits, before && limitsOf(before.key, before.limits));
    const problems = read.problems;
    const { limit, limit_reset, ...rates } = read.change;
    const key: ReadKey["key"] = {};
    if (draft.name.trim() === "") problems.name = "It needs a name.";
    if (draft.name.trim() !== before?.key.name) key.name = draft.name.trim();
    if (limit !== undefined) key.limit = limit;
    if (limit_reset !== undefined) key.limit_reset = limit_reset;
    const expiry = readExpiry(draft.expiry);
    if (expiry.problem) problems.expires_at = expiry.problem;
    if (expiry.value !== undefined && !(before === null && expiry.value === null)) key.expires_at = expiry.value;
    const rules = readRules(draft.rules, problems);
    const changed = JSON.stringify(rulesDraft(before?.key.rules ?? null)) !== JSON.stringify(draft.rules);
    if (changed) key.rules = rules as Rules | null;
    return { key, rates, problems };
}
