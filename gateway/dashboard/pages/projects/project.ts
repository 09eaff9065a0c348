// Projects as these pages speak of them.
import type { Project } from "../../api/members";

export type Mode = Project["mode"];

export const kModes: readonly { value: Mode; label: string; short: string }[] = [
    {
        value: "credits",
        short: "Credit",
        label: "Credit: with the operator's provider keys, billed to the organization",
    },
    {
        value: "hybrid",
        short: "Own keys first",
        label: "Own provider keys first, and credit where those fail or do not fit",
    },
    { value: "api-keys", short: "Own keys only", label: "Own provider keys only: nothing is billed" },
];

export function modeWords(mode: Mode): string {
    return kModes.find((one) => one.value === mode)?.short ?? mode;
}
