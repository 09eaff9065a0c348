// Of what people are told by mail, and what becomes of streams when credit runs out.
import { useState } from "preact/hooks";
import { parseDecimal } from "../../api/decimal";
import { whyNot } from "../../api/organization";
import type { components } from "../../api/types";
import { useAction, useQuery } from "../../api/use_call";
import { Button } from "../../components/button";
import { AmountField, CheckField } from "../../components/field";
import { Facts } from "../../components/facts";
import { Money } from "../../components/money";
import { ErrorNotice, Notice, Skeleton } from "../../components/notice";
import { Card } from "../../components/page";
import { showToast } from "../../components/toast";
import { organizationId, pageHref } from "../../router";

type Settings = components["schemas"]["Alerts"];

export function Alerts() {
    const path = { organization: organizationId.value! };
    const alerts = useQuery("/api/organizations/{organization}/alerts", { path });
    const policy = useQuery("/api/organizations/{organization}/credit_policy", { path });
    return (
        <div class="stack">
            <Card title="Be told by mail">
                {alerts.value !== null ? (
                    <AlertsForm
                        key={`${alerts.value.low_balance} ${alerts.value.budgets}`}
                        value={alerts.value}
                        version={alerts.version}
                        onSaved={alerts.reload}
                    />
                ) : alerts.error ? (
                    <ErrorNotice error={alerts.error} retry={alerts.reload} />
                ) : (
                    <Skeleton />
                )}
            </Card>
            {policy.value !== null && (
                <Card title="When credit runs out during a stream">
                    <Facts
                        rows={[
                            [
                                "The stream",
                                policy.value.on_exhausted === "cut"
                                    ? "is cut where the credit ends"
                                    : "goes on; what is missing is owed",
                            ],
                            [
                                "At most owed",
                                policy.value.on_exhausted === "owe" && <Money value={policy.value.overdraft_cap} />,
                            ],
                            ["Set by", policy.value.default ? "the gateway's configuration" : "the operator"],
                        ]}
                    />
                </Card>
            )}
            <p class="soft">
                Budgets of the organization are on <a href={pageHref("settings")}>Settings</a>, those of members,
                projects and keys on their own pages.
            </p>
        </div>
    );
}

function AlertsForm({ value, version, onSaved }: { value: Settings; version: number | null; onSaved: () => void }) {
    const action = useAction("PUT", "/api/organizations/{organization}/alerts");
    const [low, setLow] = useState(value.low_balance === null ? "" : String(value.low_balance));
    const [budgets, setBudgets] = useState(value.budgets);
    const [problem, setProblem] = useState<string | null>(null);
    const submit = async (event: Event) => {
        event.preventDefault();
        const amount = low.trim() === "" ? null : parseDecimal(low);
        const unreadable = low.trim() !== "" && amount === null;
        setProblem(unreadable ? "An amount such as 5 or 12.50." : null);
        if (unreadable) return;
        const answer = await action.run({
            path: { organization: organizationId.value! },
            body: { low_balance: amount, budgets },
            ifMatch: version,
        });
        if (!answer.ok) return;
        showToast("Saved.", "good");
        onSaved();
    };
    return (
        <form class="form" onSubmit={submit}>
            {!value.mail && (
                <Notice tone="warn">
                    This gateway sends no mail, so that nobody is told. The operator sets it up.
                </Notice>
            )}
            <AmountField
                label="When the balance falls below"
                optional
                value={low}
                onInput={setLow}
                error={problem ?? action.fieldError("low_balance")}
                hint="Empty: never. It is said once at each fall, to owners, admins and the billing contact."
            />
            <CheckField
                label="When a budget is spent to 80 and to 100 %"
                checked={budgets}
                onChange={setBudgets}
                hint="Of the organization, projects, members and keys. A member is told of his own."
            />
            {action.error && action.error.field !== "low_balance" && <ErrorNotice error={action.error} />}
            <div class="form-actions">
                <Button type="submit" look="primary" busy={action.busy} whyNot={whyNot("manage_settings")}>
                    Save alerts
                </Button>
            </div>
        </form>
    );
}
