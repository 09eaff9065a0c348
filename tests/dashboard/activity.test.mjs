// The feed: everything about it is in the URL, what is shown is what the CSV has, and the keyboard is enough.
import assert from "node:assert/strict";
import { test } from "node:test";
import { makeUsage, newKey, newPerson } from "./support/accounts.mjs";
import { focused, press, settle, textOf } from "./support/browser.mjs";
import { waitForText } from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const kUsage = 60; // more than a page
const world = useWorld({ usage: kUsage });
const rowsOf = (tab) => tab.$$eval("tbody tr[data-row]", (all) => all.map((one) => one.dataset.row));
const clickText = (tab, text) =>
    tab.evaluate(
        (wanted) =>
            [...document.querySelectorAll("dialog[open] button")]
                .find((one) => one.innerText.startsWith(wanted))
                .click(),
        text,
    );

test("pages follow each other without counting, back and forth, and by link", async () => {
    const { tab, seen, close } = await world.openAs(world.owner, "activity");
    const first = await rowsOf(tab);
    assert.equal(first.length, 50);
    await press(tab, "button", "Older");
    await settle(tab);
    const second = await rowsOf(tab);
    assert.equal(second.length, kUsage - 50);
    assert.ok(!second.some((id) => first.includes(id)));
    assert.match(tab.url(), /cursor=/);
    await tab.reload();
    await settle(tab);
    assert.deepEqual(await rowsOf(tab), second);
    await press(tab, "button", "Newer");
    await settle(tab);
    assert.deepEqual(await rowsOf(tab), first);
    assert.ok(seen.calls.filter((one) => one.endsWith("/activity")).length <= 4, "a call a page");
    await close();
});

test("a filter comes from the values that there are, is in the URL, and goes by its own button", async () => {
    const other = await newKey(world.gateway, world.team, "Nightly build");
    await makeUsage(world.gateway, other, { requests: 3 });
    const { tab, seen, close } = await world.openAs(world.owner, "activity");
    assert.ok(!seen.calls.some((one) => one.endsWith("/values")), "values are asked for when they are wanted");
    await tab.evaluate(() =>
        [...document.querySelectorAll("main button")].find((one) => one.innerText.trim() === "Filter").click(),
    );
    await press(tab, "menuitem", "Key");
    await settle(tab);
    assert.match(await textOf(tab, "dialog[open]"), /Nightly build\s+3/);
    await clickText(tab, "Nightly build");
    await settle(tab);
    assert.match(tab.url(), new RegExp(`key=${other.hash}`));
    assert.equal((await rowsOf(tab)).length, 3);
    await press(tab, "button", "Remove the filter Key: Nightly build");
    await settle(tab);
    assert.doesNotMatch(tab.url(), /key=/);
    assert.equal((await rowsOf(tab)).length, 50);
    await close();
});

test("a filter that no request on the page has is called by its name all the same", async () => {
    const unused = await newKey(world.gateway, world.team, "Never used");
    const { tab, close } = await world.openAs(
        world.owner,
        `activity?key=${unused.hash}&member_id=${world.member.id}&range=hour`,
    );
    await waitForText(tab, "Key: Never used");
    await waitForText(tab, "Member: Mary Member");
    await close();
});

test("the CSV has what the filter shows, row by row, and the same sum", async () => {
    const { tab, close } = await world.openAs(world.owner, `activity?key=${world.key.hash}`);
    const shown = [...(await rowsOf(tab))];
    await press(tab, "button", "Older");
    await settle(tab);
    shown.push(...(await rowsOf(tab)));
    const href = await tab.$eval("a[download]", (one) => one.getAttribute("href"));
    // As a click on it: the browser sends the session's cookie.
    const answer = await tab.evaluate(async (address) => {
        const got = await fetch(address);
        return { status: got.status, text: await got.text() };
    }, href);
    assert.equal(answer.status, 200);
    const [head, ...lines] = answer.text.trim().split("\r\n");
    const at = head.split(",").indexOf("id");
    assert.deepEqual(lines.map((line) => line.split(",")[at]).sort(), shown.sort());
    await close();
});

test("where there is no file the page says why, and saves no error", async () => {
    const { tab, close } = await world.openAs(world.member, "activity");
    await tab.setRequestInterception(true);
    let status = 500;
    tab.on("request", (request) =>
        request.url().includes("format=csv")
            ? request.respond({
                  status,
                  contentType: "application/json",
                  body: JSON.stringify({ error: { message: "The disk is full." } }),
              })
            : request.continue(),
    );
    await tab.click("a[download]");
    await waitForText(tab, "The disk is full.", "body");
    status = 401;
    await tab.click("a[download]");
    await tab.waitForSelector("dialog[open]");
    await waitForText(tab, "Your session has ended", "dialog[open]");
    await close();
});

test("a request is shown beside the feed, with the next and the one before, by mouse, keyboard and link", async () => {
    const { tab, close } = await world.openAs(world.owner, "activity");
    const ids = await rowsOf(tab);
    await press(tab, "button", `Show request ${ids[2]}`);
    await tab.waitForSelector("aside[aria-label=Request]");
    assert.match(await textOf(tab, "aside[aria-label=Request]"), new RegExp(ids[2]));
    assert.match(tab.url(), new RegExp(`request=${ids[2]}`));
    await press(tab, "button", "Older request");
    await tab.waitForFunction(
        (id) => document.querySelector("aside[aria-label=Request]").innerText.includes(id),
        {},
        ids[3],
    );
    await press(tab, "button", "Newer request");
    await tab.waitForFunction(
        (id) => document.querySelector("aside[aria-label=Request]").innerText.includes(id),
        {},
        ids[2],
    );
    await tab.reload();
    await settle(tab);
    assert.match(await textOf(tab, "aside[aria-label=Request]"), new RegExp(ids[2]));
    await tab.focus("aside[aria-label=Request] button");
    await tab.keyboard.press("Escape");
    await tab.waitForFunction(() => document.querySelector("aside[aria-label=Request]") === null);
    await close();
});

test("a link to a request that is not on the page shows it, and says why it cannot show another", async () => {
    const { tab, close } = await world.openAs(world.owner, "activity");
    const first = await rowsOf(tab);
    await press(tab, "button", "Older");
    await settle(tab);
    const [old] = await rowsOf(tab);
    assert.ok(!first.includes(old));
    const panel = "aside[aria-label=Request]";
    const follow = (filters) =>
        tab.evaluate((to) => (location.hash = location.hash.replace(/activity.*/, to)), `activity?${filters}`);
    // Neither the page nor the range of the link has it.
    for (const filters of [`request=${old}`, `request=${old}&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z`]) {
        await follow(filters);
        await waitForText(tab, old, panel);
        await settle(tab); // a call that a reload cuts off is never over for the browser's driver
        await tab.reload();
        await settle(tab);
        await waitForText(tab, old, panel);
        await press(tab, "button", "Close");
    }
    const elsewhere = await newPerson(world.gateway);
    const key = await newKey(world.gateway, elsewhere.organization);
    await makeUsage(world.gateway, key, { requests: 1 });
    const { data } = await world.gateway.call("GET", `/api/organizations/${elsewhere.organization.id}/activity`);
    await follow(`request=${data[0].id}`);
    await waitForText(tab, "not yours to see");
    assert.equal(await tab.$(panel), null);
    await follow("request=gen-01CX5ZZKBK000000000000000A");
    await waitForText(tab, "The linked request is gone: detail is kept for");
    await follow("request=gen-half");
    await waitForText(tab, "The link names no request");
    await press(tab, "button", "Dismiss");
    await tab.waitForFunction(() => !location.hash.includes("request="));
    await close();
});

test("columns are the viewer's choice, and in the URL", async () => {
    const { tab, close } = await world.openAs(world.owner, "activity");
    const heads = () => tab.$$eval("thead th", (all) => all.map((one) => one.innerText.trim()));
    assert.ok(!(await heads()).includes("Provider"));
    await press(tab, "button", "Columns");
    await press(tab, "menuitemcheckbox", "Provider");
    assert.ok((await heads()).includes("Provider"));
    await tab.reload();
    await settle(tab);
    assert.ok((await heads()).includes("Provider"));
    await close();
});

test("live: a request is there within seconds of its end, by one stream and no polling", async () => {
    const { tab, seen, close } = await world.openAs(world.owner, "activity");
    const before = await rowsOf(tab);
    await press(tab, "button", "Live");
    await settle(tab).catch(() => {}); // the stream stays
    seen.calls.length = 0;
    await makeUsage(world.gateway, world.key, { requests: 2 });
    await tab.waitForFunction(
        (old) =>
            [...document.querySelectorAll("tbody tr[data-row]")].filter((one) => !old.includes(one.dataset.row))
                .length === 2,
        { timeout: 5000 },
        before,
    );
    assert.deepEqual(seen.calls, [], "nothing was asked for");
    await close();
});

test("row 84: an own range is set by keyboard alone, and said in words", async () => {
    const { tab, close } = await world.openAs(world.owner, "activity");
    await tab.focus('select[aria-label="Time range"]');
    await tab.select('select[aria-label="Time range"]', "own");
    await tab.waitForSelector("dialog[open]");
    assert.match(await focused(tab), /From/);
    await tab.evaluate(() => {
        const [from, to] = document.querySelectorAll("dialog[open] input");
        const put = (input, text) => {
            input.value = text;
            input.dispatchEvent(new Event("input", { bubbles: true }));
        };
        put(from, "2026-11-02T00:00");
        put(to, "2026-11-01T00:00");
    });
    await tab.keyboard.press("Enter");
    await tab.waitForSelector("dialog[open] [role=alert]");
    assert.match(await textOf(tab, "dialog[open]"), /must end after it begins/);
    await tab.evaluate(() => {
        const to = document.querySelectorAll("dialog[open] input")[1];
        to.value = "2026-11-03T00:00";
        to.dispatchEvent(new Event("input", { bubbles: true }));
    });
    await tab.keyboard.press("Enter");
    await settle(tab);
    assert.match(
        tab.url(),
        /from=2026-11-01T23%3A00%3A00\.000Z&to=2026-11-02T23%3A00%3A00\.000Z/,
        "midnight in Berlin",
    );
    assert.match(
        await tab.$eval(".range [role=status]", (one) => one.textContent),
        /Nov 2, 2026.* to Nov 3, 2026.*Europe\/Berlin/,
    );
    await close();
});

test("row 83: a dialog begins in its first field, and Escape leads back to what opened it", async () => {
    const { tab, close } = await world.openAs(world.owner, "activity");
    await tab.evaluate(() =>
        [...document.querySelectorAll("main button")].find((one) => one.innerText.trim() === "Filter").focus(),
    );
    await tab.keyboard.press("Enter");
    await tab.waitForFunction(() => document.activeElement.role === "menuitem");
    assert.equal(await focused(tab), "Model");
    await tab.keyboard.press("Enter");
    await tab.waitForSelector("dialog[open]");
    assert.equal(await focused(tab), "Begins with");
    for (let presses = 0; presses < 12; ++presses) {
        await tab.keyboard.press("Tab");
        const inside = await tab.evaluate(
            () => document.activeElement === document.body || document.activeElement.closest("dialog[open]") !== null,
        );
        assert.ok(inside, "Tab does not leave the dialog for the page under it");
    }
    await tab.keyboard.press("Escape");
    await tab.waitForFunction(
        () => document.querySelector("dialog[open]") === null && document.activeElement.innerText?.trim() === "Filter",
    );
    await close();
});

test("row 79: what others wrote is shown as text", async () => {
    const person = await newPerson(world.gateway, { name: "<img src=x onerror=alert(1)>" });
    const key = await newKey(world.gateway, person.organization, "</script><svg onload=alert(2)>");
    await makeUsage(world.gateway, key, {
        requests: 1,
        headers: { "x-title": "<b>bold</b>", "http-referer": "javascript:alert(3)", "x-tollgate-tags": "<i>tag</i>" },
    });
    const { tab, close } = await world.openAs(
        person,
        `#/o/${person.organization.id}/activity?columns=model,key,app,tags`,
    );
    const row = await textOf(tab, "tbody");
    for (const text of ["</script><svg onload=alert(2)>", "<b>bold</b>", "<i>tag</i>"])
        assert.ok(row.includes(text), `${text} in ${row}`);
    assert.equal(await tab.$("main img, main script, main b"), null);
    assert.deepEqual(await tab.$$eval("a[href^='javascript:']", (all) => all.length), 0);
    await close();
});

test("a member of an organization that shows each his own sees his own requests only", async () => {
    const settings = await world.gateway.call("GET", `/api/organizations/${world.team.id}/activity/settings`);
    await world.gateway.call("PUT", `/api/organizations/${world.team.id}/activity/settings`, {
        ...settings,
        visibility: "own_only",
    });
    const { tab, close } = await world.openAs(world.member, "activity");
    assert.match(await textOf(tab), /No requests in this time/);
    await close();
});
