// What providers must be, as people fill it in and as the API takes it. Organizations and presets have the same.
import { parseDecimal, type Decimal } from "../../api/decimal";
import type { components } from "../../api/types";
import type { Choice } from "../../components/field";

export type Preferences = components["schemas"]["ProviderPreferences"];
type Bounds = components["schemas"]["PercentileBounds"];

export const kPercentiles = ["p50", "p75", "p90", "p99"] as const;
export const kPrices = [
    { name: "prompt", label: "Prompt", hint: "of a million tokens" },
    { name: "completion", label: "Answer", hint: "of a million tokens" },
    { name: "request", label: "Request", hint: "of each" },
] as const;
export const kSorts: readonly Choice[] = [
    { value: "", label: "As usual: by chance, the cheaper the likelier" },
    { value: "price", label: "The cheapest first" },
    { value: "throughput", label: "The most tokens a second first" },
    { value: "latency", label: "The quickest to the first token first" },
    { value: "exacto", label: "The most reliable first" },
];
export const kQuantizations = ["int4", "int8", "fp4", "fp6", "fp8", "fp16", "bf16", "fp32", "unknown"];

type NumberName =
    `price.${(typeof kPrices)[number]["name"]}` | `${"throughput" | "latency"}.${(typeof kPercentiles)[number]}`;
export interface Filled {
    order: string[];
    only: string[];
    ignore: string[];
    quantizations: string[];
    sort: string;
    allow_fallbacks: boolean;
    require_parameters: boolean;
    enforce_distillable_text: boolean;
    deny_storing: boolean;
    zdr: boolean;
    numbers: Partial<Record<NumberName, string>>;
}

// As errors of the API name them.
export function fieldOfNumber(name: string): string {
    return name
        .replace(/^price\./, "max_price.")
        .replace(/^throughput\./, "preferred_min_throughput.")
        .replace(/^latency\./, "preferred_max_latency.");
}

const isBounds = (value: Bounds | Decimal): value is Bounds => typeof value === "object" && "p50" in value;
function boundsOf(value: Bounds | Decimal | null | undefined): Bounds {
    if (value === null || value === undefined) return {};
    return isBounds(value) || Object.getPrototypeOf(value) === Object.prototype
        ? (value as Bounds)
        : { p50: value as Decimal };
}

export function filledOf(from: Preferences): Filled {
    const numbers: Filled["numbers"] = {};
    const note = (name: NumberName, value: Decimal | null | undefined) => {
        if (value !== null && value !== undefined) numbers[name] = String(value);
    };
    for (const { name } of kPrices) note(`price.${name}`, from.max_price?.[name]);
    for (const at of kPercentiles) {
        note(`throughput.${at}`, boundsOf(from.preferred_min_throughput)[at]);
        note(`latency.${at}`, boundsOf(from.preferred_max_latency)[at]);
    }
    return {
        order: from.order ?? [],
        only: from.only ?? [],
        ignore: from.ignore ?? [],
        quantizations: from.quantizations ?? [],
        sort: typeof from.sort === "string" ? from.sort : (from.sort?.by ?? ""),
        allow_fallbacks: from.allow_fallbacks ?? true,
        require_parameters: from.require_parameters ?? false,
        enforce_distillable_text: from.enforce_distillable_text ?? false,
        deny_storing: from.data_collection === "deny",
        zdr: from.zdr ?? false,
        numbers,
    };
}

export type Read = { ok: true; preferences: Preferences } | { ok: false; field: string };

// `before`: what was there, since there is more in it than people fill in here.
export function readPreferences(filled: Filled, before: Preferences): Read {
    const numbers: Partial<Record<NumberName, Decimal>> = {};
    for (const [name, text] of Object.entries(filled.numbers)) {
        if (text.trim() === "") continue;
        const value = parseDecimal(text);
        if (value === null) return { ok: false, field: fieldOfNumber(name) };
        numbers[name as NumberName] = value;
    }
    const group = (of: string, others: object = {}) => {
        const found = Object.entries(numbers).filter(([name]) => name.startsWith(of + "."));
        const whole = { ...others, ...Object.fromEntries(found.map(([name, value]) => [name.split(".")[1], value])) };
        return Object.values(whole).some((value) => value !== null) ? whole : null;
    };
    const { image = null, audio = null } = before.max_price ?? {};
    const names = (list: string[]) => (list.length > 0 ? list : null);
    const sortBefore = typeof before.sort === "object" ? before.sort : null;
    return {
        ok: true,
        preferences: {
            order: names(filled.order),
            only: names(filled.only),
            ignore: names(filled.ignore),
            quantizations: names(filled.quantizations),
            sort: sortBefore?.by === filled.sort ? sortBefore : ((filled.sort || null) as Preferences["sort"]),
            allow_fallbacks: filled.allow_fallbacks ? null : false,
            require_parameters: filled.require_parameters || null,
            enforce_distillable_text: filled.enforce_distillable_text || null,
            data_collection: filled.deny_storing ? "deny" : before.data_collection === "allow" ? "allow" : null,
            zdr: filled.zdr || null,
            max_price: group("price", { image, audio }) as Preferences["max_price"],
            preferred_min_throughput: group("throughput") as Bounds | null,
            preferred_max_latency: group("latency") as Bounds | null,
        },
    };
}
