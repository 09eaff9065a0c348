// Takes a picture of every page for docs/pages.md, of a team that has used a gateway started for it.
//
//   TOLLGATE_DASHBOARD_SOURCES=1 TOLLGATE_BINARY=… TOLLGATE_SAMPLE_UPSTREAM=… node screenshots.mjs
import { mkdir } from "node:fs/promises";
import { makeUsage, newKey, newOperator, newPerson } from "./support/accounts.mjs";
import { openTab, settle, startBrowser } from "./support/browser.mjs";
import { startGateway } from "./support/gateway.mjs";
import { signIn } from "./support/signing_in.mjs";

const kFolder = new URL("../../docs/pages/", import.meta.url);
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
    "git",
    "audit",
    "settings",
];
const kOfPerson = ["profile", "security", "tokens", "new-organization"];
const kOfOperator = [
    "organizations",
    "usage",
    "people",
    "vouchers",
    "allowances",
    "health",
    "configuration",
    "instance",
    "mail",
    "audit",
];

const gateway = await startGateway({ upstream: true });
const browser = await startBrowser();
const owner = await newPerson(gateway, { name: "Ada Owner" });
const team = owner.organization;
await newPerson(gateway, { name: "Alan Admin", role: "admin", team });
await newPerson(gateway, { name: "Mary Member", role: "member", team });
await makeUsage(gateway, await newKey(gateway, team), { requests: 40 });
const operator = await newOperator(gateway);
await gateway.call("POST", "/api/allowances", { organization_id: team.id, amount: 25, interval: "monthly" });
await mkdir(kFolder, { recursive: true });

// A picture has the paths of an installation, not those of whoever took it.
const kUsualPaths = [
    [`${gateway.directory}/data`, "/var/lib/tollgate"],
    [`${gateway.directory}/`, "/etc/tollgate/"],
    [new URL("../../configs/", import.meta.url).pathname, "/etc/tollgate/"],
];
function showUsualPaths(paths) {
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        for (const [from, to] of paths) texts.currentNode.data = texts.currentNode.data.replaceAll(from, to);
    }
}

async function take(name, person, hash) {
    const { tab, close } = await openTab(browser, { url: gateway.url, width: 1280, height: 800 });
    if (person !== null) await tab.setCookie({ ...(await signIn(gateway, person)), url: gateway.url });
    await tab.goto(`${gateway.url}/${hash}`);
    await settle(tab);
    await tab.evaluate(showUsualPaths, kUsualPaths);
    const path = decodeURIComponent(new URL(`${name}.webp`, kFolder).pathname);
    await tab.screenshot({ path, type: "webp", quality: 60 });
    await close();
}

await take("sign-in", null, "#/sign-in");
for (const page of kOfTeam) await take(page, owner, `#/o/${team.id}/${page}`);
for (const page of kOfPerson) await take(`account-${page}`, owner, `#/account/${page}`);
for (const page of kOfOperator) await take(`operator-${page}`, operator, `#/operator/${page}`);
await browser.close();
await gateway.stop();
