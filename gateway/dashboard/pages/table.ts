// Every page, by its name in the URL. A page that is not here does not exist; the navigation, the palette and the title
// of the window come from here.
import type { FunctionComponent } from "preact";
import type { IconName } from "../components/icon";
import { NewOrganizationPage } from "./account/new_organization_page";
import { ProfilePage } from "./account/profile_page";
import { SecurityPage } from "./account/security_page";
import { TokensPage } from "./account/tokens_page";
import { ActivityPage } from "./activity/activity_page";
import { AuditPage, OperatorAuditPage } from "./audit/audit_page";
import { CreditsPage, kSeesCredit } from "./credits/credits_page";
import { GitClaimsPage } from "./git_claims";
import { KeysPage } from "./keys/keys_page";
import { LlmPage } from "./llm/llm_page";
import { MembersPage } from "./members/members_page";
import { OperatorAllowancesPage } from "./operator/allowances_page";
import { OperatorConfigurationPage } from "./operator/configuration_page";
import { OperatorHealthPage } from "./operator/health_page";
import { OperatorInstancePage } from "./operator/instance_page";
import { OperatorMailPage } from "./operator/mail_page";
import { OperatorOrganizationsPage } from "./operator/organizations_page";
import { OperatorPeoplePage } from "./operator/people_page";
import { OperatorUsagePage } from "./operator/usage_page";
import { OperatorVouchersPage } from "./operator/vouchers_page";
import { OverviewPage } from "./overview/overview_page";
import { PlaygroundPage } from "./playground/playground_page";
import { PresetsPage } from "./presets/presets_page";
import { PrivacyPage } from "./privacy";
import { ProjectsPage } from "./projects/projects_page";
import { ProviderKeysPage } from "./provider_keys/provider_keys_page";
import { ProviderPolicyPage } from "./provider_policy/provider_policy_page";
import { SettingsPage } from "./settings/settings_page";

export interface PageProps {
    rest: string[]; // of the path, behind the page's name
}

export interface Page {
    path: string;
    title: string;
    icon: IconName;
    group: string;
    permission?: string | readonly string[]; // whoever lacks it does not find the page in the navigation
    show: FunctionComponent<PageProps>;
}

// Of an organization: #/o/<organization>/<path>.
export const kPages: readonly Page[] = [
    { path: "overview", title: "Overview", icon: "home", group: "Usage", show: OverviewPage },
    {
        path: "activity",
        title: "Activity",
        icon: "activity",
        group: "Usage",
        permission: "see_activity",
        show: ActivityPage,
    },
    {
        path: "playground",
        title: "Playground",
        icon: "chat",
        group: "Usage",
        permission: "infer",
        show: PlaygroundPage,
    },
    { path: "keys", title: "API keys", icon: "key", group: "Build", permission: "see_keys", show: KeysPage },
    {
        path: "projects",
        title: "Projects",
        icon: "folder",
        group: "Build",
        permission: "see_projects",
        show: ProjectsPage,
    },
    {
        path: "presets",
        title: "Presets",
        icon: "sparkle",
        group: "Build",
        permission: "use_presets",
        show: PresetsPage,
    },
    {
        path: "llm",
        title: "Model defaults",
        icon: "chip",
        group: "Routing",
        permission: "see_settings",
        show: LlmPage,
    },
    {
        path: "providers",
        title: "Provider policy",
        icon: "route",
        group: "Routing",
        permission: "see_settings",
        show: ProviderPolicyPage,
    },
    {
        path: "provider-keys",
        title: "Provider keys",
        icon: "plug",
        group: "Routing",
        permission: "manage_provider_keys",
        show: ProviderKeysPage,
    },
    {
        path: "privacy",
        title: "Privacy",
        icon: "lock",
        group: "Routing",
        permission: "see_settings",
        show: PrivacyPage,
    },
    {
        path: "credits",
        title: "Credits",
        icon: "card",
        group: "Organization",
        permission: kSeesCredit,
        show: CreditsPage,
    },
    {
        path: "members",
        title: "Members",
        icon: "people",
        group: "Organization",
        permission: "see_members",
        show: MembersPage,
    },
    {
        path: "git",
        title: "Git organizations",
        icon: "git",
        group: "Organization",
        permission: "manage_claims",
        show: GitClaimsPage,
    },
    {
        path: "audit",
        title: "Audit log",
        icon: "list",
        group: "Organization",
        permission: "see_audit",
        show: AuditPage,
    },
    {
        path: "settings",
        title: "Settings",
        icon: "settings",
        group: "Organization",
        permission: "see_settings",
        show: SettingsPage,
    },
];

// Of the person: #/account/<path>.
export const kAccountPages: readonly Page[] = [
    { path: "profile", title: "Your account", icon: "person", group: "Account", show: ProfilePage },
    { path: "security", title: "Signing in", icon: "shield", group: "Account", show: SecurityPage },
    { path: "tokens", title: "Personal tokens", icon: "key", group: "Account", show: TokensPage },
    {
        path: "new-organization",
        title: "New organization",
        icon: "plus",
        group: "Account",
        show: NewOrganizationPage,
    },
];

// Of the instance: #/operator/<path>, for its operator only.
export const kOperatorPages: readonly Page[] = [
    {
        path: "organizations",
        title: "Organizations",
        icon: "server",
        group: "Operator",
        show: OperatorOrganizationsPage,
    },
    { path: "usage", title: "Usage by organization", icon: "chart", group: "Operator", show: OperatorUsagePage },
    { path: "people", title: "People", icon: "people", group: "Operator", show: OperatorPeoplePage },
    { path: "vouchers", title: "Vouchers", icon: "card", group: "Operator", show: OperatorVouchersPage },
    { path: "allowances", title: "Allowances", icon: "clock", group: "Operator", show: OperatorAllowancesPage },
    { path: "health", title: "Health", icon: "activity", group: "Instance", show: OperatorHealthPage },
    {
        path: "configuration",
        title: "Configuration",
        icon: "settings",
        group: "Instance",
        show: OperatorConfigurationPage,
    },
    { path: "instance", title: "Version and backups", icon: "archive", group: "Instance", show: OperatorInstancePage },
    { path: "mail", title: "Mail", icon: "list", group: "Instance", show: OperatorMailPage },
    { path: "audit", title: "Audit log", icon: "list", group: "Instance", show: OperatorAuditPage },
];
