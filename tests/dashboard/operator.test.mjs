// What the gateway's operator does for all organizations: makes, funds, limits and suspends them; people; vouchers; mail.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newOperator } from "./support/accounts.mjs";
import { press, settle, textOf } from "./support/browser.mjs";
import { chooseAction, dialogGone, eventually, isForEveryone, retype, tick, waitForText } from "./support/forms.mjs";
import { importSources } from "./support/sources.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 1 });
// A person who operates, made when the first test wants one.
let made = null;
const operator = () => (made ??= newOperator(world.gateway));
const team = () => world.gateway.call("GET", `/api/organizations/${world.team.id}`);
const confirm = async (tab) => (await tab.waitForSelector("dialog[open] button[type=submit]")).click();
const of = (path) => world.gateway.call("GET", `/api/organizations/${world.team.id}/${path}`);

test("step: an organization is made with an owner, and given credit", async () => {
    const { tab, close } = await world.openAs(await operator(), "#/operator/organizations");
    await waitForText(tab, world.team.name, "tbody");
    await press(tab, "button", "New organization");
    await retype(tab, "Name", "Made by hand");
    await retype(tab, "Address of its owner", "nobody@example.com");
    await press(tab, "button", "Create");
    await waitForText(tab, "Nobody here has this address", "dialog[open]");
    await retype(tab, "Address of its owner", world.member.email);
    await press(tab, "button", "Create");
    await dialogGone(tab);
    const found = (await world.gateway.call("GET", "/api/organizations?name=made%20by%20hand")).data;
    assert.equal(found.length, 1);
    const members = await world.gateway.call("GET", `/api/organizations/${found[0].id}/members`);
    assert.deepEqual(
        (members.items ?? members.data).map((one) => one.role),
        ["owner"],
    );

    await tab.focus("input[type=search]");
    await tab.keyboard.type("made by");
    await tab.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
    assert.match(tab.url(), /name=made/);
    await chooseAction(tab, "Actions of Made by hand", "Grant credit");
    await retype(tab, "Amount (USD)", "12.34");
    await isForEveryone(tab);
    await confirm(tab);
    await dialogGone(tab);
    const credits = await world.gateway.call("GET", `/api/organizations/${found[0].id}/credits`);
    assert.equal(credits.balance, 12.34);
    await isForEveryone(tab);
    await close();
});

test("a plan with a number of its own, and a suspension with its end", async () => {
    const { tab, close } = await world.openAs(await operator(), "#/operator/organizations");
    await chooseAction(tab, `Actions of ${world.team.name}`, "Plan");
    await waitForText(tab, "Members", "dialog[open]");
    await retype(tab, "Most members", "25");
    await press(tab, "button", "Give this plan");
    await dialogGone(tab);
    assert.equal((await of("plan")).members.most, 25);
    await chooseAction(tab, `Actions of ${world.team.name}`, "Suspend");
    await waitForText(tab, "Its keys call no models", "dialog[open]");
    await confirm(tab);
    await dialogGone(tab);
    assert.equal((await team()).status, "suspended");
    await chooseAction(tab, `Actions of ${world.team.name}`, "End the suspension");
    await eventually(async () => (await team()).status, "active");
    await close();
});

test("usage of all organizations, as the API sums it up", async () => {
    const { tab, close } = await world.openAs(await operator(), "#/operator/usage");
    const row = await tab.$$eval(
        "tbody tr",
        (all, name) => all.map((one) => one.innerText).find((one) => one.startsWith(name)),
        world.team.name,
    );
    assert.match(row, /\$49\.99|\$50\.00/);
    assert.match(await tab.$eval("a[download]", (one) => one.getAttribute("href")), /api\/usage\?.*format=csv/);
    await isForEveryone(tab);
    await close();
});

test("a link without an address of the gateway is shown with that of the page", async () => {
    const { absoluteLink } = await importSources("api/links.ts"); // at http://x.test/
    assert.equal(absoluteLink("/#/password?token=x"), "http://x.test/#/password?token=x");
    assert.equal(absoluteLink("https://y.test/z/#/password?token=x"), "https://y.test/z/#/password?token=x");
});

test("people: a person is added, made an operator, suspended; a link lets him in", async () => {
    const { tab, close } = await world.openAs(await operator(), "#/operator/people");
    await press(tab, "button", "Add a person");
    await retype(tab, "Name", "Nora New");
    await retype(tab, "Address", "nora@example.com");
    await tick(tab, "I know that the address is the person's");
    await press(tab, "button", "Add");
    await dialogGone(tab);
    const nora = async () => (await world.gateway.call("GET", "/api/users?email=nora")).data[0];
    assert.equal((await nora()).email_verified, true);
    await waitForText(tab, "nora@example.com", "tbody");

    await chooseAction(tab, "Actions of nora@example.com", "Link for a new password");
    await tab.waitForSelector("dialog[open] [data-secret]");
    assert.match(await textOf(tab, "dialog[open] [data-secret]"), /#\/password\?token=/);
    await tick(tab, "I have put it where I keep secrets");
    await press(tab, "button", "Done");
    await dialogGone(tab);

    await chooseAction(tab, "Actions of nora@example.com", "Make an operator");
    await confirm(tab);
    await eventually(async () => (await nora()).is_operator, true);
    await dialogGone(tab);
    await settle(tab);
    await chooseAction(tab, "Actions of nora@example.com", "Suspend");
    await confirm(tab);
    await eventually(async () => (await nora()).status, "suspended");
    await dialogGone(tab);
    await isForEveryone(tab);
    await close();
});

test("vouchers: the codes are shown once, and work; one that is voided does not", async () => {
    const { tab, close } = await world.openAs(await operator(), "#/operator/vouchers");
    await press(tab, "button", "New vouchers");
    await retype(tab, "Amount (USD)", "3");
    await retype(tab, "How many", "2");
    await press(tab, "button", "Make them");
    await tab.waitForSelector("dialog[open] [data-secret]");
    const codes = (await textOf(tab, "dialog[open] [data-secret]")).split(/\s+/);
    assert.equal(codes.length, 2);
    await tick(tab, "I have put it where I keep secrets");
    await press(tab, "button", "Done");
    await dialogGone(tab);
    await world.gateway.call(
        "POST",
        `/api/organizations/${world.team.id}/vouchers/redeem`,
        { code: codes[0] },
        world.owner.token,
    );
    await settle(tab); // the page asks before it is left while a secret is shown, and a moment longer
    await tab.reload();
    await settle(tab);
    await tab.$eval("button[aria-label^='Void voucher']", (one) => one.click());
    await tab.waitForSelector("dialog[open]");
    await confirm(tab);
    await eventually(
        async () => (await world.gateway.call("GET", "/api/vouchers")).data.map((one) => one.state).sort(),
        ["used", "voided"],
    );
    await dialogGone(tab);
    await isForEveryone(tab);
    await close();
});

test("mail", async () => {
    const { tab, close } = await world.openAs(await operator(), "#/operator/mail");
    assert.match(await textOf(tab), /No mail/);
    await isForEveryone(tab);
    await close();
});

test("an operator opens the pages of an organization that he is no member of, and acts there as the operator", async () => {
    const person = await operator();
    const { tab, close } = await world.openAs(person, "#/operator/organizations");
    await press(tab, "link", world.team.name);
    await settle(tab);
    assert.match(tab.url(), new RegExp(`#/o/${world.team.id}/overview`));
    await waitForText(tab, "You are no member here");
    assert.equal(await tab.$eval(".switcher strong", (one) => one.innerText), world.team.name);
    const pages = await tab.$$eval("nav.nav a", (all) => all.map((one) => one.innerText.trim()));
    for (const page of ["Activity", "API keys", "Credits", "Members", "Audit log", "Settings"])
        assert.ok(pages.includes(page), page);
    assert.ok(!pages.includes("Playground"), "the operator asks no models");
    for (const page of [
        "activity",
        "keys",
        "credits",
        "members",
        "audit",
        "settings",
        "llm",
        "providers",
        "projects",
    ]) {
        await tab.goto(tab.url().replace(/#.*/, `#/o/${world.team.id}/${page}`));
        await settle(tab);
        assert.equal(await tab.$('.notice[data-tone="bad"]'), null, `${page}: ${await textOf(tab)}`);
        assert.ok(!/Your role does not show this|There is no such page/.test(await textOf(tab)), page);
    }
    await tab.goto(tab.url().replace(/#.*/, `#/o/${world.team.id}/projects`));
    await settle(tab);
    await press(tab, "button", "New project");
    await retype(tab, "Name", "By the operator");
    await confirm(tab);
    await dialogGone(tab);
    const { data } = await world.gateway.call("GET", `/api/organizations/${world.team.id}/audit?action=project.create`);
    assert.equal(data[0].actor, `user:${person.id}`);
    await close();
});

test("whoever is no operator does not find these pages", async () => {
    const { tab, seen, close } = await world.openAs(world.owner, "#/operator/organizations");
    assert.match(await textOf(tab), /There is no such page/);
    assert.ok(!seen.calls.some((one) => one === "GET /api/organizations" || one === "GET /api/credits"));
    await close();
});
