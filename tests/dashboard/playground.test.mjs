// The playground: a chat by the session, for whom one chooses, with what it cost; and no key in the browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newKey, newPerson } from "./support/accounts.mjs";
import { press, settle, textOf } from "./support/browser.mjs";
import { eventually, fieldOf, isForEveryone, retype, select, waitForText } from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const kModel = "sample/echo";
const world = useWorld({ usage: 0 });
const activity = async () =>
    (await world.gateway.call("GET", `/api/organizations/${world.team.id}/activity?limit=50`)).data;

async function say(tab, text) {
    await retype(tab, "Message", text);
    await tab.keyboard.press("Enter");
}
const answered = (tab, times) =>
    tab.waitForFunction(
        (wanted) => document.querySelectorAll(".turn-report").length === wanted,
        { timeout: 150_000 },
        times,
    );

test("row 80: a member chats by the session alone; cost, tokens, times and routing are shown", async () => {
    const { tab, seen, close } = await world.openAs(world.member, "playground");
    await retype(tab, "Model", kModel);
    assert.match(tab.url(), /model=sample%2Fecho/);
    const headers = [];
    tab.on("request", (request) => {
        if (request.url().includes("/chat/completions")) headers.push(request.headers());
    });
    await say(tab, "red green blue");
    await answered(tab, 1);
    assert.match(await textOf(tab, "[data-role=assistant]"), /red green blue/);
    const report = await textOf(tab, ".turn-report");
    assert.match(report, /\$0\.0000\d+/);
    assert.match(report, /\d+ tokens in, \d+ out/);
    assert.match(report, /first token [\d,.]+ m?s, whole/);
    assert.match(report, /by sample/);
    assert.match(report, /1 of 1 endpoints may answer/);
    assert.equal(headers.length, 1);
    assert.equal(headers[0].authorization, undefined);
    assert.ok(seen.calls.includes(`POST /api/organizations/${world.team.id}/playground/chat/completions`));
    await eventually(
        async () => (await activity()).map((row) => [row.member_id, row.model]),
        [[world.member.id, kModel]],
    );
    const [row] = await activity();
    const link = await tab.$eval(".turn-report a", (one) => one.getAttribute("href"));
    assert.ok(link.endsWith(`request=${row.id}`), link);
    await isForEveryone(tab);

    await press(tab, "link", "In the activity");
    await waitForText(tab, "Others with the same");
    await tab.goBack();
    await answered(tab, 1);
    assert.match(await textOf(tab, "[data-role=assistant]"), /red green blue/, "the chat is there again");
    await say(tab, "and again");
    await answered(tab, 2);
    await tab.reload();
    assert.equal(seen.asked.length, 1, "before the chat is lost the browser asks");
    await settle(tab);
    assert.equal((await tab.$$(".turn")).length, 0);
    await say(tab, "anew");
    await answered(tab, 1);
    await press(tab, "button", "Begin anew");
    assert.equal((await tab.$$(".turn")).length, 0);
    await close();
});

test("row 80: with a key, that key's rights and budget hold, and it is named in the activity", async () => {
    const path = `/api/organizations/${world.team.id}/keys`;
    const key = await newKey(world.gateway, world.team, "For trials");
    const spent = await world.gateway.call("POST", path, { name: "Spent", limit: 0 });
    const { tab, close } = await world.openAs(world.owner, `playground?model=${encodeURIComponent(kModel)}`);
    await tab.hover('select[aria-label="As whom"]');
    await tab.waitForFunction(
        (hash) => [...document.querySelectorAll("option")].some((one) => one.value === `key=${hash}`),
        {},
        key.hash,
    );
    await select(tab, "As whom", `key=${key.hash}`);
    assert.match(tab.url(), new RegExp(`key=${key.hash}`));
    await say(tab, "one two");
    await answered(tab, 1);
    await eventually(async () => (await activity())[0].key_name, "For trials");
    assert.doesNotMatch(await tab.content(), new RegExp(key.key), "its secret is nowhere in the page");

    await select(tab, "As whom", `key=${spent.data.hash}`);
    await say(tab, "three");
    await tab.waitForSelector(".turn [role=alert]");
    assert.match(await textOf(tab, ".turn [role=alert]"), /limit|budget/);
    await close();
});

test("without a default the first model that may be called is chosen, and what is typed or linked stays", async () => {
    const { tab, close } = await world.openAs(world.owner, "playground");
    const model = async () => (await fieldOf(tab, "Model")).evaluate((one) => one.value);
    await eventually(model, kModel);
    assert.match(tab.url(), /model=sample%2Fecho/);
    await say(tab, "hello at once");
    await answered(tab, 1);
    await retype(tab, "Model", "nobody/has-this");
    await settle(tab);
    assert.equal(await model(), "nobody/has-this");
    await close();
    await world.gateway.call("PUT", `/api/organizations/${world.team.id}/llm`, { model: "sample/echo" });
    const later = await world.openAs(world.owner, "playground");
    assert.equal(await (await fieldOf(later.tab, "Model")).evaluate((one) => one.value), "");
    assert.doesNotMatch(later.tab.url(), /model=/, "the default is meant, whatever it becomes");
    await later.close();
    await world.gateway.call("PUT", `/api/organizations/${world.team.id}/llm`, { model: null });
});

test("what is refused is said in words, and the chat goes on", async () => {
    const { tab, close } = await world.openAs(world.owner, "playground?model=nobody%2Fhas-this");
    await say(tab, "hello");
    await waitForText(tab, "does not exist here");
    await retype(tab, "Model", kModel);
    await say(tab, "hello again");
    await answered(tab, 1);
    await close();
});

test("parameters are sent; a value that is none is not", async () => {
    const { tab, close } = await world.openAs(world.owner, `playground?model=${encodeURIComponent(kModel)}`);
    let body = null;
    tab.on("request", (request) => {
        if (request.url().includes("/chat/completions")) body = JSON.parse(request.postData());
    });
    await tab.$$eval("summary", (all) => all.find((one) => one.innerText === "Parameters").click());
    await retype(tab, "Temperature", "hot");
    await say(tab, "hello");
    await waitForText(tab, "This is not a number.");
    assert.equal(body, null);
    await retype(tab, "Temperature", "0.5");
    await retype(tab, "Max tokens", "3");
    await retype(tab, "System prompt", "Be brief.");
    await say(tab, "hello");
    await answered(tab, 1);
    assert.equal(body.temperature, 0.5);
    assert.equal(body.max_tokens, 3);
    assert.deepEqual(body.messages[0], { role: "system", content: "Be brief." });
    await close();
});

test("an answer that runs is stopped by its button, and says so", async () => {
    const { tab, close } = await world.openAs(world.owner, `playground?model=${encodeURIComponent(kModel)}`);
    // The gateway's answer, held before its end.
    await tab.evaluate(() => {
        const original = window.fetch;
        window.fetch = async (url, options) => {
            if (!String(url).includes("chat/completions")) return original(url, options);
            const chunk = { choices: [{ delta: { content: "so far" } }] };
            const body = new ReadableStream({
                start(control) {
                    control.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(chunk)}\n\n`));
                    options.signal.addEventListener("abort", () => control.error(new DOMException("", "AbortError")));
                },
            });
            return new Response(body, { headers: { "content-type": "text/event-stream" } });
        };
    });
    await say(tab, "hello");
    await waitForText(tab, "so far");
    await press(tab, "button", "Stop");
    await waitForText(tab, "Stopped. What was answered is billed.");
    assert.match(await textOf(tab, "[data-role=assistant]"), /so far/);
    await tab.waitForFunction(() => document.activeElement.tagName === "TEXTAREA");
    await close();
});

test("row 79: what a model says is shown as text", async () => {
    const { tab, close } = await world.openAs(world.owner, `playground?model=${encodeURIComponent(kModel)}`);
    await say(tab, "<img/src=x/onerror=alert(1)> [x](javascript:alert(2))");
    await answered(tab, 1);
    assert.match(await textOf(tab, "[data-role=assistant]"), /<img\/src=x/);
    assert.equal(await tab.$(".turn img, .turn a[href^='javascript:']"), null);
    await close();
});

test("Markdown of an answer is shown as elements, and a failed question can be asked again, once", async () => {
    const { tab, seen, close } = await world.openAs(world.owner, `playground?model=${encodeURIComponent(kModel)}`);
    await tab.evaluate(() => {
        const original = window.fetch;
        window.asked = [];
        const lines = [
            "# A **heading**",
            "Some **bold**, *slanted*, `code` and [a link](https://example.com/x), [none](javascript:alert(1)).",
            "- one\n  1. inner\n- two <b>x</b>",
            "| a | b |\n|---|--:|\n| 1 | 2 |",
            "> said",
            "```python\nprint('**not bold**')\n```",
        ];
        window.fetch = async (url, options) => {
            if (!String(url).includes("chat/completions")) return original(url, options);
            window.asked.push(JSON.parse(options.body).messages.map((one) => one.content));
            if (window.asked.length === 1) return new Response('{"error":{"message":"Not now."}}', { status: 503 });
            const chunk = { choices: [{ delta: { content: lines.join("\n\n") } }] };
            return new Response(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`, {
                headers: { "content-type": "text/event-stream" },
            });
        };
    });
    await say(tab, "a question");
    await waitForText(tab, "Not now.");
    await press(tab, "button", "Try again");
    await answered(tab, 1);
    const html = await tab.$eval(".markdown", (one) => {
        const copy = one.cloneNode(true);
        copy.querySelectorAll("svg, button").forEach((each) => each.remove());
        return copy.innerHTML;
    });
    for (const wanted of [
        '<p class="markdown-heading">A <strong>heading</strong></p>',
        "<strong>bold</strong>, <em>slanted</em>, <code>code</code>",
        '<a href="https://example.com/x" target="_blank" rel="noopener noreferrer" title="https://example.com/x">a link</a>',
        "[none](javascript:alert(1))",
        '<ul><li><p>one</p><ol start="1"><li><p>inner</p></li></ol></li><li><p>two &lt;b&gt;x&lt;/b&gt;</p></li></ul>',
        '<tr><th scope="col">a</th><th scope="col">b</th></tr>',
        "<tr><td>1</td><td>2</td></tr>",
        "<blockquote><p>said</p></blockquote>",
        "<code>print('**not bold**')</code>",
    ])
        assert.ok(html.includes(wanted), `${wanted} in ${html}`);
    await isForEveryone(tab);
    await tab.evaluate(() => {
        const files = new DataTransfer();
        files.items.add(new File(["x"], "pasted.png", { type: "image/png" }));
        const paste = new ClipboardEvent("paste", { clipboardData: files, bubbles: true, cancelable: true });
        document.querySelector("main textarea").dispatchEvent(paste);
    });
    await tab.waitForSelector('aria/Remove picture 1[role="button"]');
    await press(tab, "button", "Remove picture 1");
    await say(tab, "another");
    await answered(tab, 2);
    const asked = await tab.evaluate(() => window.asked);
    assert.deepEqual(asked.slice(0, 2), [["a question"], ["a question"]]);
    assert.equal(asked[2].filter((one) => one === "a question").length, 1, "it is sent once");
    seen.errors.length = 0;
    await close();
});

test("without credit it is said before anything is answered", async () => {
    const person = await newPerson(world.gateway);
    const { tab, close } = await world.openAs(
        person,
        `#/o/${person.personal_organization_id}/playground?model=${encodeURIComponent(kModel)}`,
    );
    await say(tab, "hello");
    await tab.waitForSelector(".turn [role=alert]");
    assert.match(await textOf(tab, ".turn [role=alert]"), /credit/);
    await close();
});
