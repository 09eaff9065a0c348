// One choice of time for the whole page: presets in a native select, or two native inputs. It is said in words, too.
import { useId, useState } from "preact/hooks";
import { Button } from "./button";
import { Dialog, DialogActions } from "./dialog";
import { Notice } from "./notice";
import { BareSelect, TextField } from "./field";
import { faultOf, kPresets, setPreset, setSpan, type PresetName, type Range } from "./range";
import { viewersZone } from "./time";

// As an input of local time has it: 2026-11-30T14:05.
function inputText(time: Date): string {
    const two = (value: number) => String(value).padStart(2, "0");
    return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}T${two(time.getHours())}:${two(time.getMinutes())}`;
}

export function RangePicker({
    range,
    onRefresh,
    presets = kPresets,
}: {
    range: Range;
    onRefresh?: () => void;
    presets?: typeof kPresets;
}) {
    const [open, setOpen] = useState(false);
    const words = useId();
    const choices = [
        ...presets.map((one) => ({ value: one.name as string, label: one.label })),
        { value: "own", label: "Own range…" },
    ];
    const choose = (value: string) => {
        if (value === "own") setOpen(true);
        else setPreset(value as PresetName);
    };
    return (
        <div class="range" role="group" aria-label="Time range" aria-describedby={words}>
            <BareSelect name="Time range" value={range.preset ?? "own"} choices={choices} onChange={choose} />
            {range.preset === null && (
                <Button icon="clock" label="Change the own range" onClick={() => setOpen(true)} />
            )}
            {onRefresh && <Button icon="refresh" label="Load anew" onClick={onRefresh} />}
            <span id={words} class="visually-hidden" role="status">
                {range.words}
            </span>
            {range.fault !== null && <Notice tone="warn">{range.fault}</Notice>}
            {open && <OwnRange range={range} onClose={() => setOpen(false)} />}
        </div>
    );
}

function OwnRange({ range, onClose }: { range: Range; onClose: () => void }) {
    const [from, setFrom] = useState(range.preset === "all" ? "" : inputText(range.from));
    const [to, setTo] = useState(inputText(range.to));
    const [error, setError] = useState<string | null>(null);
    const submit = (event: Event) => {
        event.preventDefault();
        const begin = new Date(from),
            end = new Date(to);
        const fault = faultOf(begin, end);
        if (fault !== null) return setError(fault);
        setSpan(begin, end);
        onClose();
    };
    return (
        <Dialog title="Own range" onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <TextField label="From" type="datetime-local" value={from} onInput={setFrom} />
                <TextField label="To" type="datetime-local" value={to} onInput={setTo} error={error} />
                <p class="soft small">Times are of your zone, {viewersZone}.</p>
                <DialogActions submit="Show" onCancel={onClose} />
            </form>
        </Dialog>
    );
}
