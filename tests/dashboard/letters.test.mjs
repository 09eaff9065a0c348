// Mailed links, each opened as its person does, out of a mail that a mail server got.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { newPerson } from "./support/accounts.mjs";
import { fill, press, settle, textOf } from "./support/browser.mjs";
import { isForEveryone, waitForText } from "./support/forms.mjs";
import { startMailServer } from "./support/mail.mjs";
import { givePassword } from "./support/signing_in.mjs";
import { useWorld } from "./support/world.mjs";

const mailbox = await startMailServer();
const world = useWorld({ usage: 1, config: mailbox.config, accounts: { registration: "open" } });
after(() => mailbox.stop());

const kPassword = "long enough, and mine";
const hashOf = (link) => link.slice(link.indexOf("#"));
const tokenIn = (link) => link.split("token=")[1];
const userOf = async (email) => (await world.gateway.call("GET", `/api/users?email=${email}`)).data[0];
const roleOf = async (person) =>
    (await world.gateway.call("GET", `/api/organizations/${world.team.id}/members`)).data.find(
        (one) => one.user_id === person.id,
    )?.role;
const ofTeam = () => `/api/organizations/${world.team.id}/invitations`;

async function invite(email, role = "member") {
    const { data } = await world.gateway.call("POST", ofTeam(), { email, role }, world.owner.token);
    return data[0].invitation;
}
async function newUser(fields) {
    const person = await newPerson(world.gateway, fields);
    await givePassword(world.gateway, person);
    return person;
}
async function choosePassword(tab) {
    await fill(tab, "New password", kPassword);
    await fill(tab, "The same again", kPassword);
}
async function signInThere(tab, person) {
    await tab.waitForFunction(() => location.hash.startsWith("#/sign-in"));
    await fill(tab, "E-mail", person.email);
    await fill(tab, "Password", person.password);
    await tab.keyboard.press("Enter");
}
// Row 1 of the field reports: what opens links before their person does uses nothing up.
async function scan(link) {
    const { tab, close } = await world.openAs(null, hashOf(link));
    await settle(tab);
    await close();
}
// No server was told a token but in the body of a call.
function assertUntold(seen, link) {
    const told = seen.urls.filter((url) => url.split("#")[0].includes(tokenIn(link)));
    assert.deepEqual(told, []);
    assert.deepEqual([seen.violations, seen.errors], [[], []]);
}

test("a new person registers, and the mailed link makes the account, once", async () => {
    const email = "nina.new@people.test";
    const asking = await world.openAs(null, "#/sign-in");
    await press(asking.tab, "link", "Make an account");
    await fill(asking.tab, "Name", "Nina New");
    await fill(asking.tab, "E-mail", email);
    await isForEveryone(asking.tab);
    await press(asking.tab, "button", "Send a link");
    await waitForText(asking.tab, `on its way to ${email}`);
    await asking.close();
    const link = await mailbox.linkTo(email);
    assert.ok(link.startsWith(`${world.gateway.url}/#/verification?token=tg-mail-`), link);
    await scan(link);
    assert.equal(await userOf(email), undefined, "opening it makes nobody");

    const { tab, seen, close } = await world.openAs(null, hashOf(link));
    await waitForText(tab, "You registered with n…@people.test");
    await isForEveryone(tab);
    await choosePassword(tab);
    await press(tab, "button", "Make the account");
    await tab.waitForSelector(".shell");
    await settle(tab);
    assert.match(await textOf(tab, "body"), /Nina New/);
    assert.equal((await userOf(email)).email_verified, true);
    assertUntold(seen, link);
    await close();
    const again = await world.openAs(null, hashOf(link));
    await again.tab.waitForSelector("[role=alert]");
    assert.match(await textOf(again.tab), /there is no such link/);
    await again.close();
});

test("an invited person without an account chooses a password, and is in the organization", async () => {
    const email = "ivo.invited@people.test";
    await invite(email, "admin");
    const link = await mailbox.linkTo(email);
    assert.ok(link.startsWith(`${world.gateway.url}/#/invitation?token=tg-inv-`), link);
    await scan(link);
    const { tab, seen, close } = await world.openAs(null, hashOf(link));
    await waitForText(tab, `You are invited to ${world.team.name} as admin`);
    await waitForText(tab, "i…@people.test has no account here yet");
    await isForEveryone(tab);
    await fill(tab, "Name", "Ivo Invited");
    await fill(tab, "New password", "short");
    await fill(tab, "The same again", "short");
    await press(tab, "button", "Make the account and accept");
    await waitForText(tab, "At least 12 characters");
    assert.equal(await userOf(email), undefined, "nobody is made before the password is good");
    await choosePassword(tab);
    await press(tab, "button", "Make the account and accept");
    await tab.waitForSelector(".shell");
    await settle(tab);
    assert.ok(tab.url().includes(`#/o/${world.team.id}/overview`), tab.url());
    const user = await userOf(email);
    assert.deepEqual([user.name, user.email_verified, await roleOf(user)], ["Ivo Invited", true, "admin"]);
    assertUntold(seen, link);
    await close();
});

test("who has an account signs in, comes back to the invitation and accepts; later it says so", async () => {
    const person = await newUser({ name: "Mia Member" });
    await invite(person.email);
    const link = await mailbox.linkTo(person.email);
    const { tab, seen, close } = await world.openAs(null, hashOf(link));
    await waitForText(tab, "Sign in as p…@example.com to go on");
    await isForEveryone(tab);
    await press(tab, "link", "Sign in");
    await signInThere(tab, person);
    await press(tab, "button", `Accept as ${person.email}`);
    await tab.waitForSelector(".shell");
    await settle(tab);
    assert.equal(await roleOf(person), "member");
    assertUntold(seen, link);
    await tab.evaluate((hash) => {
        location.hash = hash;
    }, hashOf(link));
    await waitForText(tab, "It was accepted already");
    await close();
});

test("somebody else who is signed in is told, and lets the right person in", async () => {
    const person = await newUser({ name: "Rita Right" }),
        other = await newUser({ name: "Otto Other" });
    await invite(person.email);
    const link = await mailbox.linkTo(person.email);
    const { tab, close } = await world.openAs(other, hashOf(link));
    await waitForText(tab, `This link is for p…@example.com, and you are signed in as ${other.email}`);
    await isForEveryone(tab);
    assert.ok(!(await textOf(tab)).includes(person.email));
    await press(tab, "button", "Sign in as somebody else");
    await signInThere(tab, person);
    await press(tab, "button", `Accept as ${person.email}`);
    await tab.waitForSelector(".shell");
    assert.deepEqual([await roleOf(person), await roleOf(other)], ["member", undefined]);
    await close();
});

test("an invitation that was revoked says so, and one that has expired", async () => {
    const person = await newUser({ name: "Lars Late" });
    const invitation = await invite(person.email);
    const link = await mailbox.linkTo(person.email);
    // Seven days are too long for a test: what the gateway would say then is said for it.
    const { tab, close } = await world.openAs(person, "#/account/profile");
    await tab.setRequestInterception(true);
    const expire = async (request) => {
        if (!request.url().includes("/api/invitations/lookup")) return request.continue();
        const answer = await fetch(`${world.gateway.url}/api/invitations/lookup`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: request.postData(),
        });
        const body = JSON.stringify({ ...(await answer.json()), state: "expired" });
        return request.respond({ status: 200, contentType: "application/json", body });
    };
    tab.on("request", expire);
    await tab.evaluate((hash) => {
        location.hash = hash;
    }, hashOf(link));
    await waitForText(tab, "It has expired");
    assert.equal(await tab.$("aria/Accept"), null);
    await close();

    await world.gateway.call("DELETE", `${ofTeam()}/${invitation.id}`);
    const gone = await world.openAs(person, hashOf(link));
    await gone.tab.waitForSelector("[role=alert]");
    assert.match(await textOf(gone.tab), /It was revoked, or a newer one took its place/);
    await isForEveryone(gone.tab);
    await gone.close();
    assert.equal(await roleOf(person), undefined);
});

test("a person proves the own address, and nobody does it for another", async () => {
    const person = await newUser({ name: "Vera Verify" }),
        other = await newUser({ name: "Eve Else" });
    await world.gateway.call("PATCH", `/api/users/${person.id}`, { email_verified: false });
    await world.gateway.call("POST", "/api/me/verification", undefined, person.token);
    const link = await mailbox.linkTo(person.email);
    await scan(link);
    const wrong = await world.openAs(other, hashOf(link));
    await waitForText(wrong.tab, `you are signed in as ${other.email}`);
    await wrong.close();
    const { tab, seen, close } = await world.openAs(person, hashOf(link));
    await waitForText(tab, `Confirm that ${person.email}`);
    await isForEveryone(tab);
    assert.equal((await userOf(person.email)).email_verified, false);
    await press(tab, "button", "Confirm");
    await waitForText(tab, `${person.email} is yours`);
    assert.equal((await userOf(person.email)).email_verified, true);
    assertUntold(seen, link);
    await close();
});

test("a forgotten password is replaced by the mailed link", async () => {
    const person = await newUser({ name: "Felix Forgot" });
    const asking = await world.openAs(null, "#/reset");
    await fill(asking.tab, "E-mail", person.email);
    await press(asking.tab, "button", "Send a link");
    await waitForText(asking.tab, "a link is on its way");
    await asking.close();
    const link = await mailbox.linkTo(person.email);
    const { tab, seen, close } = await world.openAs(null, hashOf(link));
    await choosePassword(tab);
    await press(tab, "button", "Set the password");
    await waitForText(tab, "The password is set");
    await press(tab, "link", "Sign in");
    await signInThere(tab, { ...person, password: kPassword });
    await tab.waitForSelector(".shell");
    assertUntold(seen, link);
    await close();
});
