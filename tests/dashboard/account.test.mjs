// A person's own pages by clicking: profile, a new organization, tokens and sessions.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPerson } from "./support/accounts.mjs";
import { press, settle, textOf } from "./support/browser.mjs";
import { chooseAction, dialogGone, isForEveryone, retype, select, tick, waitForText } from "./support/forms.mjs";
import { signIn } from "./support/signing_in.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 1 });
const mine = (person, rest) => world.gateway.call("GET", `/api/me${rest}`, undefined, person.token);

test("a person changes the own name", async () => {
    const person = await newPerson(world.gateway, { name: "Nora Name" });
    const { tab, close } = await world.openAs(person, "#/account/profile");
    await retype(tab, "Name", "Nora <u>Newname</u>");
    await press(tab, "button", "Save");
    await waitForText(tab, "Saved.", ".toasts");
    assert.equal((await mine(person, "")).user.name, "Nora <u>Newname</u>");
    await waitForText(tab, "Nora <u>Newname</u>", ".sidebar-end");
    assert.equal(await tab.$("main u"), null);
    await close();
});

test("a person makes an organization from the switcher, owns it, and is in it", async () => {
    const person = await newPerson(world.gateway, { name: "Olga Owner" });
    const { tab, close } = await world.openAs(person, `#/o/${person.organization.id}/overview`);
    await tab.click(".switcher");
    await press(tab, "menuitem", "New organization…");
    await tab.waitForFunction(() => location.hash === "#/account/new-organization");
    await press(tab, "button", "Make the organization");
    await waitForText(tab, "It needs a name");
    await retype(tab, "Name", "Olga's Team");
    await press(tab, "button", "Make the organization");
    await waitForText(tab, "Olga's Team", ".switcher");
    const made = (await mine(person, "")).organizations.find((one) => one.name === "Olga's Team");
    assert.equal(made.role, "owner");
    assert.match(tab.url(), new RegExp(`#/o/${made.id}/overview`));
    await close();
});

test("a token is made with scopes, shown once, rotated, disabled and deleted", async () => {
    const person = await newPerson(world.gateway, { name: "Tom Token" });
    const { tab, close } = await world.openAs(person, "#/account/tokens?new=token");
    await tab.waitForSelector("dialog[open]");
    await settle(tab);
    await retype(tab, "Name", "Reports");
    await select(tab, "It may", "some");
    await tick(tab, "activity:read");
    await select(tab, "Expires", "7");
    await press(tab, "button", "Make the token");
    await tab.waitForSelector("dialog[open] [data-secret]");
    const secretOf = () => tab.$eval("dialog[open] [data-secret]", (one) => one.innerText);
    const statusOf = async (token) =>
        (
            await fetch(`${world.gateway.url}/api/organizations/${person.organization.id}/activity`, {
                headers: { authorization: `Bearer ${token}` },
            })
        ).status;
    const first = await secretOf();
    assert.match(first, /^sk-tg-user-/);
    assert.equal(await statusOf(first), 200);
    const keep = async () => {
        await tick(tab, "I have put it where I keep secrets");
        await press(tab, "button", "Done");
        await dialogGone(tab);
        await settle(tab);
    };
    await keep();
    const token = async () => (await mine(person, "/tokens")).data.find((one) => one.name === "Reports");
    assert.deepEqual((await token()).scopes, ["activity:read"]);
    await isForEveryone(tab);

    await chooseAction(tab, "What to do with Reports", "New secret…");
    await press(tab, "button", "Make a new secret");
    await tab.waitForSelector("dialog[open] [data-secret]");
    const second = await secretOf();
    await keep();
    assert.deepEqual([await statusOf(first), await statusOf(second)], [401, 200]);

    await chooseAction(tab, "What to do with Reports", "Disable…");
    await press(tab, "button", "Disable the token");
    await dialogGone(tab);
    await settle(tab);
    assert.equal((await token()).disabled, true);
    assert.equal(await statusOf(second), 401);

    await chooseAction(tab, "What to do with Reports", "Delete…");
    await press(tab, "button", "Delete the token");
    await dialogGone(tab);
    await settle(tab);
    assert.equal(await token(), undefined);
    assert.ok(!(await textOf(tab)).includes("Reports"));
    await close();
});

test("sessions are listed, and another one is ended", async () => {
    const person = await newPerson(world.gateway, { name: "Sara Sessions" });
    const other = await signIn(world.gateway, person);
    const { tab, url, close } = await world.openAs(person, "#/account/security");
    const statusOf = async (cookie) =>
        (await fetch(`${url}/api/me`, { headers: { cookie: `${cookie.name}=${cookie.value}` } })).status;
    assert.equal(await statusOf(other), 200);
    assert.match(await textOf(tab), /This one/);
    assert.equal(await tab.$("section[aria-label='Linked accounts']"), null, "there is no provider to link");
    await press(tab, "button", "End all others");
    await press(tab, "button", "End them");
    await dialogGone(tab);
    await settle(tab);
    assert.equal(await statusOf(other), 401);
    assert.equal((await tab.$$("section[aria-label=Sessions] tbody tr")).length, 1, "this one stays");
    await close();
});
