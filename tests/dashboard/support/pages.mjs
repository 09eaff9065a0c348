// Every page that has an address: what follows the organization, or the whole hash.
const kOfTeam = [
    "overview",
    "activity",
    "playground",
    "keys",
    "projects",
    "presets",
    "llm",
    "providers",
    "provider-keys",
    "privacy",
    "credits",
    "members",
    "members/invitations",
    "members/spending",
    "members/roles",
    "git",
    "audit",
    "audit/refusals",
    "settings",
    "settings/limits",
    "settings/usage",
    "settings/billing",
    "settings/security",
];
export const kPages = [
    ...kOfTeam,
    "#/account/profile",
    "#/account/security",
    "#/account/tokens",
    "#/account/new-organization",
    "#/operator/organizations",
    "#/operator/usage",
    "#/operator/people",
    "#/operator/vouchers",
    "#/operator/allowances",
    "#/operator/health",
    "#/operator/configuration",
    "#/operator/instance",
    "#/operator/mail",
    "#/operator/audit",
    "#/operator/audit/refusals",
    "#/sign-in",
    "#/setup?token=x",
    "#/register",
    "#/reset",
    "#/password?token=x",
    "#/invitation?token=x",
    "#/verification?token=x",
];

// It asks again every few seconds.
export const kLookedAtAgain = "#/operator/health";

// Who opens it: nobody where it is for who has not signed in.
export function visitorOf(page) {
    if (!page.startsWith("#/") || page.startsWith("#/account")) return "owner";
    return page.startsWith("#/operator") ? "operator" : null;
}
