// A new allowance, and another amount, end or note of one.
import { useState } from "preact/hooks";
import { useAction, useList, type List } from "../../api/use_call";
import type { components } from "../../api/types";
import { Dialog, DialogActions } from "../../components/dialog";
import { Select, TextField } from "../../components/field";
import { ErrorNotice } from "../../components/notice";
import { showToast } from "../../components/toast";
import { kIntervals } from "../credits/credit_lots";
import { useAmount } from "../credits/money_dialogs";
import { nameOf, type Allowance } from "./allowance";

interface DialogProps {
    onDone: () => void;
    onClose: () => void;
}

const instantOf = (local: string) => (local === "" ? null : new Date(local).toISOString());
// As a field of a date and a time wants it, in the viewer's zone.
function localOf(instant: string | null): string {
    if (instant === null) return "";
    const time = new Date(instant);
    return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function NewAllowanceDialog({ onDone, onClose }: DialogProps) {
    const action = useAction("POST", "/api/allowances");
    const [typed, setTyped] = useState("");
    const found = useList("/api/organizations", { query: { name: typed } }) as unknown as List<
        components["schemas"]["Organization"]
    >;
    const amount = useAmount();
    const [interval, setInterval] = useState<Allowance["interval"]>("monthly");
    const [starts, setStarts] = useState("");
    const [ends, setEnds] = useState("");
    const [problem, setProblem] = useState<string | null>(null);
    const submit = async (event: Event) => {
        event.preventDefault();
        const wanted = typed.trim().toLowerCase();
        const named = found.rows?.filter((one) => one.name.toLowerCase() === wanted || one.id === wanted) ?? [];
        setProblem(
            named.length === 1
                ? null
                : named.length === 0
                  ? "No organization has this name."
                  : "Several have this name: write the id of the one that is meant.",
        );
        const value = amount.read();
        if (named.length !== 1 || value === null) return;
        const answer = await action.run({
            body: {
                organization_id: named[0]!.id,
                amount: value,
                interval,
                starts_at: instantOf(starts),
                ends_at: instantOf(ends),
                note: amount.note,
            },
        });
        if (!answer.ok) return;
        showToast(`${named[0]!.name} has an allowance.`, "good");
        onDone();
        onClose();
    };
    return (
        <Dialog title="New allowance" onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <TextField
                    label="Organization"
                    value={typed}
                    onInput={setTyped}
                    required
                    suggestions={found.rows?.map((one) => one.name) ?? []}
                    error={problem ?? action.fieldError("organization_id")}
                />
                {amount.fields(action.fieldError)}
                <Select
                    label="How often"
                    value={interval}
                    onChange={(value) => setInterval(value as Allowance["interval"])}
                    choices={Object.entries(kIntervals).map(([value, label]) => ({ value, label }))}
                    hint="Windows are of UTC; weeks begin on Monday."
                />
                <TextField
                    label="Begins"
                    optional
                    type="datetime-local"
                    value={starts}
                    onInput={setStarts}
                    error={action.fieldError("starts_at")}
                    hint="Empty: at once"
                />
                <EndField value={ends} onInput={setEnds} error={action.fieldError("ends_at")} />
                <ErrorNotice
                    error={action.error}
                    besides={["organization_id", "amount", "note", "starts_at", "ends_at"]}
                />
                <DialogActions submit="Give it" busy={action.busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}

function EndField(props: { value: string; onInput: (value: string) => void; error: string | null }) {
    return <TextField label="Ends" optional type="datetime-local" hint="Empty: never" {...props} />;
}

export function AllowanceDialog({ of: allowance, onDone, onClose }: DialogProps & { of: Allowance }) {
    const action = useAction("PATCH", "/api/allowances/{allowance}");
    const amount = useAmount(String(allowance.amount), allowance.note ?? "");
    const before = localOf(allowance.ends_at);
    const [ends, setEnds] = useState(before);
    const submit = async (event: Event) => {
        event.preventDefault();
        const value = amount.read();
        if (value === null) return;
        const answer = await action.run({
            path: { allowance: allowance.id },
            body: { amount: value, note: amount.note, ...(ends === before ? {} : { ends_at: instantOf(ends) }) },
            ifMatch: allowance.version,
        });
        if (!answer.ok) return;
        showToast("The allowance is changed.", "good");
        onDone();
        onClose();
    };
    return (
        <Dialog title={`Allowance of ${nameOf(allowance)}`} onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <p class="soft small">
                    An amount that is changed counts from the next window on. Granted {kIntervals[allowance.interval]}.
                </p>
                {amount.fields(action.fieldError)}
                <EndField value={ends} onInput={setEnds} error={action.fieldError("ends_at")} />
                <ErrorNotice error={action.error} besides={["amount", "note", "ends_at"]} />
                <DialogActions submit="Save" busy={action.busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}
