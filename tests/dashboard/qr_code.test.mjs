// Setting up an authenticator app, as a person does it with a phone in front of the screen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPerson } from "./support/accounts.mjs";
import { codeOf, readQrCode } from "./support/authenticator_app.mjs";
import { fill, kThemes, press, settle, textOf } from "./support/browser.mjs";
import { dialogGone, isForEveryone, tick, waitForText } from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 1 });
const kCode = ".qr-code";

test("an app scans the secret from the screen in both themes, and its code turns the factor on", async () => {
    const person = await newPerson(world.gateway, { name: "Quinn Quick" });
    const { tab, seen, close } = await world.openAs(person, "#/account/security");
    await press(tab, "button", "Set it up");
    await press(tab, "button", "Show the secret");
    await tab.waitForSelector(kCode);
    const typed = (await textOf(tab, "dialog[open] [data-secret]")).replaceAll(" ", "");
    const link = await tab.$eval("dialog[open] a[href^='otpauth:']", (one) => one.href);
    assert.equal(new URL(link).searchParams.get("secret"), typed);
    for (const theme of kThemes) {
        await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
        await settle(tab);
        // The whole dialog, as a camera sees it; the code's own quiet zone must set it apart.
        const dialog = await tab.$("dialog[open]");
        assert.equal(readQrCode(await dialog.screenshot()), link, theme);
    }
    assert.match(await tab.$eval(kCode, (one) => one.getAttribute("aria-label")), /QR code of the secret/);
    await isForEveryone(tab);
    await tab.setViewport({ width: 360, height: 900 });
    await settle(tab);
    assert.equal(readQrCode(await (await tab.$("dialog[open]")).screenshot()), link, "on a phone");

    await fill(tab, "Code of the app", codeOf(new URL(link).searchParams.get("secret")));
    await press(tab, "button", "Turn it on");
    await waitForText(tab, "Your recovery codes", "dialog[open]");
    await tick(tab, "I have put them where I keep secrets");
    await press(tab, "button", "Done");
    await dialogGone(tab);
    await waitForText(tab, "10 left");
    const factors = await world.gateway.call("GET", "/api/me/second-factors", undefined, person.token);
    assert.ok(factors.totp.since);
    assert.deepEqual([seen.violations, seen.errors], [[], []]);
    await close();
});

test("nothing of the secret is asked of a server, or left in the page", async () => {
    const person = await newPerson(world.gateway, { name: "Lea Leave" });
    const { tab, seen, url, close } = await world.openAs(person, "#/account/security");
    await press(tab, "button", "Set it up");
    await press(tab, "button", "Show the secret");
    await tab.waitForSelector(kCode);
    const secret = (await textOf(tab, "dialog[open] [data-secret]")).replaceAll(" ", "");
    await press(tab, "button", "Cancel");
    await dialogGone(tab);
    assert.equal(await tab.$(kCode), null);
    assert.deepEqual(
        seen.urls.filter((one) => one.includes(secret) || !one.startsWith(url)),
        [],
    );
    await close();
});
