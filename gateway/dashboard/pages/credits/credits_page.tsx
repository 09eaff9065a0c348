// The organization's credit: what is left and where it went, ways to have more, who is told when it runs low.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { isZero } from "../../api/decimal";
import { may, membership, organization as current } from "../../api/organization";
import { useQuery } from "../../api/use_call";
import { Allowed } from "../../components/allowed";
import { Button } from "../../components/button";
import { Money } from "../../components/money";
import { EmptyState, ErrorNotice, Skeleton } from "../../components/notice";
import { PageHead } from "../../components/page";
import { Tabs } from "../../components/tabs";
import { isOperator } from "../../api/session";
import { organizationId, pageHref, query, setQuery } from "../../router";
import { Alerts } from "./alerts";
import { CreditLots } from "./credit_lots";
import { CreditRequests } from "./credit_requests";
import { MoneyDialog, type MoneyAct } from "./money_dialogs";
import { Transactions } from "./transactions";

const kTabs = [
    { name: "transactions", label: "Transactions", permission: "see_billing" },
    { name: "lots", label: "What is left of what", permission: "see_billing" },
    { name: "requests", label: "Requests", permission: "see_credit_requests" },
    { name: "alerts", label: "Alerts", permission: "see_settings" },
];
const kActs: readonly { act: MoneyAct; label: string; permission: string }[] = [
    { act: "buy", label: "Buy credit", permission: "purchase_credit" },
    { act: "redeem", label: "Redeem a voucher", permission: "redeem_voucher" },
    { act: "transfer", label: "Transfer", permission: "transfer_credit" },
    { act: "ask", label: "Ask for credit", permission: "request_credit" },
];

// Members see what they may ask for; the operator may not ask, and sees it all.
export const kSeesCredit = ["request_credit", "see_billing"] as const;

export function CreditsPage() {
    return (
        <>
            <PageHead title="Credits" actions={membership.value !== null && <Acts />}>
                {current.value?.kind === "personal"
                    ? "Your own credit: what your personal organization's requests spend."
                    : "One pool of credit, which all members of the organization spend at once."}
            </PageHead>
            <Allowed permission={kSeesCredit}>
                <Credit />
            </Allowed>
        </>
    );
}

// Those that the role allows. The first of them is what one does most.
function Acts() {
    const [first, ...others] = kActs.filter(
        (one) => may(one.permission) && (one.act !== "ask" || !may("purchase_credit")),
    );
    const shown = first ? [first, ...others] : [];
    return (
        <>
            {shown.map((one) => (
                <Button
                    key={one.act}
                    look={one === first ? "primary" : "plain"}
                    onClick={() => setQuery({ act: one.act })}
                >
                    {one.label}
                </Button>
            ))}
            {isOperator.value && <Button onClick={() => setQuery({ act: "grant" })}>Grant</Button>}
        </>
    );
}

function Credit() {
    const path = { organization: organizationId.value! };
    const [turn, setTurn] = useState(0); // the lists are asked for anew when credit was moved or asked for
    const credits = useQuery("/api/organizations/{organization}/credits", may("see_billing") ? { path } : null);
    const tabs = kTabs.filter((one) => may(one.permission));
    const shown = tabs.find((one) => one.name === query.value.tab) ?? tabs[0];
    const act = [...kActs.map((one) => one.act), "grant" as const].find((one) => one === query.value.act);
    const allowed = act === "grant" ? isOperator.value : kActs.some((one) => one.act === act && may(one.permission));
    if (!shown) return <EmptyState title="Your role does not show this here" />;
    if (may("see_billing") && credits.value === null && !credits.error) return <Skeleton lines={6} />;
    return (
        <div class="stack">
            {credits.value !== null && (
                <div class="grid">
                    <Figure name="Balance" value={<Money value={credits.value.balance} exact />} />
                    <Figure
                        name="Held"
                        value={<Money value={credits.value.held} exact />}
                        more={isZero(credits.value.held) ? "no request is running" : "by requests that run"}
                    />
                    <Figure name="Added in all" value={<Money value={credits.value.total_credits} exact />} />
                    <Figure name="Used in all" value={<Money value={credits.value.total_usage} exact />} />
                </div>
            )}
            {credits.error && <ErrorNotice error={credits.error} retry={credits.reload} />}
            <div>
                <Tabs
                    label="Parts of this page"
                    tabs={tabs.map((one) => ({
                        label: one.label,
                        href: pageHref("credits", { tab: one === tabs[0] ? null : one.name }),
                        current: one === shown,
                    }))}
                />
                {shown.name === "transactions" && <Transactions key={turn} onChange={credits.reload} />}
                {shown.name === "lots" && <CreditLots key={turn} />}
                {shown.name === "requests" && <CreditRequests key={turn} onChange={credits.reload} />}
                {shown.name === "alerts" && <Alerts />}
            </div>
            {act !== undefined && allowed && (
                <MoneyDialog
                    act={act}
                    onDone={() => {
                        setTurn(turn + 1);
                        credits.reload();
                    }}
                    onClose={() => setQuery({ act: null })}
                />
            )}
        </div>
    );
}

function Figure({ name, value, more }: { name: string; value: ComponentChildren; more?: string }) {
    return (
        <div class="card figure-tile">
            <span class="name">{name}</span>
            <span class="value">{value}</span>
            {more && <span class="change">{more}</span>}
        </div>
    );
}
