// The audit log: who changed what, with the difference, filtered, linked and as CSV; and who was refused what.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { newKey } from "./support/accounts.mjs";
import { press, settle, textOf } from "./support/browser.mjs";
import { isForEveryone, retype } from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 1 });
const path = (rest = "") => `/api/organizations/${world.team.id}${rest}`;
const get = (rest) => world.gateway.call("GET", path(rest));
const rows = (tab) => tab.$$eval("tbody tr[data-row]", (all) => all.map((one) => one.dataset.row));
const asOwner = (method, rest, body) => world.gateway.call(method, path(rest), body, world.owner.token);

test("a change is shown with what it was before and after, by mouse, keyboard and link", async () => {
    const key = await newKey(world.gateway, world.team, "Audited");
    await asOwner("PATCH", `/keys/${key.hash}`, { name: "Audited <b>twice</b>" });
    const { data } = await get("/audit");
    assert.equal(data[0].action, "key.update");
    const { tab, close } = await world.openAs(world.admin, "audit");
    assert.deepEqual(
        await rows(tab),
        data.map((one) => String(one.change)),
    );
    assert.match(
        await textOf(tab, `tr[data-row="${data[0].change}"]`),
        /Ada Example\s+changed the key Audited <b>twice<\/b>/,
    );
    await press(tab, "button", `Show change ${data[0].change}`);
    await tab.waitForSelector("aside[aria-label=Change]");
    const before = await tab.$$eval("aside[aria-label=Change] .diff tr", (all) => all.map((one) => one.innerText));
    assert.ok(
        before.some((one) => /name.*Audited.*Audited <b>twice<\/b>/s.test(one)),
        before.join(),
    );
    assert.equal(await tab.$("aside[aria-label=Change] b"), null, "names are text");
    await isForEveryone(tab);
    await press(tab, "button", "Older change");
    await tab.waitForFunction((change) => location.hash.includes(`change=${change}`), {}, data[1].change);
    await tab.reload();
    await settle(tab);
    assert.match(await textOf(tab, "aside[aria-label=Change]"), new RegExp(data[1].action.replace(".", "\\.")));
    await tab.focus("aside[aria-label=Change] button");
    await tab.keyboard.press("Escape");
    await tab.waitForFunction(() => document.querySelector("aside[aria-label=Change]") === null);
    await close();
});

test("members are called by their names, with a link to what they do", async () => {
    const { data } = await get("/audit?action=member.create");
    const row = data.find((one) => one.target.endsWith(world.member.id));
    const { tab, close } = await world.openAs(world.owner, "audit");
    const selector = `tr[data-row="${row.change}"]`;
    await tab.waitForFunction((at) => document.querySelector(at).innerText.includes("Mary"), {}, selector);
    assert.match(await textOf(tab, selector), /added Mary Member as member/);
    const href = await tab.$eval(`${selector} th a`, (one) => one.getAttribute("href"));
    assert.ok(href.endsWith(`/activity?member_id=${world.member.id}`), href);
    await close();
});

// Where the gateway says what a change is called: at its route, or where the change begins.
async function actsOfSources() {
    const root = new URL("../../", import.meta.url);
    const acts = new Set();
    for (const folder of ["gateway/", "accounting/"]) {
        for (const file of await readdir(new URL(folder, root), { recursive: true })) {
            if (!/\.(cc|h)$/.test(file)) continue;
            const text = await readFile(new URL(folder + file, root), "utf8");
            for (const [, act] of text.matchAll(/, "([a-z_]+\.[a-z_]+)"\}/g))
                if (file.includes("routes/")) acts.add(act);
            for (const [begin] of text.matchAll(/\bChange \w+\([^;]*;/g))
                for (const [, act] of begin.matchAll(/"([a-z_]+\.[a-z_]+)"/g)) acts.add(act);
        }
    }
    const kinds = await readFile(new URL("accounting/ledger/transaction_request.cc", root), "utf8");
    const names = /name_of\(TransactionKind.*?\n}/s.exec(kinds)[0];
    for (const [, kind] of names.matchAll(/case [^;]*?return "([a-z -]+)"/gs))
        acts.add(`transaction.${kind.replace(/[ -]/g, "_")}`);
    return acts;
}

test("every act that the gateway knows has words", async () => {
    const words = await readFile(new URL("../../gateway/dashboard/pages/audit/act_words.ts", import.meta.url), "utf8");
    const worded = [...words.matchAll(/^ +"([a-z_]+\.[a-z_]+)":/gm)].map(([, act]) => act);
    const acts = [...(await actsOfSources())].sort();
    assert.ok(acts.length > 80, String(acts.length));
    assert.deepEqual(worded.sort(), acts);
});

test("filters by what and by whom are in the URL, and the CSV has what they show", async () => {
    await asOwner("POST", "/projects", { name: "By Ada" });
    const { tab, url, close } = await world.openAs(world.owner, "audit");
    await press(tab, "button", "Filter");
    await tab.waitForSelector("dialog[open]");
    await retype(tab, "What", "project.create");
    await retype(tab, "Who", `user:${world.owner.id}`);
    await press(tab, "button", "Show");
    await settle(tab);
    const { data } = await get(`/audit?action=project.create&actor=user:${world.owner.id}`);
    assert.ok(data.length > 0);
    assert.deepEqual(
        await rows(tab),
        data.map((one) => String(one.change)),
    );
    const href = await tab.$eval("a[download]", (one) => one.getAttribute("href"));
    const answer = await fetch(`${url}/${href}`, { headers: { authorization: `Bearer ${world.owner.token}` } });
    assert.equal(answer.status, 200);
    const [head, ...lines] = (await answer.text()).trim().split("\r\n");
    const at = head.split(",").indexOf("change");
    assert.deepEqual(
        lines.map((line) => line.split(",")[at]),
        await rows(tab),
    );
    await press(tab, "button", "Remove the filter Who: Ada Example");
    await settle(tab);
    assert.doesNotMatch(tab.url(), /actor=/);
    assert.match(tab.url(), /action=project\.create/);
    await close();
});

test("one press shows all by the same person, or of the same kind", async () => {
    const { data } = await get("/audit");
    const { tab, close } = await world.openAs(world.owner, `audit?change=${data[0].change}`);
    await press(tab, "button", "All of this kind");
    await settle(tab);
    const same = (await get(`/audit?action=${data[0].action}`)).data;
    assert.deepEqual(
        await rows(tab),
        same.map((one) => String(one.change)),
    );
    await close();
});

test("who was refused what", async () => {
    await assert.rejects(world.gateway.call("POST", path("/projects"), { name: "no" }, world.member.token), /403/);
    const { tab, close } = await world.openAs(world.owner, "audit/refusals");
    const { data } = await get("/audit/refusals");
    const mine = data.find((one) => one.actor === `user:${world.member.id}`);
    assert.ok(mine, JSON.stringify(data));
    assert.match(await textOf(tab), /Mary Member\s+POST [^\n]*projects\s+Lacks the right/);
    await isForEveryone(tab);
    await close();
});

test("a member may not see it, and nothing is asked for", async () => {
    const { tab, seen, close } = await world.openAs(world.member, "audit");
    assert.match(await textOf(tab), /Your role does not show this here/);
    assert.ok(!seen.calls.some((one) => one.includes("audit")), seen.calls.join());
    await close();
});
