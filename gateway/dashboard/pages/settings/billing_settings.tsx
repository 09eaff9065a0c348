// To whom credit is invoiced, of what people are told by mail, and what becomes of streams when credit runs out.
import { parseDecimal } from "../../api/decimal";
import { whyNot } from "../../api/organization";
import type { components } from "../../api/types";
import { useAction, useQuery } from "../../api/use_call";
import { AmountField, CheckField, TextField } from "../../components/field";
import { Notice } from "../../components/notice";
import { organizationId } from "../../router";
import { SettingsCard } from "./settings_card";

type Billing = components["schemas"]["Billing"];
// The amount as it is typed.
interface AlertsDraft {
    low_balance: string;
    budgets: boolean;
    mail: boolean;
    version: number;
}

const kBillingFields = [
    ["company", "Company"],
    ["address", "Address, in one line"],
    ["tax_id", "Tax id"],
    ["contact_name", "Contact"],
    ["contact_email", "E-mail of the contact"],
] as const;

export function BillingSettings() {
    const path = { organization: organizationId.value! };
    const billing = useQuery("/api/organizations/{organization}/billing", { path });
    const alerts = useQuery("/api/organizations/{organization}/alerts", { path });
    const setBilling = useAction("PATCH", "/api/organizations/{organization}/billing");
    const setAlerts = useAction("PUT", "/api/organizations/{organization}/alerts");
    // All settings have one version: what was saved makes the other card's old.
    const saved = () => {
        billing.reload();
        alerts.reload();
    };
    const draft: AlertsDraft | null = alerts.value && {
        ...alerts.value,
        low_balance: alerts.value.low_balance === null ? "" : String(alerts.value.low_balance),
    };
    return (
        <div class="stack">
            <SettingsCard<Billing>
                title="Invoices go to"
                query={billing}
                whyNot={whyNot("change_billing")}
                shownFields={kBillingFields.map(([name]) => name)}
                save={async ({ version }, changed) => {
                    const answer = await setBilling.run({ path, body: changed, ifMatch: version });
                    if (!answer.ok) return answer.error;
                    saved();
                    return null;
                }}
                fields={(shown, edit, problem) => (
                    <div class="form-row">
                        {kBillingFields.map(([name, label]) => (
                            <TextField
                                key={name}
                                label={label}
                                value={shown[name] ?? ""}
                                onInput={(text) => edit({ [name]: text === "" ? null : text })}
                                error={problem(name)}
                                type={name === "contact_email" ? "email" : "text"}
                            />
                        ))}
                    </div>
                )}
            />
            <SettingsCard<AlertsDraft>
                title="Be told by mail"
                query={{ ...alerts, value: draft, set: () => alerts.reload() }}
                whyNot={whyNot("manage_settings")}
                shownFields={["low_balance"]}
                about="Owners and admins are told, and the contact above of the balance. A member is told of budgets of his own."
                save={async ({ low_balance, budgets, version }) => {
                    const amount = low_balance.trim() === "" ? null : parseDecimal(low_balance);
                    if (amount === null && low_balance.trim() !== "") {
                        const message = "An amount such as 5 or 12.50; empty: never.";
                        return {
                            status: 0,
                            code: "",
                            reason: null,
                            message,
                            field: "low_balance",
                            retryAfterSeconds: null,
                            extra: {},
                        };
                    }
                    const answer = await setAlerts.run({
                        path,
                        body: { low_balance: amount, budgets },
                        ifMatch: version,
                    });
                    if (!answer.ok) return answer.error;
                    saved();
                    return null;
                }}
                fields={(shown, edit, problem) => (
                    <>
                        {!shown.mail && <Notice tone="warn">This gateway sends no mail: nobody is told.</Notice>}
                        <AmountField
                            label="When the balance falls below"
                            value={shown.low_balance}
                            onInput={(low_balance) => edit({ low_balance })}
                            placeholder="Never"
                            error={problem("low_balance")}
                        />
                        <CheckField
                            label="When a budget is spent to 80 % and to 100 %"
                            checked={shown.budgets}
                            onChange={(budgets) => edit({ budgets })}
                        />
                    </>
                )}
            />
        </div>
    );
}
