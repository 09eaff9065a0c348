// API keys by clicking: made, limited, changed, rotated, handed over, disabled and deleted; by owner, admin and member.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newKey, newPerson } from "./support/accounts.mjs";
import { fill, focused, press, settle, textOf } from "./support/browser.mjs";
import { chooseAction, dialogGone, isForEveryone, retype, select } from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 3 });
const apiKey = async (hash) =>
    (await world.gateway.call("GET", `/api/organizations/${world.team.id}/keys/${hash}`)).data;
const allKeys = async () => (await world.gateway.call("GET", `/api/organizations/${world.team.id}/keys`)).data;
const named = async (name) => (await allKeys()).find((one) => one.name === name);
const rows = (tab) => tab.$$eval("tbody tr[data-row]", (all) => all.map((one) => one.dataset.row));
const secretOf = (tab) => tab.$eval("dialog[open] [data-secret]", (one) => one.innerText);
const ask = (secret) =>
    fetch(`${world.gateway.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "sample/echo", messages: [{ role: "user", content: "Hello." }] }),
    });
async function closeSecret(tab) {
    await press(tab, "checkbox", "I have put it where I keep secrets");
    await press(tab, "button", "Done");
    await dialogGone(tab);
    await settle(tab);
}

test("a member makes a key with a name alone; its secret is shown once and no stray key closes it", async () => {
    const { tab, close } = await world.openAs(world.member, "keys");
    assert.match(await textOf(tab), /No key yet/);
    await press(tab, "button", "New key");
    await tab.waitForSelector("dialog[open]");
    assert.equal(await focused(tab), "Name");
    await tab.keyboard.press("Enter");
    assert.match(await textOf(tab, "dialog[open]"), /It needs a name/);
    await tab.keyboard.type("Notebook");
    await tab.keyboard.press("Enter");
    await tab.waitForSelector("dialog[open] [data-secret]");
    const secret = await secretOf(tab);
    assert.match(secret, /^sk-tg-v1-/);
    assert.match(await textOf(tab, "dialog[open]"), new RegExp(`curl .*/v1/chat/completions[^]*Bearer ${secret}`));
    for (let presses = 0; presses < 3; ++presses) await tab.keyboard.press("Escape");
    await tab.mouse.click(5, 5);
    assert.equal(await secretOf(tab), secret, "it is still there");
    await press(tab, "button", "Done");
    assert.equal(await secretOf(tab), secret, "one must say that it is kept");
    assert.equal((await ask(secret)).status, 200);
    await closeSecret(tab);
    assert.doesNotMatch(await tab.content(), new RegExp(secret), "nothing of it is left in the page");
    assert.doesNotMatch(tab.url(), /new=/);
    const made = await named("Notebook");
    assert.equal(made.creator_user_id, world.member.id);
    assert.equal(made.limit, null);
    assert.deepEqual(await rows(tab), [made.hash], "the member sees his own keys only");
    assert.equal(await focused(tab), "New key", "the keyboard is back where it was");
    await close();
});

test("an owner makes a key with all limits; a wrong one is said beside its field", async () => {
    const project = await world.gateway.call("POST", `/api/organizations/${world.team.id}/projects`, { name: "Shop" });
    const { tab, close } = await world.openAs(world.owner, "keys?new=key");
    await tab.waitForSelector("dialog[open]");
    await settle(tab);
    await fill(tab, "Name", "Checkout");
    await select(tab, "Project", project.id);
    await select(tab, "Made for", world.admin.id);
    await fill(tab, "Budget (USD)", "12,5");
    await select(tab, "The budget begins anew", "monthly");
    await select(tab, "Expires", "30");
    await tab.click("dialog[open] summary");
    await fill(tab, "Most requests a minute", "60");
    await fill(tab, "Most tokens a minute", "90000");
    await fill(tab, "Most requests at once", "2.5");
    await fill(tab, "Only these models", "sample/echo");
    await tab.keyboard.press("Enter");
    await fill(tab, "Dearest answer, a million tokens (USD)", "7.50");
    await press(tab, "button", "Make the key");
    assert.match(await textOf(tab, "dialog[open]"), /An amount such as 25[^]*A whole number/);
    assert.equal(await named("Checkout"), undefined);
    await fill(tab, "Budget (USD)", "12.345678901");
    await fill(tab, "Most requests at once", "2");
    await press(tab, "button", "Make the key");
    await tab.waitForSelector("dialog[open] [data-secret]");
    await closeSecret(tab);
    const made = await named("Checkout");
    const text = await (
        await fetch(`${world.gateway.url}/api/organizations/${world.team.id}/keys/${made.hash}/limits`, {
            headers: { authorization: `Bearer ${world.gateway.rootKey}` },
        })
    ).text();
    assert.match(text, /"limit":12\.345678901/, "to its last digit");
    const limits = JSON.parse(text);
    assert.deepEqual(
        [limits.limit_reset, limits.requests_per_minute, limits.tokens_per_minute, limits.concurrent_requests],
        ["monthly", 60, 90000, 2],
    );
    assert.equal(made.project_id, project.id);
    assert.equal(made.creator_user_id, world.admin.id);
    assert.deepEqual(made.rules.allow_models, ["sample/echo"]);
    assert.equal(made.rules.max_price.completion, 7.5);
    const days = (new Date(made.expires_at) - Date.now()) / 86_400_000;
    assert.ok(days > 29.9 && days < 30.1, made.expires_at);
    await close();
});

test("a change sends what is different only, and another's change in between is not overwritten", async () => {
    const key = await newKey(world.gateway, world.team, "Report");
    await world.gateway.call("PATCH", `/api/organizations/${world.team.id}/keys/${key.hash}`, { limit: 5 });
    const { tab, close } = await world.openAs(world.admin, "keys");
    const bodies = [];
    tab.on("request", (request) => request.method() === "PATCH" && bodies.push(JSON.parse(request.postData())));
    await chooseAction(tab, "What to do with Report", "Change…");
    await settle(tab);
    await fill(tab, "Name", "Reports");
    await press(tab, "button", "Save");
    await dialogGone(tab);
    await settle(tab);
    assert.deepEqual(bodies, [{ name: "Reports" }]);
    assert.equal((await apiKey(key.hash)).limit, 5);
    assert.equal(await focused(tab), "What to do with Reports", "the keyboard is back at its row");

    await chooseAction(tab, "What to do with Reports", "Change…");
    await settle(tab);
    await world.gateway.call("PATCH", `/api/organizations/${world.team.id}/keys/${key.hash}`, { limit: 9 });
    await retype(tab, "Budget (USD)", "");
    await press(tab, "button", "Save");
    await tab.waitForSelector("dialog[open] [role=alert]");
    assert.equal((await apiKey(key.hash)).limit, 9, "somebody else's change stands");
    await tab.keyboard.press("Escape");
    await tab.reload();
    await settle(tab);
    await chooseAction(tab, "What to do with Reports", "Change…");
    await settle(tab);
    await retype(tab, "Budget (USD)", "");
    await press(tab, "button", "Save");
    await dialogGone(tab);
    assert.equal((await apiKey(key.hash)).limit, null);
    await close();
});

test("a new secret: the old one stops, or works on as long as was chosen", async () => {
    const key = await newKey(world.gateway, world.team, "Rotated");
    const { tab, close } = await world.openAs(world.owner, "keys");
    await chooseAction(tab, "What to do with Rotated", "New secret…");
    await select(tab, "The old secret", "3600");
    await press(tab, "button", "Make a new secret");
    await tab.waitForSelector("dialog[open] [data-secret]");
    const second = await secretOf(tab);
    await closeSecret(tab);
    assert.match(await textOf(tab), /Old secret works until/);
    assert.equal((await ask(key.key)).status, 200);
    assert.equal((await ask(second)).status, 200);
    await chooseAction(tab, "What to do with Rotated", "New secret…");
    await press(tab, "button", "Make a new secret");
    await tab.waitForSelector("dialog[open] [data-secret]");
    const third = await secretOf(tab);
    await closeSecret(tab);
    assert.deepEqual(
        [(await ask(key.key)).status, (await ask(second)).status, (await ask(third)).status],
        [401, 401, 200],
    );
    await close();
});

test("disabled, enabled, and deleted by its name; the keyboard goes on in the list", async () => {
    const key = await newKey(world.gateway, world.team, "Old <b>bot</b>");
    const { tab, close } = await world.openAs(world.owner, `keys?key=${key.hash}`);
    assert.equal(await tab.$("main b"), null, "names are text");
    await chooseAction(tab, "What to do with Old <b>bot</b>", "Disable…");
    await press(tab, "button", "Disable the key");
    await dialogGone(tab);
    await settle(tab);
    assert.equal((await apiKey(key.hash)).disabled, true);
    assert.equal((await ask(key.key)).status, 401);
    assert.match(await textOf(tab, "aside[aria-label=Key]"), /Disabled/);
    await chooseAction(tab, "What to do with Old <b>bot</b>", "Enable…");
    await press(tab, "button", "Enable the key");
    await dialogGone(tab);
    await settle(tab);
    assert.equal((await ask(key.key)).status, 200);
    await chooseAction(tab, "What to do with Old <b>bot</b>", "Delete…");
    await press(tab, "button", "Delete the key");
    assert.ok(await tab.$("dialog[open]"), "not before its name is typed");
    await tab.focus("dialog[open] input");
    await tab.keyboard.type("Old <b>bot</b>");
    await tab.keyboard.press("Enter");
    await dialogGone(tab);
    await settle(tab);
    assert.ok(!(await allKeys()).some((one) => one.hash === key.hash));
    assert.ok(!(await rows(tab)).includes(key.hash));
    assert.equal(await tab.$("aside[aria-label=Key]"), null, "what is gone is not shown beside");
    assert.equal(await tab.evaluate(() => document.activeElement.closest("main") !== null), true);
    await close();
});

test("the panel shows what binds the key, and its link opens it by itself", async () => {
    const path = `/api/organizations/${world.team.id}`;
    await world.gateway.call("PATCH", `${path}/keys/${world.key.hash}/limits`, { limit: 25, limit_reset: "monthly" });
    await world.gateway.call("PATCH", `${path}/limits`, { limit: 10, limit_reset: "monthly" });
    const { tab, close } = await world.openAs(world.owner, `keys?key=${world.key.hash}`);
    const panel = await textOf(tab, "aside[aria-label=Key]");
    assert.match(panel, /A budget above the key binds it: \$10\.00|A budget above the key binds it: \$9\.99/);
    assert.match(panel, /Budget\s+\$25\.00 a month/);
    const usage = (await apiKey(world.key.hash)).usage;
    assert.ok(panel.includes(`$${usage}`), `${usage} in ${panel}`);
    assert.match(
        await tab.$eval("aside[aria-label=Key] a[href*=activity]", (one) => one.href),
        new RegExp(`key=${world.key.hash}`),
    );
    await isForEveryone(tab);
    await tab.focus("aside[aria-label=Key] button");
    await tab.keyboard.press("Escape");
    await tab.waitForFunction(() => !location.hash.includes("key="));
    await world.gateway.call("PATCH", `${path}/limits`, { limit: null });
    await close();
});

test("filters are in the URL, and each goes by its own button", async () => {
    const { tab, close } = await world.openAs(world.owner, "keys");
    const before = await rows(tab);
    await press(tab, "button", "Filter");
    await settle(tab);
    await select(tab, "Made by", world.member.id);
    await press(tab, "button", "Show");
    await settle(tab);
    assert.match(tab.url(), new RegExp(`member_id=${world.member.id}`));
    const mine = (await allKeys()).filter((one) => one.creator_user_id === world.member.id).map((one) => one.hash);
    assert.deepEqual(await rows(tab), mine);
    await press(tab, "button", "Remove the filter Made by: Mary Member");
    await settle(tab);
    assert.deepEqual(await rows(tab), before);
    await close();
});

test("a management key is its maker's: another owner takes it over, and the old secret stops", async () => {
    const { tab, close } = await world.openAs(world.admin, "keys?new=key");
    await settle(tab);
    await fill(tab, "Name", "Terraform");
    await select(tab, "Kind", "management");
    assert.equal(await tab.$("aria/Budget (USD)"), null, "it calls no models");
    await press(tab, "button", "Make the key");
    await tab.waitForSelector("dialog[open] [data-secret]");
    const secret = await secretOf(tab);
    assert.match(await textOf(tab, "dialog[open]"), new RegExp(`/api/organizations/${world.team.id}/keys`));
    await closeSecret(tab);
    await close();
    const list = (key) =>
        fetch(`${world.gateway.url}/api/organizations/${world.team.id}/keys`, {
            headers: { authorization: `Bearer ${key}` },
        });
    assert.equal((await list(secret)).status, 200);

    const other = await world.openAs(world.owner, "keys");
    await other.tab.click('[aria-label="What to do with Terraform"]');
    const rotate = await other.tab.waitForSelector('[role=menu]:popover-open [aria-disabled="true"]');
    assert.match(await rotate.evaluate((one) => one.title), /only its maker/);
    await other.tab.keyboard.press("Escape");
    await chooseAction(other.tab, "What to do with Terraform", "Take over…");
    await press(other.tab, "button", "Take it over");
    await other.tab.waitForSelector("dialog[open] [data-secret]");
    const taken = await secretOf(other.tab);
    await closeSecret(other.tab);
    assert.equal((await named("Terraform")).creator_user_id, world.owner.id);
    assert.deepEqual([(await list(secret)).status, (await list(taken)).status], [401, 200]);
    await other.close();
});

test("an owner hands a key over to a member", async () => {
    const key = await newKey(world.gateway, world.team, "For Mary");
    const { tab, close } = await world.openAs(world.owner, "keys");
    await chooseAction(tab, "What to do with For Mary", "Hand over…");
    await settle(tab);
    await select(tab, "New maker", world.member.id);
    await press(tab, "button", "Hand it over");
    await dialogGone(tab);
    assert.equal((await apiKey(key.hash)).creator_user_id, world.member.id);
    await close();
});

test("a member sees no key of others, not by its link either, and is offered no other kind", async () => {
    const { tab, close } = await world.openAs(world.member, `keys?key=${world.key.hash}`);
    assert.match(await textOf(tab, "aside[aria-label=Key]"), /no such key/);
    assert.ok(!(await rows(tab)).includes(world.key.hash));
    await press(tab, "button", "New key");
    await settle(tab);
    await isForEveryone(tab);
    assert.equal(await tab.$("aria/Kind"), null);
    assert.equal(await tab.$("aria/Made for"), null);
    assert.match(await textOf(tab, "dialog[open]"), /Rates are set by owners and admins|Rates, models and prices/);
    await close();
});

test("where the answer is lost, the key is made once", async () => {
    const person = await newPerson(world.gateway, { name: "Lina Lost" });
    const { tab, close } = await world.openAs(person, `#/o/${person.organization.id}/keys?new=key`);
    await settle(tab);
    await tab.setRequestInterception(true);
    let lost = 0;
    tab.on("request", async (request) => {
        if (request.method() !== "POST" || lost > 0) return request.continue();
        ++lost;
        // It arrives, and its answer does not.
        await tab
            .evaluate(
                (url, headers, body) => fetch(url, { method: "POST", headers, body, priority: "low" }).catch(() => {}),
                request.url(),
                request.headers(),
                request.postData(),
            )
            .catch(() => {});
        await request.abort();
    });
    await fill(tab, "Name", "Once");
    await press(tab, "button", "Make the key");
    await tab.waitForSelector("dialog[open] [role=alert]");
    assert.match(await textOf(tab, "dialog[open]"), /cannot be reached/);
    const list = async () =>
        (await world.gateway.call("GET", `/api/organizations/${person.organization.id}/keys`)).data;
    assert.equal((await list()).length, 1, "the gateway has made it");
    await press(tab, "button", "Make the key");
    await tab.waitForSelector("dialog[open] [data-secret]");
    assert.deepEqual(
        (await list()).map((one) => one.name),
        ["Once"],
    );
    await close();
});
