// When a key or token ends: a few usual spans, or a moment of the viewer's own choice.
import { Select, TextField } from "./field";
import { viewersZone } from "./time";

export interface Expiry {
    choice: string; // "" never, "kept" as it is, "own", or a number of days from now
    own: string; // as an input of local time has it
}
export const kNeverExpires: Expiry = { choice: "", own: "" };

const kDayMs = 86_400_000;
const kSpans: readonly [number, string][] = [
    [7, "In 7 days"],
    [30, "In 30 days"],
    [90, "In 90 days"],
    [365, "In a year"],
];

// Undefined: nothing is to change.
export function readExpiry({ choice, own }: Expiry): { value?: string | null; problem?: string } {
    if (choice === "kept") return {};
    if (choice === "") return { value: null };
    const time = choice === "own" ? new Date(own) : new Date(Date.now() + Number(choice) * kDayMs);
    if (Number.isNaN(time.getTime())) return { problem: "A day and a time are needed." };
    return { value: time.toISOString() };
}

export function ExpiryField({
    expiry,
    onChange,
    now = null,
    error,
}: {
    expiry: Expiry;
    onChange: (expiry: Expiry) => void;
    now?: string | null; // words for what it is now, where it may be kept
    error?: string | null;
}) {
    const choices = [
        ...(now === null ? [] : [{ value: "kept", label: `As it is: ${now}` }]),
        { value: "", label: "Never" },
        ...kSpans.map(([days, label]) => ({ value: String(days), label })),
        { value: "own", label: "At a time of your choice" },
    ];
    return (
        <div class="form-row">
            <Select
                label="Expires"
                value={expiry.choice}
                onChange={(choice) => onChange({ ...expiry, choice })}
                choices={choices}
                error={expiry.choice === "own" ? null : error}
            />
            {expiry.choice === "own" && (
                <TextField
                    label="Expires at"
                    type="datetime-local"
                    value={expiry.own}
                    onInput={(own) => onChange({ ...expiry, own })}
                    hint={`In your zone, ${viewersZone}.`}
                    error={error}
                />
            )}
        </div>
    );
}
