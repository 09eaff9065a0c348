// What people do with fields, menus and dialogs, by the names that a screen reader calls them.
import assert from "node:assert/strict";
import { faultsOfAccess, kThemes, press, settle, textOf } from "./browser.mjs";

const kNarrow = 360,
    kWide = 1440;

export async function chooseAction(tab, menu, action) {
    await press(tab, "button", menu);
    const item = (role) => tab.waitForSelector(`aria/${action}[role="${role}"]`, { timeout: 120_000 });
    await (await Promise.any([item("menuitem"), item("menuitemcheckbox")])).click();
}
export async function select(tab, label, value) {
    const found = await tab.waitForSelector(`aria/${label}[role="combobox"]`, { timeout: 120_000 });
    await found.select(value);
}
export async function tick(tab, label) {
    const found = await tab.waitForSelector(`aria/${label}[role="checkbox"]`, { timeout: 120_000 });
    await found.click();
}
// The field of this label, whether it may stay empty or not; of a dialog that is open.
export function fieldOf(tab, label) {
    return tab.waitForFunction(
        (wanted) => {
            const within = document.querySelector("dialog[open]") ?? document;
            const names = [wanted, `${wanted} (optional)`];
            return [...within.querySelectorAll("input, textarea, select")].find((one) =>
                [...(one.labels ?? [])].some((name) => names.includes(name.textContent.trim())),
            );
        },
        { timeout: 120_000 },
        label,
    );
}
// In place of what is there.
export async function retype(tab, label, text) {
    const input = await fieldOf(tab, label);
    await input.evaluate((one) => (one.focus(), one.select()));
    await tab.keyboard.press("Delete");
    await input.type(text);
}
export const dialogGone = (tab) => tab.waitForFunction(() => document.querySelector("dialog[open]") === null);

export async function waitForText(tab, text, selector = "main") {
    await tab.waitForFunction(
        (where, wanted) => document.querySelector(where)?.innerText.includes(wanted),
        { timeout: 120_000 },
        selector,
        text,
    );
}

// Until what the API says is as expected: the page may be answered a little later.
export async function eventually(ask, expected) {
    const end = Date.now() + 150_000;
    for (;;) {
        const found = await ask();
        try {
            return assert.deepEqual(found, expected);
        } catch (failure) {
            if (Date.now() > end) throw failure;
        }
        await new Promise((done) => setTimeout(done, 100));
    }
}

// Where the machine is slow, axe would else see colours of the theme before: they change over a moment.
const coloursHaveChanged = () =>
    Promise.allSettled(
        document
            .getAnimations()
            .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
            .map((one) => one.finished),
    );

// As each page must be, dialogs on it included: without faults of access in both themes, and no wider than a phone.
export async function isForEveryone(tab) {
    for (const width of [kNarrow, kWide]) {
        await tab.setViewport({ width, height: 900 });
        for (const theme of kThemes) {
            await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
            await settle(tab);
            await tab.evaluate(coloursHaveChanged);
            assert.equal(await faultsOfAccess(tab), "", `${width} px, ${theme}`);
        }
        const beyond = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(beyond <= 0, `the page is ${beyond} px wider than ${width} px`);
    }
}

// Why a button cannot be pressed; null: it can.
export async function reasonAgainst(tab, name) {
    const found = await tab.waitForSelector(`aria/${name}[role="button"]`, { timeout: 120_000 });
    return found.evaluate((one) =>
        one.getAttribute("aria-disabled") === "true"
            ? document.getElementById(one.getAttribute("aria-describedby"))?.textContent
            : null,
    );
}
