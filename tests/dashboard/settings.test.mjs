// Settings of an organization by clicking, as owner, admin and member; and its end.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPerson } from "./support/accounts.mjs";
import { press, settle, textOf } from "./support/browser.mjs";
import { dialogGone, reasonAgainst, retype, select, tick, waitForText } from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 1 });
const path = (rest = "") => `/api/organizations/${world.team.id}${rest}`;
const get = (rest = "") => world.gateway.call("GET", path(rest));
const saved = (tab) => waitForText(tab, "Saved.", ".toasts");
// The button of the card that has this title.
const pressIn = (tab, card, button) =>
    tab.$$eval(
        `section[aria-label="${card}"] button`,
        (all, text) => all.find((one) => one.innerText.trim() === text).click(),
        button,
    );

test("an owner renames the organization, and the switcher says it; a wrong slug is said beside its field", async () => {
    const { tab, close } = await world.openAs(world.owner, "settings");
    await retype(tab, "Slug", "Not A Slug");
    await pressIn(tab, "Organization", "Save");
    await tab.waitForSelector("main [aria-invalid=true]");
    await retype(tab, "Slug", "renamed-team");
    await retype(tab, "Name", "Renamed <i>Team</i>");
    await pressIn(tab, "Organization", "Save");
    await saved(tab);
    const after = await get();
    assert.deepEqual([after.name, after.slug], ["Renamed <i>Team</i>", "renamed-team"]);
    await waitForText(tab, "Renamed <i>Team</i>", ".switcher");
    assert.equal(await tab.$("main i"), null);
    assert.match(await textOf(tab), /Members and open invitations\s+3 of 10/);
    await close();
});

test("an admin limits the organization, sets what is seen and kept, invoices and mail", async () => {
    const { tab, url, close } = await world.openAs(world.admin, "settings/limits");
    const go = async (part) => {
        await tab.goto(`${url}/#/o/${world.team.id}/settings/${part}`);
        await settle(tab);
    };
    await retype(tab, "Budget (USD)", "100.000000001");
    await select(tab, "The budget begins anew", "monthly");
    await press(tab, "button", "Save the limits");
    await waitForText(tab, "The limits are saved", ".toasts");
    assert.deepEqual([(await get("/limits")).limit, (await get("/limits")).limit_reset], [100.000000001, "monthly"]);

    await go("usage");
    await select(tab, "Members see", "own_only");
    await pressIn(tab, "Whose requests are seen", "Save");
    await saved(tab);
    await settle(tab);
    // The other card knows the version that the first one made.
    await select(tab, "Level", "none");
    await pressIn(tab, "How long detail is kept", "Save");
    await tab.waitForFunction(() => document.querySelectorAll("section[aria-label^='How long'] button").length === 1);
    assert.equal((await get("/activity/settings")).visibility, "own_only");
    assert.equal((await get("/retention")).level, "none");

    await go("billing");
    await retype(tab, "Company", "Example GmbH");
    await pressIn(tab, "Invoices go to", "Save");
    await saved(tab);
    await settle(tab);
    await retype(tab, "When the balance falls below (USD)", "5,5");
    await pressIn(tab, "Be told by mail", "Save");
    await waitForText(tab, "An amount such as 5");
    await retype(tab, "When the balance falls below (USD)", "5.5");
    await pressIn(tab, "Be told by mail", "Save");
    await tab.waitForFunction(() => document.querySelectorAll("section[aria-label^='Be told'] button").length === 1);
    assert.equal((await get("/billing")).company, "Example GmbH");
    assert.equal((await get("/alerts")).low_balance, 5.5);
    await close();
});

test("what somebody else has changed meanwhile is not overwritten", async () => {
    const { tab, close } = await world.openAs(world.owner, "settings");
    await world.gateway.call("PATCH", path(), { name: "By another" });
    await retype(tab, "Name", "By me");
    await pressIn(tab, "Organization", "Save");
    await tab.waitForSelector("main .notice[data-tone=bad]");
    assert.equal((await get()).name, "By another");
    await close();
});

test("a member reads, and is told what he may not", async () => {
    const { tab, close } = await world.openAs(world.member, "settings");
    await tab.waitForSelector("main [aria-disabled=true]");
    assert.match(await reasonAgainst(tab, "Save"), /Your role here \(member\)/);
    assert.match(await reasonAgainst(tab, "Delete…"), /Your role here \(member\)/);
    const parts = await tab.$$eval("nav[aria-label='Parts of settings'] a", (all) => all.map((one) => one.innerText));
    assert.deepEqual(parts, ["General", "Limits", "Usage data"]);
    await close();
});

test("an owner deletes an organization by its name, and its credit is given up knowingly", async () => {
    const person = await newPerson(world.gateway, { name: "Dora Deleter" });
    const { id, name } = person.organization;
    const { tab, close } = await world.openAs(person, `#/o/${id}/settings`);
    await press(tab, "button", "Delete…");
    await tab.waitForSelector("dialog[open]");
    await retype(tab, `Type “${name}” to confirm`, name);
    await press(tab, "button", "Delete the organization");
    await waitForText(tab, "$50.00 of credit is left", "dialog[open]");
    assert.equal((await world.gateway.call("GET", `/api/organizations/${id}`)).status, "active");
    await tick(tab, "Give up the credit that is left");
    await press(tab, "button", "Delete the organization");
    await dialogGone(tab);
    await tab.waitForFunction((gone) => !location.hash.includes(gone), {}, id);
    const { data } = await world.gateway.call("GET", "/api/organizations?status=deleted");
    assert.ok(data.some((one) => one.id === id));
    await close();
});

test("a personal organization cannot be deleted by itself", async () => {
    const { tab, close } = await world.openAs(world.owner, `#/o/${world.owner.personal_organization_id}/settings`);
    await tab.waitForSelector("main section [aria-disabled=true]");
    assert.match(await reasonAgainst(tab, "Delete…"), /deleted with its person only/);
    await close();
});
