// Parameters of requests that a default may have, as they are typed and as the API takes them.
import { parseDecimal } from "../../api/decimal";
import type { components } from "../../api/types";
import type { Choice } from "../../components/field";

export type LlmParameters = components["schemas"]["LlmParameters"];
export type ParameterName = keyof LlmParameters;
export type Typed = Partial<Record<ParameterName, string>>; // "": it says nothing

interface Parameter {
    name: ParameterName;
    label: string;
    hint?: string;
    choices?: readonly string[]; // else it is a number, or lines of text
    lines?: boolean;
}

export const kParameters: readonly Parameter[] = [
    { name: "temperature", label: "Temperature", hint: "0 to 2" },
    { name: "top_p", label: "Top P", hint: "0 to 1" },
    { name: "max_tokens", label: "Max tokens", hint: "Held and billed as if it were asked for" },
    { name: "max_completion_tokens", label: "Max completion tokens" },
    {
        name: "reasoning_effort",
        label: "Reasoning effort",
        choices: ["none", "minimal", "low", "medium", "high", "xhigh", "max"],
    },
    { name: "verbosity", label: "Verbosity", choices: ["low", "medium", "high", "xhigh", "max"] },
    { name: "frequency_penalty", label: "Frequency penalty", hint: "-2 to 2" },
    { name: "presence_penalty", label: "Presence penalty", hint: "-2 to 2" },
    { name: "repetition_penalty", label: "Repetition penalty", hint: "0 to 2" },
    { name: "top_k", label: "Top K" },
    { name: "min_p", label: "Min P", hint: "0 to 1" },
    { name: "top_a", label: "Top A", hint: "0 to 1" },
    { name: "seed", label: "Seed", hint: "A whole number" },
    { name: "stop", label: "Stop at", hint: "One text a line", lines: true },
];

export function choicesOf(parameter: Parameter): readonly Choice[] {
    return [{ value: "", label: "–" }, ...(parameter.choices ?? []).map((one) => ({ value: one, label: one }))];
}

export function typedOf(parameters: LlmParameters): Typed {
    const typed: Typed = {};
    for (const { name } of kParameters) {
        const value = parameters[name];
        if (value === null || value === undefined) continue;
        typed[name] = Array.isArray(value) ? value.join("\n") : String(value);
    }
    return typed;
}

export type Read = { ok: true; parameters: LlmParameters } | { ok: false; name: ParameterName };

// Ranges are the API's to judge; what is no number at all does not get there.
export function readParameters(typed: Typed): Read {
    const parameters: Record<string, unknown> = {};
    for (const { name, choices, lines } of kParameters) {
        const text = typed[name] ?? "";
        if (text.trim() === "") continue;
        const value = choices ? text : lines ? text.split("\n").filter((line) => line !== "") : parseDecimal(text);
        if (value === null) return { ok: false, name };
        parameters[name] = value;
    }
    return { ok: true, parameters: parameters as LlmParameters };
}

export function parametersText(parameters: LlmParameters): string {
    const typed = typedOf(parameters);
    return kParameters
        .filter(({ name }) => typed[name] !== undefined)
        .map(({ name, label }) => `${label.toLowerCase()} ${typed[name]!.replaceAll("\n", ", ")}`)
        .join(" · ");
}
