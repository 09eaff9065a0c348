// Mail that waits or could not be sent.
import { call } from "../../api/client";
import type { components } from "../../api/types";
import { useList } from "../../api/use_call";
import { Button } from "../../components/button";
import { BareSelect } from "../../components/field";
import { Badge, EmptyState } from "../../components/notice";
import { PageHead } from "../../components/page";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { showToast } from "../../components/toast";
import { query, setQuery } from "../../router";

type Mail = components["schemas"]["Mail"];
type State = Mail["state"];

const kStates: Record<State, string> = { waiting: "Waits", sent: "Sent", failed: "Failed", dropped: "Dropped" };

export function OperatorMailPage() {
    const { state = "" } = query.value;
    const list = useList("/api/mail", { query: { state: state as State } });
    const retry = async (mail: Mail) => {
        const answer = await call("POST", "/api/mail/{mail}/retry", { path: { mail: mail.id } });
        showToast(answer.ok ? "It is tried again." : answer.error.message, answer.ok ? "good" : "bad");
        list.reload();
    };
    return (
        <>
            <PageHead title="Mail">Of the last seven days, to people and invited people.</PageHead>
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
                <Button icon="refresh" label="Load anew" onClick={list.reload} />
            </div>
            <Table
                label="Mail"
                {...list}
                columns={kColumns}
                rowKey={(mail) => mail.id}
                actions={(mail) =>
                    (mail.state === "failed" || mail.state === "waiting") && (
                        <Button
                            onClick={() => void retry(mail)}
                            attributes={{ "aria-label": `Try the mail to ${mail.to} again` }}
                        >
                            Try again
                        </Button>
                    )
                }
                empty={<EmptyState title="No mail">Mail that was sent lately, or waits, is listed here.</EmptyState>}
            />
        </>
    );
}

const kColumns: readonly Column<Mail>[] = [
    { key: "to", name: "To", heads: true, show: (mail) => mail.to },
    { key: "kind", name: "About", show: (mail) => mail.kind },
    {
        key: "state",
        name: "State",
        show: (mail) => (
            <Badge tone={mail.state === "sent" ? "good" : mail.state === "failed" ? "bad" : "warn"}>
                {kStates[mail.state]}
            </Badge>
        ),
    },
    { key: "problem", name: "Problem", show: (mail) => mail.problem ?? <span class="soft">–</span> },
    { key: "attempts", name: "Tries", end: true, show: (mail) => mail.attempts },
    { key: "next", name: "Next try", show: (mail) => <Time value={mail.next_attempt_at} /> },
    { key: "created", name: "Of", show: (mail) => <Time value={mail.created_at} /> },
];
