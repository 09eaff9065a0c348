// That the gateway works at the address which people know it by, and tells no other: links, snippets, downloads, streams,
// passkeys and single sign-on. Behind nginx that is another host and a path below it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { newPerson } from "./support/accounts.mjs";
import { byName, fill, press, settle, textOf } from "./support/browser.mjs";
import { dialogGone, eventually, retype, tick, waitForText } from "./support/forms.mjs";
import { kBehindNginx } from "./support/front.mjs";
import { startIdentityProvider } from "./support/identity_provider.mjs";
import { kBinary } from "./support/gateway.mjs";
import { useWorld } from "./support/world.mjs";

const kModel = "sample/echo";
const provider = await startIdentityProvider({ sub: "nobody" });
after(() => provider.stop());
const mails = await mkdtemp(join(tmpdir(), "tollgate-mail-"));
after(() => rm(mails, { recursive: true }));
const world = useWorld({
    usage: 3,
    config: `mail: {from: tollgate@example.com, drop_folder: ${mails}}\n${provider.config}`,
});
const run = promisify(execFile);

// The newest mail to the address, with its lines as they were before they were folded.
async function mailTo(address) {
    let found;
    await eventually(async () => {
        for (const name of (await readdir(mails)).filter((one) => one.endsWith(".eml"))) {
            const text = await readFile(join(mails, name), "utf8");
            if (text.includes(address)) found = text;
        }
        return found !== undefined;
    }, true);
    return found.replace(/=\r?\n/g, "").replace(/=3D/g, "=");
}
const linkIn = (text) => /https?:\/\/\S+#\S+/.exec(text)[0];
async function choosePassword(tab, password) {
    await fill(tab, "New password", password);
    await fill(tab, "The same again", password);
    await tab.keyboard.press("Enter");
}

test("the host's links begin with the public address, and open there", async () => {
    const { email } = world.owner;
    const admin = async (...words) =>
        (await run(kBinary, ["admin", ...words, "--data-dir", join(world.gateway.directory, "data")])).stdout;
    const links = {
        setup: linkIn(await admin("setup-link")),
        password: linkIn(await admin("reset-password", email)),
        "sign-in": linkIn(await admin("login-link", email)),
    };
    for (const [page, link] of Object.entries(links)) {
        assert.ok(link.startsWith(`${world.gateway.url}/#/${page}?token=`), link);
        const { tab, close } = await world.openAs(null, link);
        assert.match(await textOf(tab, "h1"), /password|Sign in|Set up|operat/i);
        assert.equal(await tab.$("[role=alert]"), null);
        await close();
    }
});

test("a forgotten password: the mailed link opens, and its password signs in", async () => {
    const person = await newPerson(world.gateway, { name: "Frida Forgot" });
    const { tab, close } = await world.openAs(null, "#/reset");
    await fill(tab, "E-mail", person.email);
    await tab.keyboard.press("Enter");
    const link = linkIn(await mailTo(person.email));
    assert.ok(link.startsWith(`${world.gateway.url}/#/password?token=`), link);
    await tab.goto(link);
    await settle(tab);
    await choosePassword(tab, "remembered from now on");
    await waitForText(tab, "The password is set");
    await press(tab, "link", "Sign in");
    await fill(tab, "E-mail", person.email);
    await fill(tab, "Password", "remembered from now on");
    await tab.keyboard.press("Enter");
    await tab.waitForSelector(".shell");
    await close();
});

test("an invitation's link as it is copied leads its person in", async () => {
    const person = await newPerson(world.gateway, { name: "Ivo Invited" });
    const { tab, close } = await world.openAs(world.owner, "members?new=invitation");
    await tab
        .browserContext()
        .overridePermissions(new URL(tab.url()).origin, ["clipboard-read", "clipboard-sanitized-write"]);
    await retype(tab, "E-mail addresses", person.email);
    await press(tab, "button", "Invite");
    await tab.waitForSelector("dialog[open] [data-link]");
    await tab.$eval("dialog[open] .secret button", (one) => one.click());
    const copied = () => tab.evaluate(() => navigator.clipboard.readText());
    await eventually(async () => (await copied()).startsWith(`${world.gateway.url}/#/invitation?token=`), true);
    const link = await copied();
    await press(tab, "button", "Done");
    await dialogGone(tab);
    await close();
    const theirs = await world.openAs(person, link);
    await press(theirs.tab, "button", `Accept as ${person.email}`);
    await theirs.tab.waitForSelector(".shell");
    await theirs.close();
});

test("what the pages tell a developer to paste works as it is", async () => {
    const person = await newPerson(world.gateway, { name: "Dora Developer" });
    const home = `#/o/${person.organization.id}`;
    const { tab, close } = await world.openAs(person, `${home}/overview`);
    assert.match(await textOf(tab, ".steps"), new RegExp(`base_url="${world.gateway.url}/v1"`));
    await press(tab, "link", "Make a key");
    await retype(tab, "Name", "First");
    await press(tab, "button", "Make the key");
    await tab.waitForSelector("dialog[open] [data-secret]");
    await waitForText(tab, kModel, "dialog[open]"); // one that may be called is asked for
    const codeOf = async (name) => (await byName(tab, "group", name)).evaluate((one) => one.textContent);
    const curl = await codeOf("curl");
    const secret = await tab.$eval("dialog[open] [data-secret]", (one) => one.innerText);
    assert.ok((await codeOf("Python")).includes(`OpenAI(base_url="${world.gateway.url}/v1", api_key="${secret}")`));
    assert.ok(curl.includes(`${world.gateway.url}/v1/chat/completions`), curl);
    const environment = { ...process.env, CURL_CA_BUNDLE: process.env.NODE_EXTRA_CA_CERTS ?? "" };
    if (!kBehindNginx) delete environment.CURL_CA_BUNDLE;
    const answer = JSON.parse((await run("bash", ["-c", curl], { env: environment })).stdout);
    assert.match(answer.choices[0].message.content, /hello/i);
    await tick(tab, "I have put it where I keep secrets");
    await press(tab, "button", "Done");
    await dialogGone(tab);
    await close();
});

test("a CSV is saved by a click on its link", async () => {
    const { tab, close } = await world.openAs(world.owner, "activity");
    const folder = await mkdtemp(join(tmpdir(), "tollgate-csv-"));
    const session = await tab.createCDPSession();
    await session.send("Browser.setDownloadBehavior", {
        behavior: "allow",
        browserContextId: tab.browserContext().id,
        downloadPath: folder,
    });
    await tab.click("a[download]");
    let name;
    await eventually(async () => {
        [name] = await readdir(folder);
        return name?.endsWith(".csv") ?? false;
    }, true);
    assert.match(name, /^activity-\d{4}-\d\d-\d\d\.csv$/);
    const [head, ...rows] = (await readFile(join(folder, name), "utf8")).trim().split("\r\n");
    assert.ok(head.split(",").includes("id"), head);
    assert.ok(rows.length >= 3, "a row a request");
    await rm(folder, { recursive: true });
    await close();
});

test("the playground shows an answer while it still comes", async () => {
    const { tab, close } = await world.openAs(world.owner, `playground?model=${encodeURIComponent(kModel)}`);
    await tab.evaluate(() => {
        window.lengths = []; // of the answer, each time that it grows
        new MutationObserver(() => {
            const length = document.querySelector("[data-role=assistant]")?.innerText.length ?? 0;
            if (length > (window.lengths.at(-1) ?? 0)) window.lengths.push(length);
        }).observe(document.body, { childList: true, characterData: true, subtree: true });
    });
    // The sample upstream repeats the words, with a wait between them.
    await tab.evaluate(() => {
        const original = window.fetch;
        window.fetch = (url, options) => {
            if (!String(url).includes("chat/completions")) return original(url, options);
            const body = JSON.stringify({ ...JSON.parse(options.body), user: "sample:token_ms=150" });
            return original(url, { ...options, body });
        };
    });
    await retype(tab, "Message", "one two three four five six seven eight nine ten");
    await tab.keyboard.press("Enter");
    await tab.waitForSelector(".turn-report", { timeout: 150_000 });
    const lengths = await tab.evaluate(() => window.lengths);
    assert.ok(lengths.length >= 4, `it came in ${lengths.length} pieces`);
    await close();
});

test("a passkey is made for the public host, and signs in alone", async () => {
    const person = await newPerson(world.gateway, { name: "Petra Passkey" });
    const { tab, close } = await world.openAs(person, "#/account/security");
    const session = await tab.createCDPSession();
    await session.send("WebAuthn.enable");
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
        options: {
            protocol: "ctap2",
            transport: "internal",
            hasResidentKey: true,
            hasUserVerification: true,
            isUserVerified: true,
            automaticPresenceSimulation: true,
        },
    });
    await press(tab, "button", "Add a passkey");
    await retype(tab, "Name", "Laptop");
    await press(tab, "button", "Go on");
    await waitForText(tab, "Your recovery codes", "dialog[open]");
    const { credentials } = await session.send("WebAuthn.getCredentials", { authenticatorId });
    assert.deepEqual(
        credentials.map((one) => one.rpId),
        ["localhost"],
    );
    await tab.browserContext().deleteCookie(...(await tab.browserContext().cookies()));
    await tab.reload();
    await press(tab, "button", "Use a passkey");
    await waitForText(tab, "Petra Passkey", ".sidebar-end");
    await close();
});

test("single sign-on sends people back below the public address, where they wanted to go", async () => {
    const person = await newPerson(world.gateway, { name: "Sven Single" });
    provider.claims = { sub: "sven", email: person.email, email_verified: true };
    const { tab, seen, close } = await world.openAs(null, `#/o/${person.organization.id}/keys`);
    await press(tab, "link", "Continue with Acme account");
    await tab.waitForSelector(".shell");
    await settle(tab);
    assert.equal(tab.url(), `${world.gateway.url}/#/o/${person.organization.id}/keys`);
    assert.deepEqual(provider.redirects, [`${world.gateway.url}/api/sign-in/acme/callback`]);
    const others = seen.elsewhere.splice(0);
    assert.ok(others.length > 0 && others.every((one) => one.startsWith(`${provider.issuer}/auth?`)), others.join());
    await close();
});

test("paths and bodies reach the gateway as they are sent", async () => {
    const headers = { authorization: `Bearer ${world.key.key}`, "content-type": "application/json" };
    const url = `${world.gateway.url}/v1`;
    const model = await fetch(`${url}/models/${encodeURIComponent(kModel)}`, { headers });
    assert.deepEqual([model.status, (await model.json()).id], [200, kModel]);
    const ask = (size) =>
        fetch(`${url}/chat/completions`, {
            method: "POST",
            headers,
            body: JSON.stringify({
                model: kModel,
                max_tokens: 1,
                messages: [{ role: "user", content: "a ".repeat(size) }],
            }),
        });
    const large = await ask(100_000);
    assert.equal(large.status, 200, await large.text());
    const tooLarge = await ask(17_000_000);
    assert.equal(tooLarge.status, 413);
    assert.match((await tooLarge.json()).error.message, /bytes/, "the gateway says it, not what stands before it");
});

test("the wish for a WebSocket reaches the gateway", async () => {
    const url = `${world.gateway.url}/v1/realtime?model=nobody%2Fhas-this`;
    const headers = {
        authorization: `Bearer ${world.key.key}`,
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": Buffer.alloc(16).toString("base64"),
    };
    const status = await new Promise((resolve, reject) => {
        const asked = (url.startsWith("https") ? https : http).get(url, { headers }, (answer) => {
            answer.resume();
            resolve(answer.statusCode);
        });
        asked.on("error", reject);
    });
    assert.equal(status, 404, "no such model; it is 426 where no WebSocket is wished for");
});

test("nginx leads to the page from its address without the slash at the end", { skip: !kBehindNginx }, async () => {
    const answer = await fetch(world.gateway.url, { redirect: "manual" });
    assert.deepEqual([answer.status, answer.headers.get("location")], [301, `${world.gateway.url}/`]);
    const origin = new URL(world.gateway.url).origin;
    for (const path of ["/", "/api/me", "/two", "/two%2Fsegments/api/me"]) {
        const other = await fetch(origin + path);
        assert.equal(other.status, 404, path);
        assert.doesNotMatch(await other.text(), /invalid_api_key|id="app"/, `${path} is not the gateway's`);
    }
});
