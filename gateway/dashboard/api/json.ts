// JSON that keeps numbers exact: read into DecimalNumber where a double would round, and written back as they came.
import { DecimalNumber } from "./decimal";

const kMark = "\u0001";

// The third parameter of a reviver, which TypeScript does not know yet.
type Reviver = (this: unknown, key: string, value: unknown, context?: { source?: string }) => unknown;

export function readJson(text: string): unknown {
    const exact: Reviver = (_key, value, context) => {
        if (typeof value !== "number" || context?.source === undefined) return value;
        return Number.isSafeInteger(value) && /^-?\d+$/.test(context.source)
            ? value
            : new DecimalNumber(context.source);
    };
    return JSON.parse(text, exact as (key: string, value: unknown) => unknown);
}

export function writeJson(value: unknown): string {
    const text = JSON.stringify(value, (_key, one: unknown) => (one instanceof DecimalNumber ? kMark + one.text : one));
    return text.replace(/"\\u0001(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"/g, "$1");
}
