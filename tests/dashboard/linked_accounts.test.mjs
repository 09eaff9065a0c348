// Linking the own account to an identity provider, by clicking: there and back.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newOperator, newPerson } from "./support/accounts.mjs";
import { press, settle, textOf } from "./support/browser.mjs";
import { dialogGone, isForEveryone, waitForText } from "./support/forms.mjs";
import { startIdentityProvider } from "./support/identity_provider.mjs";
import { useWorld } from "./support/world.mjs";

const provider = await startIdentityProvider();
const world = useWorld({ usage: 1, config: provider.config });
after(() => provider.stop());
const kPage = "#/account/security";
const kCard = "section[aria-label='Linked accounts']";
const identitiesOf = async (person) =>
    (await world.gateway.call("GET", "/api/me/identities", undefined, person.token)).data.map((one) => one.email);

// The way leads over the provider's own page, and over nobody else's.
async function openPage(person) {
    const opened = await world.openAs(person, kPage);
    const close = () => {
        const others = opened.seen.elsewhere.splice(0);
        assert.deepEqual(
            others.filter((one) => !one.startsWith(`${provider.issuer}/`)),
            [],
        );
        return opened.close();
    };
    return { ...opened, close };
}

test("a person links an account of another address, signs in by it, and unlinks it", async () => {
    const person = await newPerson(world.gateway, { name: "Lina Link" });
    const { tab, seen, close } = await openPage(person);
    assert.ok(seen.calls.length <= 4, seen.calls.join());
    await waitForText(tab, "No account is linked", kCard);
    await isForEveryone(tab);
    provider.claims = { sub: "lina", email: "lina@elsewhere.example.com" };
    await press(tab, "button", "Link Acme account");
    await waitForText(tab, "Acme account is linked", kCard);
    assert.match(await textOf(tab, kCard), /Acme account\s+lina@elsewhere\.example\.com\s.*Never/s);
    assert.equal(await tab.$("aria/Link Acme account"), null, "there is one of a provider");
    assert.deepEqual(await identitiesOf(person), ["lina@elsewhere.example.com"]);
    await isForEveryone(tab);
    assert.deepEqual([seen.violations, seen.errors], [[], []]);

    const byProvider = await openPage(null);
    await press(byProvider.tab, "link", "Continue with Acme account");
    await byProvider.tab.waitForSelector(".shell");
    await settle(byProvider.tab);
    assert.match(await textOf(byProvider.tab, "body"), /Lina Link/);
    const status = () => byProvider.tab.evaluate(async () => (await fetch("api/me")).status);
    assert.equal(await status(), 200);

    await press(tab, "button", "Unlink Acme account");
    await isForEveryone(tab);
    await press(tab, "button", "Unlink it");
    await dialogGone(tab);
    await waitForText(tab, "No account is linked", kCard);
    assert.deepEqual(await identitiesOf(person), []);
    assert.equal(await status(), 401, "what it had signed in has ended");
    await byProvider.close();
    await close();
});

test("an account that is somebody else's is refused in words, and an operator links his own", async () => {
    const operator = await newOperator(world.gateway);
    const person = await newPerson(world.gateway, { name: "Tilo Taken" });
    provider.claims = { sub: "shared", email: "shared@example.com" };
    const first = await openPage(operator);
    await press(first.tab, "button", "Link Acme account");
    await waitForText(first.tab, "Acme account is linked", kCard);
    await first.close();
    const { tab, close } = await openPage(person);
    await press(tab, "button", "Link Acme account");
    await waitForText(tab, "linked to another account here", kCard);
    await isForEveryone(tab);
    assert.ok(!(await textOf(tab)).includes(operator.email));
    assert.deepEqual(await identitiesOf(person), []);
    await close();
});

test("the last way to sign in stays, and the page says why", async () => {
    const person = await newPerson(world.gateway, { name: "Lone Lastway" });
    provider.claims = { sub: "lone", email: person.email, email_verified: true };
    const { tab, close } = await openPage(null);
    await press(tab, "link", "Continue with Acme account");
    await tab.waitForSelector(kCard);
    await settle(tab);
    await press(tab, "button", "Unlink Acme account");
    await press(tab, "button", "Unlink it");
    await waitForText(tab, "it is your last way to sign in", "dialog[open]");
    assert.deepEqual(await identitiesOf(person), [person.email]);
    await close();
});
