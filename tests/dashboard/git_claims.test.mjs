// Git organizations: claimed with a token of their administrator, by whom outsiders' requests are paid, released.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test, after } from "node:test";
import { press, textOf } from "./support/browser.mjs";
import { chooseAction, dialogGone, eventually, isForEveryone, retype, select, waitForText } from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const kToken = "ghp_of_an_admin";

// GitHub's API as far as claims ask it: an account that administers Acme and is a member of other.
const kMemberships = [
    { state: "active", role: "admin", organization: { login: "Acme" } },
    { state: "active", role: "member", organization: { login: "other" } },
];
const github = createServer((request, reply) => {
    const { pathname } = new URL(request.url, "http://x.test");
    const known = request.headers.authorization?.endsWith(kToken);
    const name = pathname.split("/user/memberships/orgs/")[1]?.toLowerCase();
    const found = name ? kMemberships.find((one) => one.organization.login.toLowerCase() === name) : kMemberships;
    const [status, body] = !known ? [401, { message: "Bad credentials" }] : found ? [200, found] : [404, {}];
    reply
        .writeHead(status, {
            "content-type": "application/json",
            "x-oauth-scopes": "read:org",
            "x-accepted-oauth-scopes": "admin:org, read:org",
        })
        .end(JSON.stringify(body));
});
await new Promise((resolve) => github.listen(0, "127.0.0.1", resolve));
after(() => {
    github.closeAllConnections();
    github.close();
});

const world = useWorld({
    usage: 0,
    config: `git: {github_url: "http://127.0.0.1:${github.address().port}"}\n`,
});
const claims = async () => (await world.gateway.call("GET", `/api/organizations/${world.team.id}/git-claims`)).data;

test("step: claim a Git organization, chosen from those that the token's account administers", async () => {
    const { tab, close } = await world.openAs(world.owner, "git");
    assert.match(await textOf(tab), /No Git organization is claimed/);
    await press(tab, "button", "Claim one");
    await retype(tab, "Access token", "ghp_wrong");
    await press(tab, "button", "List what its account administers");
    await tab.waitForSelector("dialog[open] [role=alert]");
    await retype(tab, "Access token", kToken);
    await press(tab, "button", "List what its account administers");
    await waitForText(tab, "It administers acme.", "dialog[open]");
    assert.equal(
        await tab.$$eval("dialog[open] input", (all) => all.find((one) => one.value === "acme")?.labels[0].innerText),
        "Git organization",
        "the first that is free is filled in",
    );
    await isForEveryone(tab);
    await select(tab, "Requests of people who are no members", "reject");
    await press(tab, "button", "Claim");
    await dialogGone(tab);
    await waitForText(tab, "acme", "tbody");
    const [claim] = await claims();
    assert.equal(claim.git_organization.toLowerCase(), "acme");
    assert.equal(claim.method, "token");
    assert.equal(claim.outsiders, "reject");
    assert.doesNotMatch(await tab.content(), new RegExp(kToken), "the token is nowhere in the page");
    await isForEveryone(tab);
    await close();
});

test("what the account does not administer is not claimed, and the dialog says why", async () => {
    const { tab, close } = await world.openAs(world.owner, "git?new=claim");
    await retype(tab, "Access token", kToken);
    await retype(tab, "Git organization", "other");
    await press(tab, "button", "Claim");
    await tab.waitForSelector("dialog[open] [role=alert]");
    assert.equal((await claims()).length, 1);
    await close();
});

test("who pays for outsiders is changed in the menu", async () => {
    const { tab, close } = await world.openAs(world.owner, "git");
    await chooseAction(tab, "Actions of acme", "Outsiders: their own organization pays");
    await eventually(async () => (await claims())[0].outsiders, "fallback");
    await close();
});

test("a claim is released after a question", async () => {
    const { tab, close } = await world.openAs(world.owner, "git");
    await chooseAction(tab, "Actions of acme", "Release");
    await waitForText(tab, "others may claim it", "dialog[open]");
    await press(tab, "button", "Release");
    await dialogGone(tab);
    await waitForText(tab, "No Git organization is claimed");
    assert.deepEqual(await claims(), []);
    await close();
});

test("an admin is told that only owners claim", async () => {
    const { tab, close } = await world.openAs(world.admin, "git?new=claim");
    assert.equal(await tab.$(".page-actions button"), null);
    assert.match(await textOf(tab), /Your role does not show this here/);
    assert.equal(await tab.$("dialog[open]"), null);
    await close();
});
