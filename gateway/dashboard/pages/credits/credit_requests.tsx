// Who asks for credit, and what became of it.
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import { may, whyNot } from "../../api/organization";
import { me } from "../../api/session";
import type { components } from "../../api/types";
import { useList } from "../../api/use_call";
import { Button } from "../../components/button";
import { BareSelect } from "../../components/field";
import { Money } from "../../components/money";
import { Badge, EmptyState } from "../../components/notice";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { showToast } from "../../components/toast";
import { organizationId, query, setQuery } from "../../router";
import { DecisionDialog } from "./money_dialogs";

type CreditRequest = components["schemas"]["CreditRequest"];
type State = CreditRequest["state"];

const kStates: Record<State, string> = {
    pending: "Waits",
    approved: "Approved",
    declined: "Declined",
    withdrawn: "Withdrawn",
};

export function CreditRequests({ onChange }: { onChange: () => void }) {
    const organization = organizationId.value!;
    const state = (query.value.state ?? "") as State | "";
    const list = useList("/api/organizations/{organization}/credit-requests", {
        path: { organization },
        query: state === "" ? {} : { state },
    });
    const [decided, setDecided] = useState<{ request: CreditRequest; how: "approve" | "decline" } | null>(null);
    const changed = () => {
        list.reload();
        onChange();
    };
    const withdraw = async (request: CreditRequest) => {
        const answer = await call(
            "POST",
            "/api/organizations/{organization}/credit-requests/{credit_request}/withdraw",
            { path: { organization, credit_request: request.id } },
        );
        showToast(answer.ok ? "The request is withdrawn." : answer.error.message, answer.ok ? "good" : "bad");
        changed();
    };
    const actions = (request: CreditRequest) =>
        request.state === "pending" && (
            <>
                {request.user_id === me.value?.user.id && (
                    <Button onClick={() => void withdraw(request)}>Withdraw</Button>
                )}
                {may("decide_credit_requests") && (
                    <>
                        <Button onClick={() => setDecided({ request, how: "decline" })}>Decline</Button>
                        <Button look="primary" onClick={() => setDecided({ request, how: "approve" })}>
                            Approve
                        </Button>
                    </>
                )}
            </>
        );
    return (
        <>
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
                <span class="grow" />
                {/* For others it is at the head of the page. */}
                {may("purchase_credit") && (
                    <Button whyNot={whyNot("request_credit")} onClick={() => setQuery({ act: "ask" })}>
                        Ask for credit
                    </Button>
                )}
            </div>
            <Table
                label="Requests for credit"
                {...list}
                columns={kColumns}
                rowKey={(request) => request.id}
                actions={actions}
                empty={
                    <EmptyState title="Nobody asks for credit">
                        Members ask here for more. Owners and admins decide: what they approve is a purchase.
                    </EmptyState>
                }
            />
            {decided && (
                <DecisionDialog
                    request={decided.request}
                    how={decided.how}
                    onDone={changed}
                    onClose={() => setDecided(null)}
                />
            )}
        </>
    );
}

const kColumns: readonly Column<CreditRequest>[] = [
    { key: "amount", name: "Amount", heads: true, show: (request) => <Money value={request.amount} /> },
    {
        key: "who",
        name: "Who",
        show: (request) => (request.user_id === me.value?.user.id ? "You" : (request.user_name ?? "A former member")),
    },
    { key: "note", name: "What for", show: (request) => request.note ?? <span class="soft">–</span> },
    { key: "created", name: "Asked", show: (request) => <Time value={request.created_at} look="relative" /> },
    { key: "state", name: "State", show: stateOf },
    { key: "answer", name: "Answer", show: (request) => request.decision_note ?? <span class="soft">–</span> },
];

function stateOf(request: CreditRequest) {
    const tone = { pending: "warn", approved: "good", declined: "bad", withdrawn: undefined } as const;
    return (
        <span class="row">
            <Badge tone={tone[request.state]}>{kStates[request.state]}</Badge>
            {request.approved_amount !== null && <Money value={request.approved_amount} />}
            {request.transaction_state === "pending" && <span class="soft small">waits for the payment</span>}
            {request.transaction_state === "cancelled" && <span class="soft small">the purchase was cancelled</span>}
        </span>
    );
}
