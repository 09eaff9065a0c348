// What the operator sees of the gateway itself: health, configuration, version and backups, allowances, its audit log.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { newOperator } from "./support/accounts.mjs";
import { press, settle, textOf } from "./support/browser.mjs";
import { chooseAction, dialogGone, eventually, isForEveryone, retype, select, waitForText } from "./support/forms.mjs";
import { kBinary } from "./support/gateway.mjs";
import { useWorld } from "./support/world.mjs";

const kSecret = "a-canary-that-nobody-sees";
const world = useWorld({
    usage: 3,
    config: `
limits: {max_head_fields: 77}
mail: {from: gateway@example.com, smtp_url: "smtp://127.0.0.1:1", smtp_user: mailer, smtp_password: ${kSecret}}
`,
});
let made = null;
const operator = () => (made ??= newOperator(world.gateway));
const instance = () => world.gateway.call("GET", "/api/instance");
const confirm = async (tab) => (await tab.waitForSelector("dialog[open] button[type=submit]")).click();
const rowOf = (tab, name) =>
    tab.$$eval("tbody tr", (all, wanted) => all.map((one) => one.innerText).find((one) => one.includes(wanted)), name);
const factsOf = (tab) =>
    tab.$$eval("dl.facts dt", (all) =>
        Object.fromEntries(all.map((one) => [one.innerText, one.nextElementSibling.innerText])),
    );

test("health: ready, the ledger's place, and the provider that answered", async () => {
    const { tab, close } = await world.openAs(await operator(), "#/operator/health");
    await waitForText(tab, "It takes requests.");
    const facts = await factsOf(tab);
    assert.ok(Number(facts["Last block"].replaceAll(",", "")) >= 1);
    assert.equal(facts["Failed commits"], "0");
    const { data } = await world.gateway.call("GET", "/api/instance/providers");
    const { title } = data.find((one) => one.name === "sample");
    assert.match(await rowOf(tab, title), /Well\s+0\s+3\s+0 \(0%\)/);
    await isForEveryone(tab);
    await press(tab, "button", `Endpoints of ${title}`);
    await waitForText(tab, "sample/echo", "dialog[open]");
    assert.match(tab.url(), /provider=sample/);
    await isForEveryone(tab);
    await press(tab, "button", "Close");
    await dialogGone(tab);
    await close();
});

test("health is looked at again while it is shown, and not while it is hidden", async () => {
    const { tab, seen, close } = await world.openAs(await operator(), "#/operator/health");
    const looks = () => seen.calls.filter((one) => one === "GET /api/instance").length;
    const first = looks();
    await eventually(async () => looks() > first, true);
    // Another tab in front of it: browsers say so by this.
    await tab.evaluate(() => {
        Object.defineProperty(document, "hidden", { configurable: true, value: true });
        document.dispatchEvent(new Event("visibilitychange"));
    });
    await settle(tab);
    const hidden = looks();
    await new Promise((done) => setTimeout(done, 7000)); // longer than between two looks
    assert.equal(looks(), hidden);
    await tab.evaluate(() => {
        delete document.hidden;
        document.dispatchEvent(new Event("visibilitychange"));
    });
    await eventually(async () => looks() > hidden, true);
    await close();
});

test("configuration: values, defaults and sources are found; secrets are not shown", async () => {
    const { tab, close } = await world.openAs(await operator(), "#/operator/configuration");
    await waitForText(tab, "limits.max_head_fields");
    assert.ok(!(await tab.content()).includes(kSecret));
    assert.match(await rowOf(tab, "mail.smtp_password"), /Is set/);
    await isForEveryone(tab);
    await tab.focus("input[type=search]");
    await tab.keyboard.type("head_fields");
    await tab.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
    assert.match(await rowOf(tab, "limits.max_head_fields"), /77\s+Line \d+\s+100/);
    assert.match(tab.url(), /name=head_fields/);
    await tab.goto(tab.url().replace(/\?.*/, "?part=given"));
    await settle(tab);
    const { options, catalogue } = await world.gateway.call("GET", "/api/instance/configuration");
    const given = options.filter((one) => one.source !== "default");
    assert.equal((await tab.$$("tbody tr")).length, given.length);
    assert.ok((await textOf(tab)).includes(catalogue.version));
    await select(tab, "Which options", "waiting");
    await waitForText(tab, "No option matches");
    await close();
});

test("version and backups: what runs, and the last backup when there is one", async () => {
    const { tab, close } = await world.openAs(await operator(), "#/operator/instance");
    const shown = await instance();
    const facts = await factsOf(tab);
    assert.equal(facts.Version, shown.version);
    assert.equal(facts["Data listener"], shown.data_url);
    assert.equal(facts.Path, shown.data_directory.path);
    await waitForText(tab, "No backup of this data directory is known");
    const command = await textOf(tab, "pre");
    assert.ok(command.startsWith(`tollgate backup --data-dir ${shown.data_directory.path} --to `));
    await isForEveryone(tab);
    const to = join(world.gateway.directory, "backup");
    await promisify(execFile)(kBinary, ["backup", "--data-dir", shown.data_directory.path, "--to", to]);
    await tab.reload();
    await settle(tab);
    assert.equal((await factsOf(tab)).To, to);
    assert.equal((await factsOf(tab)).Verified, "Yes");
    await isForEveryone(tab);
    await close();
});

test("allowances: given, changed, paused, run again and deleted", async () => {
    const { tab, close } = await world.openAs(await operator(), "#/operator/allowances");
    const all = async () => (await world.gateway.call("GET", "/api/allowances")).data;
    await waitForText(tab, "No allowance");
    await press(tab, "button", "New allowance");
    await retype(tab, "Organization", "Nobody's");
    await retype(tab, "Amount (USD)", "7.5");
    await confirm(tab);
    await waitForText(tab, "No organization has this name", "dialog[open]");
    await retype(tab, "Organization", world.team.name);
    await settle(tab);
    await isForEveryone(tab);
    await confirm(tab);
    await dialogGone(tab);
    const [given] = await all();
    assert.deepEqual(
        [given.organization_id, given.amount, given.interval, given.paused],
        [world.team.id, 7.5, "monthly", false],
    );
    await waitForText(tab, "each month", "tbody");
    await isForEveryone(tab);

    const menu = `Actions of the allowance of ${world.team.name}`;
    await chooseAction(tab, menu, "Change");
    await retype(tab, "Amount (USD)", "9.25");
    await retype(tab, "Note", "more from now on");
    await confirm(tab);
    await dialogGone(tab);
    await eventually(async () => (await all()).map((one) => [one.amount, one.note]), [[9.25, "more from now on"]]);
    await settle(tab);
    await chooseAction(tab, menu, "Pause");
    await eventually(async () => (await all())[0].paused, true);
    await waitForText(tab, "Paused", "tbody");
    await chooseAction(tab, menu, "Run again");
    await eventually(async () => (await all())[0].paused, false);
    await waitForText(tab, "Runs", "tbody");
    await chooseAction(tab, menu, "Delete");
    await confirm(tab);
    await dialogGone(tab);
    assert.deepEqual(await all(), []);
    await waitForText(tab, "No allowance");
    await close();
});

test("the audit log of the instance: changes with their documents, and what was refused", async () => {
    const person = await operator();
    await fetch(`${world.gateway.url}/api/users`, { headers: { authorization: `Bearer ${world.owner.token}` } });
    const { tab, seen, close } = await world.openAs(person, "#/operator/audit");
    const { data } = await world.gateway.call("GET", "/api/audit");
    assert.ok(data.length > 0);
    assert.match(await tab.$eval("a[download]", (one) => one.getAttribute("href")), /^api\/audit\?.*format=csv/);
    await tab.$eval("tbody button", (one) => one.click());
    await tab.waitForSelector("aside.side-panel");
    await waitForText(tab, data[0].action, "aside.side-panel");
    await isForEveryone(tab);
    await press(tab, "link", "Refused");
    await waitForText(tab, "Lacks the right", "tbody");
    assert.match(tab.url(), /#\/operator\/audit\/refusals/);
    assert.ok(!seen.calls.some((one) => one.includes("/organizations/")));
    await close();
});

test("whoever is no operator finds none of it", async () => {
    for (const page of ["health", "configuration", "instance", "allowances", "audit"]) {
        const { tab, seen, close } = await world.openAs(world.owner, `#/operator/${page}`);
        assert.match(await textOf(tab), /There is no such page/);
        assert.ok(!seen.calls.some((one) => /\/api\/(instance|allowances|audit)/.test(one)));
        await close();
    }
});
