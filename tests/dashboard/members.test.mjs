// Members by clicking: invited, given a role and limits, suspended, removed, gone by themselves; as owner, admin, member.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeUsage, newKey, newPerson } from "./support/accounts.mjs";
import { focused, press, settle, textOf } from "./support/browser.mjs";
import {
    chooseAction,
    dialogGone,
    isForEveryone,
    reasonAgainst,
    retype,
    select,
    waitForText,
} from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 2 });
const path = (rest = "") => `/api/organizations/${world.team.id}${rest}`;
const get = (rest) => world.gateway.call("GET", path(rest));
const tokenIn = (link) => link.split("token=")[1];
const rows = (tab) => tab.$$eval("tbody tr[data-row]", (all) => all.map((one) => one.dataset.row));
const links = (tab) => tab.$$eval("dialog[open] [data-link]", (all) => all.map((one) => one.innerText));
// Why the item of the open menu cannot be chosen; null: it can.
const reasonInMenu = (tab, item) =>
    tab.$$eval(
        "[role=menu]:popover-open [role=menuitem]",
        (all, text) => {
            const found = all.find((one) => one.innerText.trim() === text);
            return found.getAttribute("aria-disabled") === "true" ? found.title : null;
        },
        item,
    );
async function openMenu(tab, name) {
    await press(tab, "button", `What to do with ${name}`);
    await tab.waitForSelector("[role=menu]:popover-open");
}

test("an owner invites people, passes links on, and who opens one becomes a member by a button", async () => {
    const newcomer = await newPerson(world.gateway, { name: "Nina New" });
    const { tab, close } = await world.openAs(world.owner, "members?new=invitation");
    await tab.waitForSelector("dialog[open]");
    await press(tab, "button", "Invite");
    await waitForText(tab, "Type at least one address", "dialog[open]");
    await retype(tab, "E-mail addresses", `${newcomer.email}, late@example.com ${world.member.email}`);
    await select(tab, "Role", "admin");
    await isForEveryone(tab);
    await press(tab, "button", "Invite");
    await tab.waitForSelector("dialog[open] [data-link]");
    assert.equal((await links(tab)).length, 2);
    assert.match(await textOf(tab, "dialog[open] [role=alert]"), new RegExp(`${world.member.email}: .*member`));
    const [link] = await links(tab);
    await isForEveryone(tab);
    await press(tab, "button", "Done");
    await dialogGone(tab);
    const open = (await get("/invitations")).data;
    assert.deepEqual(
        open.map((one) => [one.email, one.role]).sort(),
        [
            ["late@example.com", "admin"],
            [newcomer.email, "admin"],
        ].sort(),
    );
    await close();

    const theirs = await world.openAs(newcomer, link.slice(link.indexOf("#")));
    await waitForText(theirs.tab, `You are invited to ${world.team.name} as admin`);
    assert.equal((await get("/members")).data.length, 3, "opening it changes nothing");
    await press(theirs.tab, "button", `Accept as ${newcomer.email}`);
    await theirs.tab.waitForSelector(".shell");
    const member = (await get("/members")).data.find((one) => one.user_id === newcomer.id);
    assert.equal(member.role, "admin");
    await theirs.close();
});

test("an open invitation gets another link, and is revoked", async () => {
    const { data } = await world.gateway.call("POST", path("/invitations"), { email: "wait@example.com" });
    const before = tokenIn(data[0].link);
    const { tab, close } = await world.openAs(world.admin, "members/invitations");
    assert.match(await textOf(tab), /wait@example\.com\s+Member\s+Waits/);
    await press(tab, "button", "New link for wait@example.com");
    await tab.waitForSelector("dialog[open] [data-link]");
    const [link] = await links(tab);
    const after = tokenIn(link);
    const read = async (token) => {
        const body = JSON.stringify({ token });
        const headers = { "content-type": "application/json" };
        return (await fetch(`${world.gateway.url}/api/invitations/lookup`, { method: "POST", headers, body })).status;
    };
    assert.notEqual(after, before);
    assert.deepEqual([await read(before), await read(after)], [404, 200]);
    await press(tab, "button", "Done");
    await dialogGone(tab);
    await settle(tab);
    assert.equal(await focused(tab), "New link for wait@example.com");
    await press(tab, "button", "Revoke the invitation of wait@example.com");
    await press(tab, "button", "Revoke");
    await dialogGone(tab);
    await settle(tab);
    assert.equal(await read(after), 404);
    assert.ok(!(await get("/invitations")).data.some((one) => one.email === "wait@example.com"));
    assert.ok(!(await textOf(tab)).includes("wait@example.com"));
    await close();
});

test("an owner gives and takes roles; the last owner keeps his, and the page says why", async () => {
    const { tab, close } = await world.openAs(world.owner, "members");
    const roleOf = async (person) => (await get(`/members/${person.id}`)).role;
    await chooseAction(tab, "What to do with Mary Member", "Change role…");
    await select(tab, "Role", "admin");
    await press(tab, "button", "Change the role");
    await dialogGone(tab);
    await settle(tab);
    assert.equal(await roleOf(world.member), "admin");
    assert.equal(await focused(tab), "What to do with Mary Member");
    await chooseAction(tab, "What to do with Mary Member", "Change role…");
    await select(tab, "Role", "member");
    await press(tab, "button", "Change the role");
    await dialogGone(tab);
    assert.equal(await roleOf(world.member), "member");
    await settle(tab);

    await chooseAction(tab, "What to do with Ada Example", "Change role…");
    await select(tab, "Role", "member");
    await press(tab, "button", "Change the role");
    await tab.waitForSelector("dialog[open] [role=alert]");
    assert.match(await textOf(tab, "dialog[open] [role=alert]"), /owner/);
    assert.equal(await roleOf(world.owner), "owner");
    await close();
});

test("an admin neither makes owners nor touches them, and is told so", async () => {
    const { tab, close } = await world.openAs(world.admin, "members");
    await openMenu(tab, "Ada Example");
    assert.match(await reasonInMenu(tab, "Change role…"), /Only an owner/);
    assert.match(await reasonInMenu(tab, "Limits…"), /Only an owner/);
    assert.match(await reasonInMenu(tab, "Remove…"), /Only an owner/);
    await tab.keyboard.press("Escape");
    await chooseAction(tab, "What to do with Mary Member", "Change role…");
    await tab.waitForSelector("dialog[open]");
    const owner = await tab.$eval("dialog[open] option[value=owner]", (one) => [one.disabled, one.innerText]);
    assert.deepEqual(owner, [true, "Owner: only an owner makes owners"]);
    await close();
});

test("an admin limits a member, to the last digit, and sees what is spent of it", async () => {
    const { tab, close } = await world.openAs(world.admin, "members");
    await chooseAction(tab, "What to do with Mary Member", "Limits…");
    await settle(tab);
    await retype(tab, "Budget (USD)", "0.000000001");
    await select(tab, "The budget begins anew", "weekly");
    await retype(tab, "Most requests a minute", "30");
    await isForEveryone(tab);
    await press(tab, "button", "Save the limits");
    await dialogGone(tab);
    await settle(tab);
    assert.equal(await focused(tab), "What to do with Mary Member");
    const limits = await get(`/members/${world.member.id}/limits`);
    assert.deepEqual(
        [limits.limit, limits.limit_reset, limits.requests_per_minute, limits.tokens_per_minute],
        [1e-9, "weekly", 30, null],
    );
    assert.match(await textOf(tab, `tr[data-row="${world.member.id}"]`), /\$0\.000000001 a week/);
    await chooseAction(tab, "What to do with Mary Member", "Limits…");
    await settle(tab);
    await retype(tab, "Budget (USD)", "");
    await press(tab, "button", "Save the limits");
    await dialogGone(tab);
    assert.equal((await get(`/members/${world.member.id}/limits`)).limit, null);
    await close();
});

test("suspended and let in again, then removed: keys are disabled, and the keyboard goes on in the list", async () => {
    const person = await newPerson(world.gateway, { name: "Sven Short", role: "member", team: world.team });
    const made = await world.gateway.call("POST", path("/keys"), { name: "Sven's", creator_user_id: person.id });
    const ask = async () =>
        (await fetch(`${world.gateway.url}/v1/models`, { headers: { authorization: `Bearer ${made.key}` } })).status;
    const { tab, close } = await world.openAs(world.owner, "members");
    await chooseAction(tab, "What to do with Sven Short", "Suspend…");
    await press(tab, "button", "Suspend");
    await dialogGone(tab);
    await settle(tab);
    assert.equal((await get(`/members/${person.id}`)).status, "suspended");
    assert.equal(await ask(), 401);
    await chooseAction(tab, "What to do with Sven Short", "End the suspension…");
    await press(tab, "button", "End the suspension");
    await dialogGone(tab);
    await settle(tab);
    assert.equal(await ask(), 200);
    await chooseAction(tab, "What to do with Sven Short", "Remove…");
    await press(tab, "button", "Remove");
    await dialogGone(tab);
    await settle(tab);
    assert.ok(!(await rows(tab)).includes(person.id));
    assert.ok(!(await get("/members")).data.some((one) => one.user_id === person.id));
    assert.match(await textOf(tab, ".toasts"), /Sven Short is removed. 1 key is disabled/);
    assert.equal(await ask(), 401);
    assert.match(await focused(tab), /^What to do with/);
    await close();
});

test("a member leaves, and lands in what is left to him", async () => {
    const person = await newPerson(world.gateway, { name: "Lea Leaver", role: "member", team: world.team });
    const { tab, close } = await world.openAs(person, "members");
    await chooseAction(tab, "What to do with Lea Leaver", "Leave…");
    await isForEveryone(tab);
    await press(tab, "button", "Leave");
    await tab.waitForFunction((id) => !location.hash.includes(id), {}, world.team.id);
    await settle(tab);
    assert.match(await textOf(tab, ".switcher"), /Lea Leaver/);
    assert.doesNotMatch(await textOf(tab, ".switcher"), new RegExp(world.team.name));
    assert.ok(!(await get("/members")).data.some((one) => one.user_id === person.id));
    await close();
});

test("a member sees the others, and is told what he may not", async () => {
    const { tab, close } = await world.openAs(world.member, "members");
    await tab.waitForSelector("main .page-actions [aria-disabled=true]");
    assert.match(await reasonAgainst(tab, "Invite"), /Your role here \(member\)/);
    assert.equal((await rows(tab)).length, (await get("/members")).data.length);
    await openMenu(tab, "Alan Admin");
    assert.match(await reasonInMenu(tab, "Remove…"), /Your role here/);
    await tab.keyboard.press("Escape");
    const tabs = await tab.$$eval("nav[aria-label='Parts of members'] a", (all) => all.map((one) => one.innerText));
    assert.deepEqual(tabs, ["Members", "Roles"]);
    await close();
    const direct = await world.openAs(world.member, "members/invitations");
    assert.match(await textOf(direct.tab), /Your role does not show this here/);
    assert.ok(!direct.seen.calls.some((one) => one.endsWith("/invitations")), "nothing is asked that is refused");
    await direct.close();
});

test("the table of rights is the server's own", async () => {
    const { tab, close } = await world.openAs(world.admin, "members/roles");
    const { data } = await world.gateway.call("GET", "/api/organizations/permissions");
    const shown = await tab.$$eval("tbody tr", (all) =>
        all.map((row) => [row.dataset.row, ...[...row.querySelectorAll("td")].map((cell) => cell.innerText.trim())]),
    );
    const words = { yes: "yes", no: "–", own: "own", by_setting: "as set", as_creator: "as its maker" };
    const kinds = ["member", "admin", "owner", "operator", "inference_key", "service_key", "management_key"];
    assert.deepEqual(
        shown,
        data.map((one) => [one.permission, ...kinds.map((kind) => words[one[kind]]), one.scope]),
    );
    assert.match(await textOf(tab, "thead"), /Admin \(you\)/);
    await isForEveryone(tab);
    await close();
});

test("what members spent and have left is what the API says", async () => {
    const { key, data } = await world.gateway.call("POST", path("/keys"), {
        name: "Of Alan",
        creator_user_id: world.admin.id,
    });
    await makeUsage(world.gateway, { key, hash: data.hash }, { requests: 3 });
    await world.gateway.call("PATCH", path(`/members/${world.admin.id}/limits`), { limit: 2, limit_reset: "monthly" });
    const { items } = await get("/members/financial?limit=100");
    const alan = items.find((one) => one.user_id === world.admin.id);
    assert.ok(alan.lifetime_spend > 0);
    const { tab, close } = await world.openAs(world.owner, "members/spending");
    const row = await textOf(tab, `tr[data-row="${world.admin.id}"]`);
    assert.ok(row.includes(`$${alan.lifetime_spend}`) || row.includes("$0.00"), row);
    assert.match(row, /\$2\.00 a month/);
    assert.deepEqual(
        await rows(tab),
        items.map((one) => one.user_id),
    );
    await isForEveryone(tab);
    await close();
});

test("filters are in the URL", async () => {
    const { tab, close } = await world.openAs(world.owner, "members");
    await select(tab, "Filter by role", "owner");
    await settle(tab);
    assert.match(tab.url(), /role=owner/);
    assert.deepEqual(await rows(tab), [world.owner.id]);
    await tab.reload();
    await settle(tab);
    assert.deepEqual(await rows(tab), [world.owner.id]);
    await select(tab, "Filter by role", "");
    await retype(tab, "E-mail has", world.admin.email);
    await settle(tab);
    assert.deepEqual(await rows(tab), [world.admin.id]);
    await close();
});

test("what people are called is shown as text", async () => {
    await newPerson(world.gateway, { name: "<img src=x onerror=alert(1)>", role: "member", team: world.team });
    await newKey(world.gateway, world.team, "x");
    const { tab, close } = await world.openAs(world.owner, "members");
    assert.match(await textOf(tab), /<img src=x onerror=alert\(1\)>/);
    assert.equal(await tab.$("main img"), null);
    await close();
});
