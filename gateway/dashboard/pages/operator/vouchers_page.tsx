// Codes that give credit once.
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import type { components } from "../../api/types";
import { useAction, useList } from "../../api/use_call";
import { Button } from "../../components/button";
import { ConfirmDialog, carryOut } from "../../components/confirm_dialog";
import { Dialog, DialogActions } from "../../components/dialog";
import { BareSelect, TextField } from "../../components/field";
import { Money } from "../../components/money";
import { Badge, EmptyState, ErrorNotice } from "../../components/notice";
import { PageHead } from "../../components/page";
import { SecretDialog } from "../../components/secret_dialog";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { query, setQuery } from "../../router";
import { useAmount } from "../credits/money_dialogs";

type Voucher = components["schemas"]["Voucher"];
type State = Voucher["state"];

const kStates: Record<State, string> = { open: "Open", used: "Used", voided: "Voided", expired: "Expired" };

export function OperatorVouchersPage() {
    const { state = "" } = query.value;
    const list = useList("/api/vouchers", { query: { state: state as State } });
    const [codes, setCodes] = useState<string[] | null>(null);
    const [voided, setVoided] = useState<Voucher | null>(null);
    const makeVoid = (voucher: Voucher) =>
        carryOut(
            call("DELETE", "/api/vouchers/{voucher}", { path: { voucher: voucher.id } }),
            "The voucher gives nothing any more.",
            list.reload,
        );
    return (
        <>
            <PageHead
                title="Vouchers"
                actions={
                    <Button look="primary" icon="plus" onClick={() => setQuery({ new: "vouchers" })}>
                        New vouchers
                    </Button>
                }
            >
                Codes of 16 characters. Owners and admins of an organization redeem them under Credits.
            </PageHead>
            <div class="row feed-bar range">
                <BareSelect
                    name="State"
                    value={state}
                    choices={[
                        { value: "", label: "All states" },
                        ...Object.entries(kStates).map(([value, label]) => ({ value, label })),
                    ]}
                    onChange={(value) => setQuery({ state: value })}
                />
            </div>
            <Table
                label="Vouchers"
                {...list}
                columns={kColumns}
                rowKey={(voucher) => voucher.id}
                actions={(voucher) =>
                    voucher.state === "open" && (
                        <Button
                            look="quiet"
                            icon="trash"
                            label={`Void voucher ${voucher.id.slice(0, 8)}`}
                            onClick={() => setVoided(voucher)}
                        />
                    )
                }
                empty={<EmptyState title="No voucher">Make some, and hand out their codes.</EmptyState>}
            />
            {query.value.new === "vouchers" && (
                <VouchersDialog
                    onMade={(made) => {
                        setCodes(made);
                        list.reload();
                    }}
                    onClose={() => setQuery({ new: null })}
                />
            )}
            {codes && (
                <SecretDialog
                    title={codes.length === 1 ? "The voucher's code" : `${codes.length} codes`}
                    secret={codes.join("\n")}
                    about="Whoever has a code can redeem it."
                    onClose={() => setCodes(null)}
                />
            )}
            {voided && (
                <ConfirmDialog
                    title="Void this voucher?"
                    confirm="Void"
                    act={() => makeVoid(voided)}
                    onClose={() => setVoided(null)}
                >
                    <p>
                        Its code over <Money value={voided.amount} /> gives nothing any more.
                    </p>
                </ConfirmDialog>
            )}
        </>
    );
}

const kColumns: readonly Column<Voucher>[] = [
    { key: "id", name: "Voucher", heads: true, show: (one) => <code>{one.id.slice(0, 8)}…</code> },
    { key: "amount", name: "Amount", end: true, show: (one) => <Money value={one.amount} /> },
    {
        key: "state",
        name: "State",
        show: (one) => <Badge tone={one.state === "open" ? "good" : undefined}>{kStates[one.state]}</Badge>,
    },
    { key: "batch", name: "Batch", show: (one) => one.batch ?? <span class="soft">–</span> },
    { key: "note", name: "Note", show: (one) => one.note ?? <span class="soft">–</span> },
    { key: "expires", name: "Expires", show: (one) => <Time value={one.expires_at} never="never" /> },
    { key: "used", name: "Used", show: (one) => <Time value={one.used_at} never="not yet" /> },
];

function VouchersDialog({ onMade, onClose }: { onMade: (codes: string[]) => void; onClose: () => void }) {
    const action = useAction("POST", "/api/vouchers");
    const amount = useAmount();
    const [count, setCount] = useState("1");
    const [batch, setBatch] = useState("");
    const [expires, setExpires] = useState("");
    const submit = async (event: Event) => {
        event.preventDefault();
        const value = amount.read();
        if (value === null) return;
        const answer = await action.run({
            body: {
                amount: value,
                note: amount.note,
                count: Number(count),
                batch: batch.trim() || null,
                expires_at: expires === "" ? null : new Date(expires).toISOString(),
            },
        });
        if (!answer.ok) return;
        onClose();
        onMade(answer.value.data.map((one) => one.code));
    };
    return (
        <Dialog title="New vouchers" onClose={onClose}>
            <form class="form" onSubmit={submit}>
                {amount.fields(action.fieldError)}
                <TextField
                    label="How many"
                    inputMode="numeric"
                    value={count}
                    onInput={setCount}
                    error={action.fieldError("count")}
                />
                <TextField label="Batch" optional value={batch} onInput={setBatch} error={action.fieldError("batch")} />
                <TextField
                    label="Codes expire"
                    optional
                    type="datetime-local"
                    value={expires}
                    onInput={setExpires}
                    error={action.fieldError("expires_at")}
                />
                {action.error && <ErrorNotice error={action.error} />}
                <DialogActions submit="Make them" busy={action.busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}
