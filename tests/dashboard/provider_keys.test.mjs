// The organization's own keys at providers: stored, tried, ordered, rotated, put out of use and deleted.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { focused, press, settle, textOf } from "./support/browser.mjs";
import { chooseAction, dialogGone, isForEveryone, retype, select, tick, waitForText } from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const kGood = "sk-own-good-1234",
    kBetter = "sk-own-better-5678";
const world = useWorld({ usage: 1, config: "provider_keys: {allowed_networks: [127.0.0.0/8]}\n" });
const stored = async () => (await world.gateway.call("GET", `/api/organizations/${world.team.id}/provider-keys`)).data;

// A server of the organization's own, which takes two keys.
let server, address;
const asked = [];
before(async () => {
    server = createServer((request, reply) => {
        asked.push(request.headers.authorization);
        const good = [kGood, kBetter].some((key) => request.headers.authorization === `Bearer ${key}`);
        reply
            .writeHead(good ? 200 : 401, { "content-type": "application/json" })
            .end(
                JSON.stringify(good ? { data: [{ id: "one" }, { id: "two" }] } : { error: { message: "no such key" } }),
            );
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${server.address().port}/v1`;
});
after(() => {
    server.closeAllConnections();
    server.close();
});

async function add(tab, { label, secret }) {
    await press(tab, "button", "Add a key");
    await select(tab, "Provider", "custom");
    await retype(tab, "Label", label);
    await retype(tab, "Secret key", secret);
    await retype(tab, "Address of its API", address);
}

test("a key that the provider refuses is not stored, and one that it takes is", async () => {
    const { tab, close } = await world.openAs(world.owner, "provider-keys");
    assert.match(await textOf(tab), /No provider key yet/);
    await add(tab, { label: "box", secret: "sk-wrong" });
    await press(tab, "button", "Test and store");
    await waitForText(tab, "skip_test", "dialog[open]");
    assert.deepEqual(await stored(), []);
    assert.match(tab.url(), /new=key/);
    await isForEveryone(tab);

    await retype(tab, "Secret key", kGood);
    await press(tab, "button", "Test and store");
    await dialogGone(tab);
    await settle(tab);
    const [key] = await stored();
    assert.equal(key.label, "box");
    assert.equal(key.provider, "custom");
    assert.equal(key.base_url, address);
    assert.equal(key.secret, "****1234");
    assert.match(await textOf(tab, "tbody"), /box\s+Own endpoint.*\s+\*\*\*\*1234\s+all that it serves/);
    assert.doesNotMatch(await tab.content(), new RegExp(kGood), "the secret is nowhere in the page");
    assert.doesNotMatch(tab.url(), /new=/);
    await isForEveryone(tab);
    await close();
});

test("a key is tried by its menu, and what came of it is told", async () => {
    const { tab, close } = await world.openAs(world.admin, "provider-keys");
    asked.length = 0;
    await chooseAction(tab, "Actions of box", "Test");
    await waitForText(tab, "Accepted, 2 models", "tbody");
    assert.deepEqual(asked, [`Bearer ${kGood}`]);
    await close();
});

test("a secret is replaced, and the others keep what they are", async () => {
    const { tab, close } = await world.openAs(world.admin, "provider-keys");
    await chooseAction(tab, "Actions of box", "Edit or rotate");
    await waitForText(tab, "Now ****1234", "dialog[open]");
    await retype(tab, "New secret key", kBetter);
    await retype(tab, "Models", "one,two,");
    await press(tab, "button", "Save");
    await dialogGone(tab);
    await settle(tab);
    const [key] = await stored();
    assert.equal(key.secret, "****5678");
    assert.deepEqual(key.allowed_models, ["one", "two"]);
    assert.equal(key.base_url, address);
    await close();
});

test("a key for some API keys only, after the operator's", async () => {
    const { tab, close } = await world.openAs(world.owner, "provider-keys?new=key");
    await select(tab, "Provider", "sample");
    await retype(tab, "Label", "spare");
    await retype(tab, "Secret key", "sk-untried");
    await tick(tab, "Only some API keys of the organization");
    await tick(tab, world.key.name);
    await tick(tab, "Only after the operator's keys");
    await tick(tab, "Store it without trying it");
    await press(tab, "button", "Store");
    await dialogGone(tab);
    await settle(tab);
    const spare = (await stored()).find((key) => key.label === "spare");
    assert.deepEqual(spare.allowed_keys, [world.key.hash]);
    assert.equal(spare.is_fallback, true);
    assert.match(await textOf(tab, "tbody"), /spare[^\n]*\s.*after the operator's keys/s);
    await close();
});

test("the order is changed by keyboard, and requests would go so", async () => {
    await world.gateway.call("POST", `/api/organizations/${world.team.id}/provider-keys`, {
        provider: "sample",
        label: "second",
        secret: "sk-second",
        skip_test: true,
    });
    const { tab, close } = await world.openAs(world.owner, "provider-keys");
    const order = () => tab.$$eval("tbody tr th", (all) => all.map((one) => one.innerText));
    assert.deepEqual(await order(), ["box", "second", "spare"]);
    await tab.focus('button[aria-label="Actions of second"]');
    await tab.keyboard.press("Enter");
    await tab.waitForFunction(() => document.activeElement.role === "menuitem");
    await tab.keyboard.type("mov");
    await tab.keyboard.press("Enter");
    await tab.waitForFunction(() => document.querySelector("tbody tr th").innerText === "second");
    assert.deepEqual(await order(), ["second", "box", "spare"]);
    const byLabel = Object.fromEntries((await stored()).map((key) => [key.label, key.priority]));
    assert.ok(byLabel.second < byLabel.box, JSON.stringify(byLabel));
    assert.equal(await focused(tab), "Actions of second", "the keyboard is still at its row");
    await close();
});

test("without a project that uses them, the page says so", async () => {
    const { tab, close } = await world.openAs(world.owner, "provider-keys");
    assert.match(await textOf(tab), /No project uses these keys/);
    const [project] = (await world.gateway.call("GET", `/api/organizations/${world.team.id}/projects`)).data;
    await world.gateway.call("PATCH", `/api/organizations/${world.team.id}/projects/${project.id}`, { mode: "hybrid" });
    await tab.reload();
    await settle(tab);
    assert.doesNotMatch(await textOf(tab), /No project uses these keys/);
    await close();
});

test("a key is disabled, enabled, and deleted after a question; the focus goes to its neighbour", async () => {
    const { tab, close } = await world.openAs(world.owner, "provider-keys");
    await chooseAction(tab, "Actions of second", "Disable");
    await waitForText(tab, "Disabled", "tbody");
    assert.equal((await stored()).find((key) => key.label === "second").disabled, true);
    await chooseAction(tab, "Actions of second", "Enable");
    await tab.waitForFunction(() => !document.querySelector("tbody").innerText.includes("Disabled"));
    await chooseAction(tab, "Actions of second", "Delete");
    await waitForText(tab, "revoke it there, too", "dialog[open]");
    await press(tab, "button", "Delete key");
    await dialogGone(tab);
    await tab.waitForFunction(() => !document.querySelector("tbody").innerText.includes("second"));
    assert.deepEqual((await stored()).map((key) => key.label).sort(), ["box", "spare"]);
    await tab.waitForFunction(() => document.activeElement.getAttribute("aria-label") === "Actions of box");
    await close();
});

test("a member is told that the role does not allow it, and nothing is asked for", async () => {
    const { tab, seen, close } = await world.openAs(world.member, "provider-keys?new=key");
    assert.match(await textOf(tab), /Your role does not show this here/);
    assert.equal(await tab.$(".page-actions button"), null);
    assert.equal(await tab.$("dialog[open]"), null);
    assert.ok(!seen.calls.some((one) => one.includes("provider-keys")), seen.calls.join());
    await close();
});
