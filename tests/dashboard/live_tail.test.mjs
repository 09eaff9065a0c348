// The live view across interruptions: nothing is left out without a word, and it ends where it must.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeUsage } from "./support/accounts.mjs";
import { eventually, waitForText } from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 3 });
const kLive = "/activity/live";
const rowsOf = (tab) => tab.$$eval("tbody tr[data-row]", (all) => all.map((one) => one.dataset.row));

// As the browser does when another tab is looked at.
const turn = (tab, hidden) =>
    tab.evaluate((value) => {
        Object.defineProperty(document, "hidden", { configurable: true, get: () => value });
        document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);

// A tab that watches. `answers` answers in place of the gateway, by the end of a path. `begun` counts the streams that were
// asked for; open() counts those that nobody stopped and that were not refused.
async function openWatching(person = world.owner, answers = {}) {
    const here = await world.openAs(person, "members");
    const streams = { begun: 0, open: () => here.tab.evaluate(() => window.openStreams.size) };
    await here.tab.evaluate((end) => {
        window.openStreams = new Set();
        const ask = window.fetch;
        window.fetch = async (address, options) => {
            if (!new URL(address, location.href).pathname.endsWith(end)) return ask(address, options);
            window.openStreams.add(options.signal);
            options.signal.addEventListener("abort", () => window.openStreams.delete(options.signal));
            const answer = await ask(address, options);
            if (!answer.ok) window.openStreams.delete(options.signal);
            return answer;
        };
    }, kLive);
    await here.tab.setRequestInterception(true);
    here.tab.on("request", (request) => {
        const path = new URL(request.url()).pathname;
        if (path.endsWith(kLive)) ++streams.begun;
        const own = Object.entries(answers).find(([end]) => path.endsWith(end))?.[1];
        return own ? request.respond({ contentType: "application/json", ...own }) : request.continue();
    });
    await here.tab.evaluate(() => {
        location.hash = location.hash.replace("members", "activity?live=on");
    });
    await here.tab.waitForSelector("tbody tr[data-row], .notice");
    return { ...here, streams, answers };
}

test("what is settled while the tab is hidden is there when it is shown again, each once, over one stream", async () => {
    const { tab, streams, close } = await openWatching();
    await eventually(streams.open, 1);
    const before = await rowsOf(tab);
    await turn(tab, true);
    await eventually(streams.open, 0);
    await makeUsage(world.gateway, world.key, { requests: 4 });
    for (let times = 0; times < 4; ++times) {
        await turn(tab, false);
        await turn(tab, true);
    }
    await turn(tab, false);
    await eventually(async () => (await rowsOf(tab)).length, before.length + 4);
    await eventually(streams.open, 1);
    const after = await rowsOf(tab);
    assert.deepEqual(after.slice(4), before, "the new ones are above");
    assert.equal(new Set(after).size, after.length);
    const { data } = await world.gateway.call("GET", `/api/organizations/${world.team.id}/activity?limit=7`);
    assert.deepEqual(
        after,
        data.map((one) => one.id),
    );
    await close();
});

test("where what came in between cannot be asked for, the page says from when on", async () => {
    const { tab, streams, answers, close } = await openWatching();
    await eventually(streams.open, 1);
    await turn(tab, true);
    await eventually(streams.open, 0);
    answers["/activity"] = { status: 503, body: JSON.stringify({ error: { message: "not now" } }) };
    await turn(tab, false);
    await waitForText(tab, "Requests are missing here from");
    delete answers["/activity"];
    await close();
});

test("a stream that is refused for a while is tried again with pauses that grow", async () => {
    const refusal = { status: 503, body: JSON.stringify({ error: { message: "The gateway is busy." } }) };
    const { tab, streams, answers, close } = await openWatching(world.owner, { [kLive]: refusal });
    await waitForText(tab, "The live view is interrupted; it is tried again. The gateway is busy.");
    await new Promise((done) => setTimeout(done, 7000)); // pauses of 2, 4 and 8 seconds
    assert.ok(streams.begun >= 2 && streams.begun <= 3, `${streams.begun} tries`);
    delete answers[kLive];
    await tab.evaluate(() => dispatchEvent(new Event("online")));
    await eventually(streams.open, 1);
    await tab.waitForFunction(() => !document.querySelector("main").innerText.includes("interrupted"));
    await close();
});

test("where it may not be watched any more it ends, with the reason", async () => {
    const refusal = { status: 403, body: JSON.stringify({ error: { message: "Your role does not allow this." } }) };
    const { tab, streams, close } = await openWatching(world.owner, { [kLive]: refusal });
    await waitForText(tab, "The live view has ended: Your role does not allow this.");
    await turn(tab, true);
    await turn(tab, false);
    await new Promise((done) => setTimeout(done, 3000));
    assert.equal(streams.begun, 1);
    await close();
});

test("an ended session is asked for again, and then the view goes on", async () => {
    const { tab, streams, answers, close } = await openWatching(world.admin, {});
    await eventually(streams.open, 1);
    await turn(tab, true);
    await eventually(streams.open, 0);
    const cookies = await tab.browserContext().cookies();
    await tab.browserContext().deleteCookie(...cookies);
    await turn(tab, false);
    await tab.waitForSelector("dialog[open]");
    await waitForText(tab, "Your session has ended", "dialog[open]");
    const tries = streams.begun;
    await new Promise((done) => setTimeout(done, 3000));
    assert.equal(streams.begun, tries, "nothing is tried while nobody is signed in");
    await tab.type("dialog[open] input[type=password]", world.admin.password);
    await tab.keyboard.press("Enter");
    await eventually(streams.open, 1);
    await close();
});
