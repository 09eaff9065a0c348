// Dialogs that move credit or ask for it. Each act is done once, whatever becomes of the answer.
import { useState } from "preact/hooks";
import { parseDecimal, unitsOf, type Decimal } from "../../api/decimal";
import { me } from "../../api/session";
import type { components } from "../../api/types";
import { useAction } from "../../api/use_call";
import { Dialog, DialogActions } from "../../components/dialog";
import { AmountField, Select, TextField } from "../../components/field";
import { ErrorNotice } from "../../components/notice";
import { usdText } from "../../components/money";
import { showToast } from "../../components/toast";
import { organizationId } from "../../router";

export type MoneyAct = "buy" | "redeem" | "transfer" | "ask" | "grant";
type CreditRequest = components["schemas"]["CreditRequest"];

interface DialogProps {
    onDone: () => void;
    onClose: () => void;
}

export function MoneyDialog({ act, ...props }: DialogProps & { act: MoneyAct }) {
    if (act === "redeem") return <RedeemDialog {...props} />;
    if (act === "transfer") return <TransferDialog {...props} />;
    return <AmountDialog act={act} {...props} />;
}

// An amount and a note, and what is wrong with them.
export function useAmount(first = "", firstNote = "") {
    const [amount, setAmount] = useState(first);
    const [note, setNote] = useState(firstNote);
    const [problem, setProblem] = useState<string | null>(null);
    const read = (): Decimal | null => {
        const value = parseDecimal(amount);
        const good = value !== null && unitsOf(value) > 0n;
        setProblem(good ? null : "An amount of more than 0, such as 25 or 12.50.");
        return good ? value : null;
    };
    const fields = (errorOf: (name: string) => string | null) => (
        <>
            <AmountField
                label="Amount"
                value={amount}
                onInput={setAmount}
                required
                error={problem ?? errorOf("amount")}
            />
            <TextField label="Note" optional value={note} onInput={setNote} error={errorOf("note")} />
        </>
    );
    return { read, fields, note: note.trim() || null };
}

const kWords = {
    buy: {
        title: "Buy credit",
        submit: "Buy",
        about: "It is credit when the operator has confirmed the payment, or at once where the gateway sells by itself.",
    },
    ask: {
        title: "Ask for credit",
        submit: "Ask",
        about: "An owner or admin of the organization, or the operator, decides. You see the answer under Requests.",
    },
    grant: {
        title: "Grant credit",
        submit: "Grant",
        about: "As the operator: it is credit at once, and never expires.",
    },
};

const kDone = { buy: "to be bought: the list says whether it is credit yet", ask: "asked for", grant: "granted" };

function AmountDialog({ act, onDone, onClose }: DialogProps & { act: keyof typeof kWords }) {
    const path = { organization: organizationId.value! };
    const buy = useAction("POST", "/api/organizations/{organization}/purchases");
    const ask = useAction("POST", "/api/organizations/{organization}/credit-requests");
    const grant = useAction("POST", "/api/organizations/{organization}/credits");
    const action = { buy, ask, grant }[act];
    const amount = useAmount();
    const words = kWords[act];
    const submit = async (event: Event) => {
        event.preventDefault();
        const value = amount.read();
        if (value === null) return;
        const body = { amount: value, note: amount.note };
        const answer = await action.run({ path, body, asOperator: act === "grant" });
        if (!answer.ok) return;
        showToast(`${usdText(value)} ${kDone[act]}.`, "good");
        onDone();
        onClose();
    };
    return (
        <Dialog title={words.title} onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <p class="soft">{words.about}</p>
                {amount.fields(action.fieldError)}
                <ErrorNotice error={action.error} besides={["amount", "note"]} />
                <DialogActions submit={words.submit} busy={action.busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}

function RedeemDialog({ onDone, onClose }: DialogProps) {
    const action = useAction("POST", "/api/organizations/{organization}/vouchers/redeem");
    const [code, setCode] = useState("");
    const submit = async (event: Event) => {
        event.preventDefault();
        const answer = await action.run({ path: { organization: organizationId.value! }, body: { code } });
        if (!answer.ok) return;
        showToast(
            answer.value.repeated
                ? "This voucher was redeemed here before."
                : `${usdText(answer.value.amount)} of credit is here.`,
            "good",
        );
        onDone();
        onClose();
    };
    return (
        <Dialog title="Redeem a voucher" onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <TextField
                    label="Code"
                    value={code}
                    onInput={setCode}
                    required
                    mono
                    error={action.fieldError("code")}
                    hint="16 characters. Capitals, dashes and blanks make no difference."
                />
                {action.error && action.error.field !== "code" && <ErrorNotice error={action.error} />}
                <DialogActions submit="Redeem" busy={action.busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}

function TransferDialog({ onDone, onClose }: DialogProps) {
    const organization = organizationId.value!;
    const action = useAction("POST", "/api/organizations/{organization}/transfers");
    const others = (me.value?.organizations ?? []).filter((one) => one.id !== organization);
    const [to, setTo] = useState(others[0]?.id ?? "");
    const amount = useAmount();
    const submit = async (event: Event) => {
        event.preventDefault();
        const value = amount.read();
        if (value === null || to === "") return;
        const answer = await action.run({ path: { organization }, body: { to, amount: value, note: amount.note } });
        if (!answer.ok) return;
        showToast(`${usdText(value)} went to ${others.find((one) => one.id === to)!.name}.`, "good");
        onDone();
        onClose();
    };
    return (
        <Dialog title="Transfer credit" onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <p class="soft">
                    Purchased credit that is neither used nor held moves at once to another organization of yours.
                </p>
                <Select
                    label="To"
                    value={to}
                    onChange={setTo}
                    choices={others.map((one) => ({
                        value: one.id,
                        label: one.kind === "personal" ? `${one.name} (personal)` : one.name,
                    }))}
                    error={action.fieldError("to")}
                />
                {amount.fields(action.fieldError)}
                <ErrorNotice error={action.error} besides={["to", "amount", "note"]} />
                <DialogActions
                    submit="Transfer"
                    busy={action.busy}
                    whyNot={others.length > 0 ? null : "You are a member of no other organization"}
                    onCancel={onClose}
                />
            </form>
        </Dialog>
    );
}

export function DecisionDialog({
    request,
    how,
    onDone,
    onClose,
}: DialogProps & { request: CreditRequest; how: "approve" | "decline" }) {
    const path = { organization: organizationId.value!, credit_request: request.id };
    const approve = useAction("POST", "/api/organizations/{organization}/credit-requests/{credit_request}/approve");
    const decline = useAction("POST", "/api/organizations/{organization}/credit-requests/{credit_request}/decline");
    const action = how === "approve" ? approve : decline;
    const amount = useAmount(String(request.amount));
    const [note, setNote] = useState("");
    const submit = async (event: Event) => {
        event.preventDefault();
        if (how === "approve") {
            const value = amount.read();
            if (value === null) return;
            if (!(await approve.run({ path, body: { amount: value, note: amount.note } })).ok) return;
        } else if (!(await decline.run({ path, body: { note: note.trim() || null } })).ok) {
            return;
        }
        showToast(how === "approve" ? "The request is approved." : "The request is declined.", "good");
        onDone();
        onClose();
    };
    const approving = how === "approve";
    return (
        <Dialog title={approving ? "Approve the request?" : "Decline the request?"} onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <p>
                    {usdText(request.amount)} was asked for{request.note ? `: ${request.note}` : "."}
                </p>
                {approving ? (
                    amount.fields(action.fieldError)
                ) : (
                    <TextField label="Note" optional value={note} onInput={setNote} hint="Whoever asked sees it." />
                )}
                <ErrorNotice error={action.error} besides={["amount", "note"]} />
                <DialogActions
                    submit={approving ? "Approve" : "Decline"}
                    look={approving ? "primary" : "danger"}
                    busy={action.busy}
                    onCancel={onClose}
                />
            </form>
        </Dialog>
    );
}
