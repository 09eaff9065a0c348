// What was typed and is not saved is not lost without a question.
import assert from "node:assert/strict";
import { test } from "node:test";
import { press, settle } from "./support/browser.mjs";
import { retype, waitForText } from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 0 });
const dialogs = async (tab) => (await tab.$$("dialog[open]")).length;
const valueOf = (tab) => tab.$eval("dialog[open] input", (one) => one.value);

test("a dialog with something typed asks before it closes, and a click beside it does nothing", async () => {
    const { tab, seen, close } = await world.openAs(world.owner, "keys");
    await press(tab, "button", "New key");
    await settle(tab);
    await tab.mouse.click(5, 5);
    assert.equal(await dialogs(tab), 0, "untouched it closes by a click beside it");
    await press(tab, "button", "New key");
    await settle(tab);
    await retype(tab, "Name", "half of a name");
    await tab.mouse.click(5, 5);
    assert.deepEqual([await dialogs(tab), seen.asked.length], [1, 0]);
    seen.answer = false;
    await tab.keyboard.press("Escape");
    await tab.evaluate(() => history.back());
    await tab.waitForFunction(() => location.hash.includes("new=key"));
    await settle(tab);
    assert.equal(seen.asked.length, 2, seen.asked.join());
    assert.equal(await valueOf(tab), "half of a name");
    seen.answer = true;
    await tab.keyboard.press("Escape");
    await tab.waitForFunction(() => document.querySelector("dialog[open]") === null);
    assert.equal(seen.asked.length, 3);
    await close();
});

test("back closes a dialog that was opened, and stays on the page", async () => {
    const { tab, seen, close } = await world.openAs(world.owner, "keys");
    await press(tab, "button", "New key");
    await settle(tab);
    await tab.goBack();
    await tab.waitForFunction(() => document.querySelector("dialog[open]") === null);
    assert.match(tab.url(), /\/keys$/);
    assert.equal(seen.asked.length, 0);
    await close();
});

test("a form of a page asks before one goes to another page, and not after it was saved", async () => {
    const { tab, seen, close } = await world.openAs(world.owner, "settings");
    await retype(tab, "Name", "Another Name");
    seen.answer = false;
    await press(tab, "link", "Members");
    assert.equal(seen.asked.length, 1);
    assert.match(tab.url(), /\/settings$/);
    await tab.$$eval("section[aria-label=Organization] button", (all) =>
        all.find((one) => one.innerText.trim() === "Save").click(),
    );
    await waitForText(tab, "Saved.", ".toasts");
    await press(tab, "link", "Members");
    await tab.waitForFunction(() => location.hash.endsWith("/members"));
    assert.equal(seen.asked.length, 1);
    await close();
});
