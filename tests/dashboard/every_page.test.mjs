// What must hold of each page, in both themes, on a phone, a tablet and a wide screen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newOperator } from "./support/accounts.mjs";
import { faultsOfAccess, kThemes, kWidths, settle } from "./support/browser.mjs";
import { useWorld } from "./support/world.mjs";

const kMostCalls = 4;
const kLookedAtAgain = "#/operator/health"; // every few seconds
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
const kPages = [
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
const world = useWorld();
let made = null;
const operator = () => (made ??= newOperator(world.gateway));
const personOf = (page) => {
    if (!page.startsWith("#/") || page.startsWith("#/account")) return world.owner;
    return page.startsWith("#/operator") ? operator() : null;
};

// One load a page: width and theme change under it, as when a window is drawn smaller.
for (const page of kPages) {
    test(`${page}: readable for everyone, in few calls`, async () => {
        const { tab, seen, close } = await world.openAs(await personOf(page), page);
        assert.equal((await tab.$$("h1")).length, 1, "one heading of the first level");
        const asked = page === kLookedAtAgain ? [...new Set(seen.calls)] : seen.calls;
        const calls = asked.filter((one) => !one.endsWith("/live"));
        assert.ok(calls.length <= kMostCalls, `${calls.length} calls: ${calls.join(", ")}`);
        for (const width of kWidths) {
            await tab.setViewport({ width, height: 900 });
            for (const theme of kThemes) {
                await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
                await settle(tab);
                assert.equal(await faultsOfAccess(tab), "", `${width} px, ${theme}`);
            }
            const beyond = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.ok(beyond <= 0, `the page is ${beyond} px wider than ${width} px`);
        }
        await close();
    });
}
