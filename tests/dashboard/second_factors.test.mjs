// Second factors as people set them up, use, lose and remove them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPerson } from "./support/accounts.mjs";
import { fill, focused, openTab, press, settle, textOf } from "./support/browser.mjs";
import { startGateway } from "./support/gateway.mjs";
import { dialogGone, isForEveryone, reasonAgainst, retype, tick, waitForText } from "./support/forms.mjs";
import { addAuthenticator, authenticatorApp, setUpApp } from "./support/second_factors.mjs";
import { callAsPage, givePassword, kCookie, signIn } from "./support/signing_in.mjs";
import { useWorld } from "./support/world.mjs";

const kStepUpMs = 10_000;
const world = useWorld({ usage: 1 });

const cardOf = (title) => `section[aria-label="${title}"]`;
const secretOf = (tab) => tab.$eval("dialog[open] [data-secret]", (one) => one.innerText);
async function factorsOf(gateway, cookie) {
    return (await callAsPage(gateway, "GET", "/api/me/second-factors", undefined, cookie)).json();
}
async function sessionOf(tab) {
    return (await tab.browserContext().cookies()).find((one) => one.name === kCookie);
}
async function newSigner(name) {
    const person = await newPerson(world.gateway, { name });
    await givePassword(world.gateway, person);
    return person;
}
// With a second factor that is set up already.
async function newSignerWithApp(name) {
    const person = await newSigner(name);
    return { person, ...(await setUpApp(world.gateway, await signIn(world.gateway, person))) };
}
async function enterPassword(tab, person, password = person.password) {
    await fill(tab, "E-mail", person.email);
    await fill(tab, "Password", password);
    await tab.keyboard.press("Enter");
}
async function keepCodes(tab) {
    await tick(tab, "I have put them where I keep secrets");
    await press(tab, "button", "Done");
    await dialogGone(tab);
    await settle(tab);
}
async function alertIn(tab, where = "main") {
    await tab.waitForSelector(`${where} [role=alert]`);
    await settle(tab);
    return textOf(tab, `${where} [role=alert]`);
}

test("an authenticator app is set up: a wrong code is said, and the recovery codes are shown once", async () => {
    const person = await newSigner("Tara Totp");
    const { tab, close } = await world.openAs(person, "#/account/security");
    await press(tab, "button", "Set it up");
    await press(tab, "button", "Show the secret");
    await tab.waitForSelector("dialog[open] [data-secret]");
    assert.equal(await focused(tab), "Code of the app", "the keyboard is where the code is typed");
    const app = authenticatorApp(await secretOf(tab));
    const link = await tab.$eval("dialog[open] a", (one) => one.href);
    assert.match(link, /^otpauth:\/\/totp\/.*secret=/);
    await retype(tab, "Code of the app", app.wrongCode());
    await tab.keyboard.press("Enter");
    assert.match(await alertIn(tab, "dialog[open]"), /code/i);
    assert.equal(await focused(tab), "Code of the app");
    await isForEveryone(tab);
    await retype(tab, "Code of the app", await app.code());
    await tab.keyboard.press("Enter");
    await waitForText(tab, "Your recovery codes", "dialog[open]");
    const codes = (await secretOf(tab)).split("\n");
    assert.equal(new Set(codes).size, 10);
    await tab.keyboard.press("Escape");
    await tab.keyboard.press("Escape");
    assert.ok(await tab.$("dialog[open]"), "no stray key closes it");
    await press(tab, "button", "Done");
    assert.equal(await reasonAgainst(tab, "Done"), "First say that you have kept them");
    await isForEveryone(tab);
    await keepCodes(tab);
    assert.match(await textOf(tab, cardOf("Recovery codes")), /10 left/);
    assert.match(await textOf(tab, cardOf("Authenticator app")), /On since/);
    const factors = await factorsOf(world.gateway, await sessionOf(tab));
    assert.notEqual(factors.totp, null);
    await tab.reload();
    await settle(tab);
    const page = await tab.content();
    assert.ok(!codes.some((code) => page.includes(code)), "they are shown once");

    // New ones replace them.
    await press(tab, "button", "Make new ones");
    await tab.waitForSelector("dialog[open]");
    await tab.keyboard.press("Enter"); // on Cancel: nothing happens by a key too many
    await dialogGone(tab);
    await press(tab, "button", "Make new ones");
    await tab.waitForSelector("dialog[open]");
    await tab.$$eval("dialog[open] [type=submit]", ([one]) => one.click());
    await waitForText(tab, "Your recovery codes", "dialog[open]");
    const others = (await secretOf(tab)).split("\n");
    assert.equal(new Set([...codes, ...others]).size, 20);
    await keepCodes(tab);
    await close();
    const signInBy = (recovery_code) =>
        callAsPage(world.gateway, "POST", "/api/sessions", {
            email: person.email,
            password: person.password,
            recovery_code,
        });
    await assert.rejects(signInBy(codes[0]), /401/);
    assert.equal((await signInBy(others[0])).status, 201);
});

test("signing in with an app: the password alone is not enough, and a wrong code is said", async () => {
    const { person, app } = await newSignerWithApp("Sina Second");
    const { tab, close } = await world.openAs(null, "#/account/security");
    await enterPassword(tab, person);
    await tab.waitForSelector("aria/Code of your authenticator app");
    assert.equal(await focused(tab), "Code of your authenticator app");
    assert.equal(await sessionOf(tab), undefined, "there is no session yet");
    await isForEveryone(tab);
    await tab.keyboard.type(app.wrongCode());
    await tab.keyboard.press("Enter");
    assert.match(await alertIn(tab), /code|factor/i);
    assert.equal(await focused(tab), "Code of your authenticator app");
    await press(tab, "button", "Back");
    assert.equal(await tab.$("[role=alert]"), null);
    await tab.waitForSelector("input[type=password]");
    await tab.focus("input[type=password]");
    await tab.keyboard.press("Enter");
    await tab.waitForSelector("aria/Code of your authenticator app");
    const code = await app.code();
    await fill(tab, "Code of your authenticator app", `${code.slice(0, 3)} ${code.slice(3)}`);
    await tab.keyboard.press("Enter");
    await tab.waitForSelector(".shell");
    await settle(tab);
    assert.match(await textOf(tab, cardOf("Sessions")), /password, authenticator app/);
    await close();
    const body = { email: person.email, password: person.password, code };
    await assert.rejects(callAsPage(world.gateway, "POST", "/api/sessions", body), /401/, "a code counts once");
});

test("signing in with a recovery code, which counts once", async () => {
    const { person, recoveryCodes } = await newSignerWithApp("Rita Recovery");
    const signInWith = async (code) => {
        const opened = await world.openAs(null, "#/account/security");
        await enterPassword(opened.tab, person);
        await press(opened.tab, "button", "Use a recovery code");
        await fill(opened.tab, "Recovery code", code);
        await opened.tab.keyboard.press("Enter");
        return opened;
    };
    const first = await signInWith(recoveryCodes[0]);
    await first.tab.waitForSelector(".shell");
    await settle(first.tab);
    assert.match(await textOf(first.tab, cardOf("Recovery codes")), /9 left/);
    await first.close();
    const again = await signInWith(recoveryCodes[0]);
    assert.match(await alertIn(again.tab), /code|factor/i);
    assert.equal(await sessionOf(again.tab), undefined);
    await again.close();
});

test("an app is removed only by who proves anew who he is", async (context) => {
    // Where a proof of who one is gets old quickly.
    const gateway = await startGateway({ accounts: { step_up_lifetime_ms: kStepUpMs } });
    context.after(() => gateway.stop());
    const person = await newPerson(gateway, { name: "Remo Remove" });
    await givePassword(gateway, person);
    const began = Date.now();
    const cookie = await signIn(gateway, person);
    const { app } = await setUpApp(gateway, cookie);
    const { tab, close } = await openTab(world.browser, { url: gateway.url });
    await tab.setCookie({ ...cookie, url: gateway.url });
    await tab.goto(`${gateway.url}/#/account/security`);
    await settle(tab);
    await new Promise((done) => setTimeout(done, Math.max(0, began + 2 * kStepUpMs - Date.now())));
    const remove = async () => {
        await press(tab, "button", "Remove");
        await press(tab, "button", "Remove it");
        await tab.waitForFunction(() => [...document.querySelectorAll("dialog h2")].at(-1)?.innerText === "Is it you?");
    };
    await remove();
    await tab.keyboard.press("Escape");
    assert.match(await alertIn(tab, "dialog[open]"), /prove/);
    assert.notEqual((await factorsOf(gateway, cookie)).totp, null, "nothing is removed");
    await tab.keyboard.press("Escape");
    await dialogGone(tab);

    await remove();
    await tab.keyboard.type(person.password);
    await tab.keyboard.press("Enter");
    await tab.waitForSelector("aria/Code of your authenticator app");
    await tab.keyboard.type(app.wrongCode());
    await tab.keyboard.press("Enter");
    await tab.waitForSelector("dialog[open] [role=alert]");
    await fill(tab, "Code of your authenticator app", await app.code());
    await tab.keyboard.press("Enter");
    await dialogGone(tab);
    await settle(tab);
    assert.equal(await tab.$(cardOf("Recovery codes")), null, "they end with the last factor");
    assert.match(await textOf(tab, cardOf("Authenticator app")), /Set it up/);
    const factors = await factorsOf(gateway, await sessionOf(tab));
    assert.deepEqual([factors.totp, factors.recovery_codes], [null, null]);
    await close();
});

test("a passkey is made, signs in alone, and is removed", async () => {
    const person = await newSigner("Petra Passkey");
    const { tab, close } = await world.openAs(person, "#/account/security");
    const device = await addAuthenticator(tab);
    await press(tab, "button", "Add a passkey");
    await press(tab, "button", "Go on");
    assert.equal(await alertIn(tab, "dialog[open]"), "It needs a name.");
    assert.equal(await focused(tab), "Name");
    await retype(tab, "Name", "My <b>laptop</b>");
    await tab.keyboard.press("Enter");
    await waitForText(tab, "Your recovery codes", "dialog[open]");
    await keepCodes(tab);
    assert.equal((await device.credentials()).length, 1);
    assert.match(await textOf(tab, cardOf("Passkeys")), /My <b>laptop<\/b>.*Never/s);
    await isForEveryone(tab);

    await press(tab, "button", "Add a passkey");
    await retype(tab, "Name", "The same once more");
    await tab.keyboard.press("Enter");
    assert.equal(await alertIn(tab, "dialog[open]"), "This device has a passkey of yours already.");
    await tab.keyboard.press("Escape");
    await dialogGone(tab);

    const signOut = async () => {
        await tab.browserContext().deleteCookie(await sessionOf(tab));
        await tab.reload();
        await tab.waitForSelector("input[type=password]");
        await settle(tab);
    };
    await signOut();
    await press(tab, "button", "Use a passkey");
    await waitForText(tab, "Petra Passkey", ".sidebar-end");
    await settle(tab);
    assert.doesNotMatch(await textOf(tab, cardOf("Passkeys")), /Never/);
    const [session] = await (
        await callAsPage(world.gateway, "GET", "/api/me/sessions", undefined, await sessionOf(tab))
    )
        .json()
        .then((all) => all.data.filter((one) => one.current));
    assert.deepEqual(session.proofs, ["passkey"]);

    await press(tab, "button", "Remove My <b>laptop</b>");
    await press(tab, "button", "Remove it");
    await dialogGone(tab);
    await settle(tab);
    assert.match(await textOf(tab, cardOf("Passkeys")), /No passkey yet/);
    await signOut();
    await press(tab, "button", "Use a passkey"); // the device has it still
    assert.notEqual(await alertIn(tab), "");
    assert.equal(await sessionOf(tab), undefined);
    await close();
});
