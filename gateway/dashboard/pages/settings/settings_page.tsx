// What holds for the organization as a whole. Parts are pages of their own, each with few calls.
import { may, membership, organization, whyNot } from "../../api/organization";
import { LimitsForm } from "../../components/limits_dialog";
import { Skeleton } from "../../components/notice";
import { Card, PageHead } from "../../components/page";
import { Tabs } from "../../components/tabs";
import { showToast } from "../../components/toast";
import { pageHref } from "../../router";
import type { PageProps } from "../table";
import { BillingSettings } from "./billing_settings";
import { GeneralSettings } from "./general_settings";
import { SecuritySettings } from "./security_settings";
import { UsageSettings } from "./usage_settings";

const kParts = [
    { path: "", label: "General", show: GeneralSettings },
    { path: "limits", label: "Limits", show: OrganizationLimits },
    { path: "usage", label: "Usage data", show: UsageSettings },
    { path: "billing", label: "Billing and mail", show: BillingSettings, permission: "see_billing" },
    { path: "security", label: "Security", show: SecuritySettings, permission: "manage_settings" },
];

export function SettingsPage({ rest }: PageProps) {
    const parts = kParts.filter((one) => one.permission === undefined || may(one.permission));
    const shown = parts.find((one) => one.path === (rest[0] ?? "")) ?? parts[0]!;
    const Part = shown.show;
    return (
        <>
            <PageHead title="Settings">{organization.value?.name}</PageHead>
            <Tabs
                label="Parts of settings"
                tabs={parts.map((one) => ({
                    label: one.label,
                    href: pageHref(one.path ? `settings/${one.path}` : "settings"),
                    current: one === shown,
                }))}
            />
            {/* Which parts there are is known with the role. */}
            {membership.value === null ? <Skeleton lines={6} /> : <Part />}
        </>
    );
}

function OrganizationLimits() {
    return (
        <Card title="Limits of the whole organization">
            <p class="soft small">
                They hold for all projects, members and keys together. Each of those may have limits of its own.
            </p>
            <LimitsForm
                path="/api/organizations/{organization}/limits"
                onDone={() => showToast("The limits are saved.", "good")}
                whyNot={whyNot("manage_limits")}
            />
        </Card>
    );
}
