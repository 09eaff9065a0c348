// Signing in, out and on, as a person does it with a browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPerson } from "./support/accounts.mjs";
import { fill, focused, press, settle, textOf } from "./support/browser.mjs";
import { givePassword, kCookie } from "./support/signing_in.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 1 });
const cookieOf = async (tab) => (await tab.browserContext().cookies()).find((one) => one.name === kCookie);

async function newUser() {
    const person = await newPerson(world.gateway, { name: "Sam Signer" });
    await givePassword(world.gateway, person);
    return person;
}
async function fillIn(tab, person, password = person.password) {
    await fill(tab, "E-mail", person.email);
    await fill(tab, "Password", password);
    await tab.keyboard.press("Enter");
}

test("a person signs in with the keyboard and lands where he wanted to go", async () => {
    const person = await newUser();
    const { tab, close } = await world.openAs(null, `#/o/${person.organization.id}/activity?range=30d`);
    assert.match(await textOf(tab, "h1"), /Sign in/);
    await fillIn(tab, person);
    await tab.waitForFunction(() => location.hash.includes("/activity"));
    await settle(tab);
    assert.match(tab.url(), new RegExp(`#/o/${person.organization.id}/activity\\?range=30d$`));
    const cookie = await cookieOf(tab);
    assert.ok(
        cookie.httpOnly && cookie.secure && cookie.sameSite === "Lax" && cookie.path === "/",
        JSON.stringify(cookie),
    );
    const readable = await tab.evaluate(
        () => document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage),
    );
    assert.ok(!readable.includes(cookie.value), "no script can read the session");
    await close();
});

test("a wrong password is said, is not told apart from an unknown address, and loses nothing typed", async () => {
    const person = await newUser();
    const { tab, close } = await world.openAs(null, "#/sign-in");
    const messageFor = async (email, password) => {
        await fill(tab, "E-mail", email);
        await fill(tab, "Password", password);
        await tab.keyboard.press("Enter");
        await tab.waitForSelector("[role=alert]");
        await settle(tab);
        return textOf(tab, "[role=alert]");
    };
    const wrong = await messageFor(person.email, "not this password");
    const unknown = await messageFor("nobody@example.com", "not this password");
    assert.equal(wrong, unknown);
    assert.equal(await tab.$eval("input[type=email]", (one) => one.value), "nobody@example.com");
    await close();
});

test("a link for a first password shows a page, and the button uses it", async () => {
    const person = await newPerson(world.gateway, { name: "Newcomer" });
    const { link } = await world.gateway.call("POST", `/api/users/${person.id}/password-links`);
    const at = link.slice(link.indexOf("#"));
    for (const scanner of [1, 2]) {
        const { tab, close } = await world.openAs(null, at); // row: mail scanners open links, too
        assert.match(await textOf(tab), /Choose a password/, `opened ${scanner} times`);
        await close();
    }
    const { tab, close } = await world.openAs(null, at);
    await fill(tab, "New password", "too short");
    await fill(tab, "The same again", "too short");
    await tab.keyboard.press("Enter");
    await tab.waitForSelector("[role=alert]");
    assert.match(await textOf(tab), /At least 12 characters/);
    await fill(tab, "New password", "long enough, and mine");
    await fill(tab, "The same again", "long enough, and mine");
    await tab.keyboard.press("Enter");
    await tab.waitForFunction(() => document.querySelector("main").innerText.includes("The password is set"));
    await press(tab, "link", "Sign in");
    await fillIn(tab, person, "long enough, and mine");
    await tab.waitForSelector(".shell");
    await close();
});

test("signing out ends the session on the server, and nothing of the person stays", async () => {
    const person = await newUser();
    const { tab, url, close } = await world.openAs(null, "#/sign-in");
    await fillIn(tab, person);
    await tab.waitForSelector(".shell");
    const cookie = await cookieOf(tab);
    await tab.click(".sidebar-end .switcher");
    await press(tab, "menuitem", "Sign out");
    await tab.waitForFunction(() => location.hash.startsWith("#/sign-in"));
    // The page is loaded anew, and what the one before had asked for is never answered: the network is not idle.
    await tab.waitForSelector("input[type=password]");
    assert.doesNotMatch(await textOf(tab, "body"), /Sam Signer/);
    const answer = await fetch(`${url}/api/me`, { headers: { cookie: `${kCookie}=${cookie.value}` } });
    assert.equal(answer.status, 401, "who has stolen the cookie has nothing");
    await close();
});

test("row 81: a session that ends elsewhere is asked for over the page, and going on keeps what was typed", async () => {
    const person = await newUser();
    const { tab, seen, close } = await world.openAs(null, "#/sign-in");
    await fillIn(tab, person);
    await tab.waitForSelector(".shell");
    await tab.evaluate((id) => {
        location.hash = `#/o/${id}/activity?model=typed%2Fmodel`;
    }, person.organization.id);
    await settle(tab);
    const before = tab.url();
    await world.gateway.call("PATCH", `/api/users/${person.id}`, { status: "suspended" });
    await world.gateway.call("PATCH", `/api/users/${person.id}`, { status: "active" });
    await tab.browserContext().deleteCookie(await cookieOf(tab));
    seen.calls.length = 0;
    await press(tab, "button", "Load anew");
    await tab.waitForSelector("aria/Your session has ended");
    assert.match(await focused(tab), /Password/);
    assert.equal(tab.url(), before);
    assert.ok(seen.calls.length <= 3, seen.calls.join());
    await fill(tab, "Password", person.password);
    await tab.keyboard.press("Enter");
    await tab.waitForFunction(() => document.querySelector("dialog[open]") === null);
    assert.equal(tab.url(), before);
    await close();
});

test("the set-up link makes the person who operates the gateway, once, and signs in", async () => {
    const path = world.gateway.init.setup_path;
    const { tab, url, close } = await world.openAs(null, path.slice(path.indexOf("#")));
    const isSetUp = async () => (await (await fetch(`${url}/api/sign-in`)).json()).set_up;
    assert.equal(await isSetUp(), false, "opening the link changes nothing");
    await fill(tab, "Name", "Olga Operator");
    await fill(tab, "E-mail", "olga@example.com");
    await fill(tab, "New password", "long enough, and hers");
    await fill(tab, "The same again", "long enough, and hers");
    await tab.keyboard.press("Enter");
    await tab.waitForSelector(".shell");
    await settle(tab);
    assert.match(await textOf(tab, "body"), /Olga Operator/);
    assert.equal(await isSetUp(), true);
    await close();
    const again = await world.openAs(null, path.slice(path.indexOf("#")));
    for (const [label, text] of [
        ["Name", "Eve"],
        ["E-mail", "eve@example.com"],
        ["New password", "long enough, and mine"],
        ["The same again", "long enough, and mine"],
    ]) {
        await fill(again.tab, label, text);
    }
    await again.tab.keyboard.press("Enter");
    await again.tab.waitForSelector("[role=alert]");
    assert.match(await textOf(again.tab, "[role=alert]"), /was used/);
    await again.close();
});
