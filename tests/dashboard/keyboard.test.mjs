// Every dialog, menu and side panel, with the keyboard alone: reached, gone round, sent wrongly, closed, and back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newOperator, newPerson } from "./support/accounts.mjs";
import { settle } from "./support/browser.mjs";
import { kDialogs, kMenus, kPanels } from "./support/dialog_table.mjs";
import { dialogsOfSources, kByHand, madeByHand } from "./support/dialog_sources.mjs";
import {
    countDialogs,
    focusedName,
    goesRound,
    isBackAtOpener,
    isInFirstField,
    pressSubmit,
    saysWhatIsWrong,
    tabTo,
    waitForDialog,
    waitForDialogs,
    walkTo,
    watchKeyboard,
} from "./support/keyboard.mjs";
import { signIn } from "./support/signing_in.mjs";
import { useWorld } from "./support/world.mjs";

const kRefusal = { error: { message: "Refused by the test.", code: "conflict" } };
const world = useWorld({ usage: 3 });
const tabs = new Map(); // by person: one for all that is walked as that person

let prepared = null; // once, by whichever test is first
async function prepare() {
    const { gateway, team, owner, admin, member } = world;
    const path = `/api/organizations/${team.id}`;
    const post = (rest, body, person) => gateway.call("POST", path + rest, body, person?.token);
    await post("/keys", { name: "Service", kind: "service" }, admin);
    await post("/keys", { name: "Own", kind: "inference" }, owner);
    const off = (await post("/keys", { name: "Off" }, owner)).data;
    await gateway.call("PATCH", `${path}/keys/${off.hash}`, { disabled: true });
    await post("/projects", { name: "Second" });
    const old = await post("/projects", { name: "Old" });
    await gateway.call("PATCH", `${path}/projects/${old.id}`, { archived: true });
    await post("/presets", { slug: "terse", models: ["sample/echo"] });
    await post("/provider-keys", { provider: "sample", label: "spare", secret: "sk-spare-1234", skip_test: true });
    await post("/git-claims", { provider: "github", git_organization: "acme" });
    await post("/credit-requests", { amount: 5, note: "for tests" }, member);
    await post("/invitations", { email: "invited@example.com" });
    const suspended = await newPerson(gateway, { name: "Sue Suspended", role: "member", team });
    await gateway.call("PATCH", `${path}/members/${suspended.id}`, { status: "suspended" });
    await gateway.call("POST", "/api/vouchers", { amount: 7 });
    await gateway.call("POST", "/api/allowances", { organization_id: team.id, amount: 1, interval: "monthly" });
    const { data: token } = await gateway.call("POST", "/api/me/tokens", { name: "Token off" }, owner.token);
    await gateway.call("PATCH", `/api/me/tokens/${token.hash}`, { disabled: true }, owner.token);
    await signIn(gateway, owner);
    await signIn(gateway, owner);
    world.operator = await newOperator(gateway);
}
// Nothing is changed unless the row lets it: each change is refused, which is what a wrong submission may be.
async function openFor(row) {
    await (prepared ??= prepare());
    const who = row.as ?? "owner";
    if (!tabs.has(who)) {
        const opened = await world.openAs(world[who], who === "operator" ? "#/operator/mail" : "settings/billing");
        await watchKeyboard(opened.tab);
        await opened.tab.setRequestInterception(true);
        opened.tab.on("request", (request) => {
            const method = request.method(),
                { pathname } = new URL(request.url());
            const path = pathname.slice(new URL(opened.url).pathname.replace(/\/$/, "").length);
            const said = opened.row?.answers?.(method, path) ?? null;
            const refused = method !== "GET" && !opened.row?.lets ? { status: 409, body: kRefusal } : null;
            const answer = said ?? refused;
            if (answer === null) return request.continue();
            return request.respond({
                status: answer.status,
                contentType: "application/json",
                body: JSON.stringify(answer.body),
            });
        });
        tabs.set(who, opened);
    }
    const opened = tabs.get(who);
    const { tab } = opened;
    opened.row = row;
    const page = fill(row.page);
    const hash = page.startsWith("#") ? page : `#/o/${world.team.id}/${page}`;
    if (row.answers || (await tab.evaluate(() => location.hash)) !== hash) {
        await tab.evaluate((wanted) => {
            location.hash = "#/account/new-organization"; // so that the page is made anew
            setTimeout(() => (location.hash = wanted), 50);
        }, hash);
        await tab.waitForFunction((wanted) => location.hash === wanted, {}, hash);
        await settle(tab);
    }
    return tab;
}

async function cleanUp(tab) {
    while ((await countDialogs(tab)) > 0) {
        const before = await countDialogs(tab);
        await tab.keyboard.press("Escape");
        await waitForDialogs(tab, before - 1);
    }
}
// What stands for names that there are only when tests run.
const fill = (text) =>
    typeof text !== "string"
        ? text
        : text
              .replace("{team}", world.team?.name)
              .replace("{member}", world.member?.email)
              .replace("{operators}", world.operator?.organization.id);

for (const row of kDialogs) {
    test(`${row.file}: ${row.title}`, async () => {
        const tab = await openFor(row);
        await row.begin?.(tab);
        await walkTo(tab, row.via.map(fill));
        await waitForDialog(tab, fill(row.title));
        await isInFirstField(tab);
        await goesRound(tab, { frame: null, closed: true });
        if (!row.harmless) {
            if (row.wrong) await walkTo(tab, row.wrong);
            await pressSubmit(tab, fill(row.submit));
            await saysWhatIsWrong(tab);
        }
        const open = await countDialogs(tab);
        if (row.mustAnswer) {
            for (const key of ["Escape", "Escape"]) await tab.keyboard.press(key);
            assert.equal(await countDialogs(tab), open, "Escape does not close it");
            await row.mustAnswer(tab, world);
        } else {
            await tab.keyboard.press("Escape");
        }
        await waitForDialogs(tab, open - 1);
        await isBackAtOpener(tab);
        await cleanUp(tab);
    });
}

for (const row of kMenus) {
    test(`${row.file}: the menu ${row.title}`, async () => {
        const tab = await openFor(row);
        await walkTo(tab, row.via.map(fill));
        const items = () =>
            tab.$$eval(".menu:popover-open [role^=menuitem]", (all) => all.map((one) => window.keyboard.nameOf(one)));
        const all = await items();
        assert.equal(await tab.$eval(".menu:popover-open", (one) => one.getAttribute("aria-label")), fill(row.title));
        assert.equal(await focusedName(tab), all[0], "the keyboard is at the first");
        const passed = [];
        for (const _ of all) {
            passed.push(await focusedName(tab));
            await tab.keyboard.press("ArrowDown");
        }
        assert.deepEqual(passed, all);
        assert.equal(await focusedName(tab), all[0], "down from the last is the first");
        await tab.keyboard.press("ArrowUp");
        assert.equal(await focusedName(tab), all.at(-1));
        await tab.keyboard.press("Home");
        assert.equal(await focusedName(tab), all[0]);
        await tab.keyboard.press("Escape");
        assert.equal(await tab.$(".menu:popover-open"), null);
        await isBackAtOpener(tab);
    });
}

for (const row of kPanels) {
    test(`${row.file}: the panel ${row.title}`, async () => {
        const tab = await openFor(row);
        await walkTo(tab, row.via.map(fill));
        const inside = () =>
            tab.evaluate(() => document.activeElement.closest("aside.side-panel")?.getAttribute("aria-label") ?? null);
        assert.equal(await inside(), row.title, "the keyboard is in it");
        await goesRound(tab, { frame: "aside.side-panel", closed: false });
        if (row.onward) {
            await tabTo(tab, row.onward);
            await tab.keyboard.press("Enter");
            await settle(tab);
            assert.equal(await focusedName(tab), row.onward, "it can be pressed again");
        }
        if ((await inside()) === null) await tabTo(tab, "Close");
        await tab.keyboard.press("Escape");
        await tab.waitForFunction(() => document.querySelector("aside.side-panel") === null);
        await isBackAtOpener(tab);
    });
}

test("whatever the sources have is walked above, and nothing makes a dialog of its own", async () => {
    const rows = [...kDialogs, ...kMenus, ...kPanels].map((row) => ({ file: row.file, title: fill(row.title) }));
    const found = await dialogsOfSources();
    const same = (one, row) => one.file === row.file && new RegExp(`^${one.pattern}$`).test(row.title);
    const forgotten = found.filter((one) => !rows.some((row) => same(one, row)));
    assert.deepEqual(forgotten, [], "each dialog of the sources has its row in support/dialog_table.mjs");
    const gone = rows.filter((row) => !found.some((one) => same(one, row)));
    assert.deepEqual(gone, [], "each row is of a dialog that there is");
    assert.deepEqual(await madeByHand(), kByHand);
});

for (const page of ["overview", "activity", "keys"]) {
    test(`${page}: the skip link is first, and it is seen where the keyboard is`, async () => {
        const { tab, close } = await world.openAs(world.owner, page);
        await watchKeyboard(tab);
        await tab.keyboard.press("Tab");
        assert.equal(await focusedName(tab), "Skip to the content");
        const top = await tab.evaluate(() => document.activeElement.getBoundingClientRect().top);
        assert.ok(top >= 0, "the link comes into sight");
        await tab.keyboard.press("Enter");
        assert.equal(await tab.evaluate(() => document.activeElement.id), "main");
        await tab.keyboard.press("Tab");
        assert.ok(await tab.evaluate(() => document.activeElement.closest("main") !== null), "and goes on from there");
        await goesRound(tab, { frame: "body", closed: false });
        await close();
    });
}
