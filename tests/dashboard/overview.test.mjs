// The overview: its figures are the ledger's, each leads to the requests behind it, and amounts stay exact.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { press, settle, textOf } from "./support/browser.mjs";
import { makeUsage } from "./support/accounts.mjs";
import { waitForText } from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const kUsage = 8;
const world = useWorld({ usage: kUsage });
const tile = (tab, name) =>
    tab.evaluate(
        (wanted) =>
            [...document.querySelectorAll(".figure-tile")].find(
                (one) => one.querySelector(".name").innerText === wanted,
            )?.innerText,
        name,
    );

test("the figures are those of the ledger, in the viewer's zone, wherever that is", async () => {
    const transactions = await world.gateway.call("GET", `/api/organizations/${world.team.id}/transactions?kind=usage`);
    const spent = -transactions.data.reduce((sum, one) => sum + one.amount, 0);
    for (const zone of [
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kathmandu",
        "Pacific/Auckland",
        "Australia/Lord_Howe",
    ]) {
        const { tab, close } = await world.openAs(world.owner, "overview?range=today", { zone });
        assert.match(await tile(tab, "Requests"), new RegExp(`\\b${kUsage}\\b`), zone);
        const shown = await tab.$eval(".figure-tile .value .number", (one) => one.title);
        assert.equal(Number(shown.replace("$", "")), spent, zone);
        await close();
    }
});

test("every figure is a link to the requests behind it, of the same time", async () => {
    const { tab, close } = await world.openAs(world.owner, "overview?range=30d");
    const links = await tab.$$eval("a.figure-tile", (all) => all.map((one) => one.getAttribute("href")));
    assert.ok(links.length >= 7);
    for (const link of links.filter((one) => one.includes("/activity"))) assert.match(link, /range=30d/);
    await press(tab, "link", "sample/echo");
    await settle(tab);
    assert.match(tab.url(), /activity\?range=30d&model=sample%2Fecho$/);
    assert.equal((await tab.$$("tbody tr")).length, kUsage);
    await close();
});

test("breaking down by another dimension is in the URL, and one more call", async () => {
    const { tab, seen, close } = await world.openAs(world.owner, "overview");
    seen.calls.length = 0;
    await tab.select('select[aria-label="Break down by"]', "key");
    await settle(tab);
    assert.match(tab.url(), /by=key/);
    assert.deepEqual(
        seen.calls.map((one) => one.split("/").pop()),
        ["analytics"],
    );
    assert.match(await textOf(tab, '[aria-label="Usage by key"] tbody'), /Tests/);
    await close();
});

test("row 85: the chart has its table, with the same numbers", async () => {
    const { tab, close } = await world.openAs(world.owner, "overview?measure=requests");
    await tab.click(".chart summary");
    const cells = await tab.$$eval(".chart tbody td", (all) => all.map((one) => Number(one.innerText)));
    assert.equal(cells.length, 7);
    assert.equal(
        cells.reduce((sum, one) => sum + one, 0),
        kUsage,
    );
    await close();
});

test("an amount that no double holds is shown to its last digit", async () => {
    const { tab, close } = await world.openAs(world.owner, "members");
    await tab.setRequestInterception(true);
    tab.on("request", (request) => {
        if (!request.url().endsWith("/credits")) return request.continue();
        return request.respond({
            contentType: "application/json",
            body: '{"balance":4000000000.123456789,"held":0,"total_credits":4000000000.123456789,"total_usage":0.000000001}',
        });
    });
    await tab.evaluate(() => {
        location.hash = location.hash.replace("members", "overview");
    });
    await settle(tab);
    const balance = await tab.evaluate(
        () =>
            [...document.querySelectorAll(".figure-tile")]
                .find((one) => one.innerText.includes("Credit left"))
                .querySelector("[title]").title,
    );
    assert.equal(balance, "$4,000,000,000.123456789");
    await close();
});

test("a member sees his own budget where the organization's credit is not his to see", async () => {
    const { tab, seen, close } = await world.openAs(world.member, "overview");
    assert.equal(await tile(tab, "Credit left"), undefined);
    assert.match(await tile(tab, "Your budget"), /No limit/);
    assert.ok(!seen.calls.some((one) => one.endsWith("/credits")));
    await close();
});

test("each of the errors' two numbers leads to its own requests, and figures say how they were before", async () => {
    const { tab, close } = await world.openAs(world.owner, "members");
    const report = await world.gateway.call(
        "GET",
        `/api/organizations/${world.team.id}/analytics?group_by=model&compare=previous`,
    );
    Object.assign(report.total, { server_errors: 3, client_errors: 2, latency_p50: 30 });
    Object.assign(report.compare.total, { server_errors: 4, client_errors: 6, latency_p50: 20 });
    await tab.setRequestInterception(true);
    tab.on("request", (request) =>
        new URL(request.url()).pathname.endsWith("/analytics")
            ? request.respond({ contentType: "application/json", body: JSON.stringify(report) })
            : request.continue(),
    );
    await tab.evaluate(() => (location.hash = location.hash.replace("members", "overview?range=today")));
    await tab.waitForSelector(".figure-tile");
    const links = await tab.$$eval(".figure-tile a", (all) => all.map((one) => [one.innerText, one.hash]));
    const feed = `#/o/${world.team.id}/activity?range=today&status=`;
    assert.deepEqual(links, [
        ["3 of the gateway or a provider", `${feed}server_error`],
        ["2 of the caller", `${feed}client_error`],
    ]);
    assert.match(await tile(tab, "Errors"), /50% less than in the time before/);
    assert.match(await tile(tab, "Latency"), /50% more than in the time before/);
    await close();
});

test("what cannot be loaded anew is said, with the time of the numbers that stay; no tile is made up", async () => {
    const { tab, close } = await world.openAs(world.owner, "overview");
    const failing = new Set();
    await tab.setRequestInterception(true);
    tab.on("request", (request) =>
        failing.has(new URL(request.url()).pathname.split("/").pop())
            ? request.respond({
                  status: 503,
                  contentType: "application/json",
                  body: JSON.stringify({ error: { message: "Not now." } }),
              })
            : request.continue(),
    );
    failing.add("credits");
    await press(tab, "button", "Load anew");
    await waitForText(tab, "it could not be loaded anew. Not now.");
    assert.match(await tile(tab, "Credit left"), /\$/, "what was known stays");
    failing.delete("credits");
    failing.add("analytics");
    await press(tab, "button", "Try again");
    await waitForText(tab, "it could not be loaded anew. Not now.");
    assert.match(await textOf(tab, ".notice"), /^As of \d+:\d\d/);
    failing.clear();
    await press(tab, "button", "Try again");
    await tab.waitForFunction(() => !document.querySelector("main").innerText.includes("loaded anew"));
    // From nothing: the tile does not become a budget without a limit.
    failing.add("credits");
    await tab.reload();
    await waitForText(tab, "A part could not be loaded. Not now.");
    assert.match(await tile(tab, "Credit left"), /could not be loaded/);
    assert.equal(await tile(tab, "Your budget"), undefined);
    await close();
});

test("numbers move by themselves, each minute, and not while nobody looks", async () => {
    const { tab, seen, close } = await world.openAs(world.owner, "overview");
    const later = (minutes, hidden) =>
        tab.evaluate(
            (more, value) => {
                const now = Date.now.bind(Date);
                Date.now = () => now() + more * 60_000;
                Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
                document.dispatchEvent(new Event("visibilitychange"));
            },
            minutes,
            hidden,
        );
    const before = await tile(tab, "Requests");
    await makeUsage(world.gateway, world.key, { requests: 1 });
    seen.calls.length = 0;
    await later(2, true);
    await new Promise((done) => setTimeout(done, 6000));
    assert.deepEqual(seen.calls, [], "hidden");
    await later(0, false);
    await tab.waitForFunction(
        (old) =>
            [...document.querySelectorAll(".figure-tile")].every((one) => one.innerText !== old) &&
            document.querySelector(".skeleton") === null,
        {},
        before,
    );
    assert.equal(seen.calls.filter((one) => one.endsWith("/analytics")).length, 1);
    await close();
});

test("a range of six years is shown by months, and one that makes no sense is said to be another", async () => {
    const { tab, close } = await world.openAs(
        world.owner,
        "overview?measure=requests&from=2020-12-01T00:00:00Z&to=2026-12-31T00:00:00Z",
    );
    await tab.click(".chart summary");
    const cells = await tab.$$eval(".chart tbody td", (all) => all.map((one) => Number(one.innerText) || 0));
    assert.ok(cells.length >= 72);
    const { total } = await world.gateway.call("GET", `/api/organizations/${world.team.id}/analytics?group_by=model`);
    assert.equal(
        cells.reduce((sum, one) => sum + one, 0),
        total.requests,
    );
    assert.match(await textOf(tab, ".chart tbody tr:last-child th"), /not over yet/);
    await tab.evaluate(() => (location.hash = location.hash.replace(/from=.*/, "from=2026-01-02&to=2026-01-01")));
    await waitForText(tab, "The time in the address cannot be shown. It must end after it begins.");
    await close();
});

test("a new organization is led to its first request, which the page notices by itself", async () => {
    const team = await world.gateway.call("POST", "/api/organizations", {
        name: "Fresh Team",
        owner_user_id: world.owner.id,
    });
    const { tab, close } = await world.openAs(world.owner, `#/o/${team.id}/overview`);
    assert.match(await textOf(tab), /Make an API key\s+It is shown once/, "not done");
    assert.match(await textOf(tab), new RegExp(`client = OpenAI\\(base_url="${world.gateway.url}/v1"`));
    const model = /model="([^"]+)"/.exec(await textOf(tab))[1];
    await press(tab, "button", "Node");
    assert.match(await textOf(tab), new RegExp(`baseURL: "${world.gateway.url}/v1"[^]*model: "${model}"`));
    await press(tab, "button", "curl");
    const command = await textOf(tab, ".code pre");
    await world.gateway.call("POST", `/api/organizations/${team.id}/credits`, { amount: 5 });
    const made = await world.gateway.call("POST", `/api/organizations/${team.id}/keys`, { name: "First" });
    await tab.evaluate(() => dispatchEvent(new Event("focus")));
    await tab.waitForFunction(() =>
        [...document.querySelectorAll("h3")].some((one) => /^Make an API key\s+done$/.test(one.innerText)),
    );
    // The command as it is pasted, with the key in place of what stands for it.
    const { stdout } = await promisify(execFile)("bash", [
        "-c",
        command.replace(/sk-tg-v1-…/, made.key) + " --silent --insecure",
    ]);
    assert.ok(JSON.parse(stdout).choices, stdout);
    // It goes on by itself.
    await tab.waitForSelector(".figure-tile");
    await settle(tab);
    assert.match(await tile(tab, "Requests"), /\b1\b/);
    await close();
});

test("where no model can be called, the first steps say so, and who can mend it", async () => {
    const team = await world.gateway.call("POST", "/api/organizations", {
        name: "Without Models",
        owner_user_id: world.owner.id,
    });
    const { tab, close } = await world.openAs(world.owner, "members");
    await tab.setRequestInterception(true);
    tab.on("request", (request) =>
        request.url().endsWith("/routing/preview")
            ? request.respond({
                  contentType: "application/json",
                  body: JSON.stringify({ endpoints: { available: [], removed: [] } }),
              })
            : request.continue(),
    );
    await tab.evaluate((id) => (location.hash = `#/o/${id}/overview`), team.id);
    await waitForText(tab, "No model can be called here yet: no provider is set up.");
    await close();
});
