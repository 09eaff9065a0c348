// A person who has a keyboard only: presses keys, and knows where the keyboard is.
import assert from "node:assert/strict";

const kMostTabs = 250,
    kAtOnce = 8;
const kWaitMs = 20_000;

// In the page: what lies over it, what the keyboard is in, and all that it goes through.
export async function watchKeyboard(tab) {
    await tab.evaluate(() => {
        const nameOf = (one) => {
            const label = one.labels?.[0]?.cloneNode(true);
            label?.querySelectorAll(".soft").forEach((soft) => soft.remove());
            const text = one.getAttribute("aria-label") || label?.textContent || one.innerText || one.tagName;
            return text.replace(/\s+/g, " ").trim();
        };
        const topDialog = () => [...document.querySelectorAll("dialog:modal")].at(-1) ?? null;
        const isStop = (one) =>
            one.tabIndex >= 0 &&
            !one.disabled &&
            one.checkVisibility({ visibilityProperty: true }) &&
            one.offsetWidth > 0;
        const stopsIn = (frame) =>
            [...frame.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(isStop);
        // A ring, or what stands for one.
        const isMarked = (one) => {
            const { outlineStyle, outlineWidth } = getComputedStyle(one);
            return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
        };
        const log = [];
        document.addEventListener("focusin", ({ target }) => log.push({ target, marked: isMarked(target) }));
        window.keyboard = { nameOf, topDialog, stopsIn, log, opener: null, goal: null };
        const holdBack = (event) => {
            const { goal } = window.keyboard;
            if (event.key !== "Tab" || goal === null) return;
            const name = nameOf(document.activeElement);
            if (goal.passed.length > 0 && goal.pattern.test(name)) event.preventDefault();
            else goal.passed.push(name);
        };
        addEventListener("keydown", holdBack, true);
    });
}

export const focusedName = (tab) => tab.evaluate(() => window.keyboard.nameOf(document.activeElement));

// Tab, until the keyboard is at what has this name. Many presses are sent at once; those after it are held back.
export async function tabTo(tab, wanted) {
    const pattern = wanted instanceof RegExp ? wanted.source : `^${wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`;
    await tab.evaluate((source) => {
        window.keyboard.goal = { pattern: new RegExp(source), passed: [] };
    }, pattern);
    const isThere = () => {
        const { goal, nameOf } = window.keyboard;
        return goal.passed.length > 0 && goal.pattern.test(nameOf(document.activeElement));
    };
    for (let at = 0; at < kMostTabs; at += kAtOnce) {
        for (let press = 0; press < kAtOnce; ++press) await tab.keyboard.press("Tab");
        if (await tab.evaluate(isThere)) {
            await tab.evaluate(() => (window.keyboard.goal = null));
            return;
        }
    }
    const passed = await tab.evaluate(() => window.keyboard.goal.passed);
    assert.fail(`Tab does not reach “${wanted}”; it passes ${[...new Set(passed)].join(" | ")}`);
}

// Arrows, until the keyboard is at this item of the menu that is open.
async function arrowTo(tab, wanted) {
    const passed = [];
    for (let at = 0; at < 40; ++at) {
        const name = await focusedName(tab);
        if (name === wanted) return;
        passed.push(name);
        await tab.keyboard.press("ArrowDown");
    }
    assert.fail(`no arrow reaches “${wanted}”; they pass ${[...new Set(passed)].join(" | ")}`);
}

const menuIsOpen = (tab) => tab.evaluate(() => document.querySelector(".menu:popover-open") !== null);
const afterFrames = (tab) =>
    tab.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

// What is pressed next opens something, and gets the keyboard back from it: a menu's button for the menu's items.
async function noteOpener(tab) {
    await tab.evaluate(() => {
        const menu = document.activeElement.closest(".menu");
        window.keyboard.opener = menu?.previousElementSibling ?? document.activeElement;
        window.keyboard.row = window.keyboard.opener.closest("tr[data-row]");
    });
}

// One step of the way to a dialog: a name is pressed, a field filled in, a choice made.
async function take(tab, step) {
    if (step.keys) {
        await noteOpener(tab);
        for (const key of step.keys.slice(0, -1)) await tab.keyboard.down(key);
        await tab.keyboard.press(step.keys.at(-1));
        for (const key of step.keys.slice(0, -1)) await tab.keyboard.up(key);
    } else if (step.into) {
        await tabTo(tab, step.into);
        await tab.keyboard.down("Control");
        await tab.keyboard.press("a");
        await tab.keyboard.up("Control");
        await tab.keyboard.press("Delete");
        await tab.keyboard.type(step.text);
    } else if (step.choose) {
        await tabTo(tab, step.choose);
        await noteOpener(tab);
        await tab.keyboard.press(step.key);
    } else if (await menuIsOpen(tab)) {
        await tab.waitForFunction(() => document.activeElement.closest(".menu") !== null, { timeout: kWaitMs });
        await arrowTo(tab, step);
        await noteOpener(tab);
        await tab.keyboard.press("Enter");
    } else {
        await tabTo(tab, step.press ?? step);
        const inside = await tab.evaluate(() => document.activeElement.closest("dialog") !== null);
        // A dialog that follows another leads back to what opened the first, unless it lies over it.
        if (!inside || step.press) await noteOpener(tab);
        await tab.keyboard.press("Enter");
    }
}

export async function walkTo(tab, steps) {
    for (const step of steps) {
        await take(tab, step);
        await isQuiet(tab);
    }
}

// What was pressed has been done: nothing is drawn, nothing is on its way.
async function isQuiet(tab) {
    await afterFrames(tab);
    const within = () => (window.keyboard.topDialog() ?? document).querySelector(".skeleton, .spinner") === null;
    await tab.waitForFunction(within, { timeout: kWaitMs });
    await afterFrames(tab);
}

export async function waitForDialog(tab, title) {
    const found = () => {
        const top = window.keyboard.topDialog();
        return top && (top.querySelector("h2")?.textContent ?? top.getAttribute("aria-label"));
    };
    try {
        await tab.waitForFunction(`(${found})() === ${JSON.stringify(title)}`, { timeout: kWaitMs });
    } catch {
        assert.fail(`no dialog “${title}” opens, but “${await tab.evaluate(found)}”`);
    }
    await isQuiet(tab);
}

export async function isInFirstField(tab) {
    const where = await tab.evaluate(() => {
        const top = window.keyboard.topDialog(),
            active = document.activeElement;
        const body = top.querySelector(".dialog-body") ?? top;
        const stops = window.keyboard.stopsIn(body);
        const hasField = stops.some((one) => one.matches("input, select, textarea"));
        return {
            hasStops: stops.length > 0,
            name: window.keyboard.nameOf(active),
            inBody: body.contains(active),
            hasField,
            field: active.matches("input, select, textarea"),
        };
    });
    assert.ok(where.inBody || !where.hasStops, `the keyboard is inside, not at “${where.name}”`);
    assert.ok(where.field || !where.hasField, `the keyboard is in a field, not at “${where.name}”`);
}

// Tab goes through all that can be used in the frame, each marked, and with `closed` through nothing else of the page.
export async function goesRound(tab, { frame, closed }) {
    await tab.evaluate((selector) => {
        const found = selector === null ? window.keyboard.topDialog() : document.querySelector(selector);
        window.keyboard.frame = found;
        window.keyboard.wanted = new Set(window.keyboard.stopsIn(found));
        window.keyboard.log.length = 0;
        window.keyboard.log.push({ target: document.activeElement, marked: true });
    }, frame);
    const look = () => {
        const { log, frame, wanted, nameOf } = window.keyboard;
        const been = new Set(log.map((one) => one.target));
        const rounds = log.filter((one) => one.target === log[0].target).length;
        return {
            missing: [...wanted].filter((one) => one.isConnected && !been.has(one)).map(nameOf),
            outside: [...been].filter((one) => !frame.contains(one)).map(nameOf),
            unmarked: log.filter((one) => frame.contains(one.target) && !one.marked).map((one) => nameOf(one.target)),
            around: rounds > 1 || wanted.size === 1,
        };
    };
    let seen = null;
    for (let pressed = 0; pressed < kMostTabs;) {
        for (let at = 0; at < 8; ++at, ++pressed) await tab.keyboard.press("Tab");
        seen = await tab.evaluate(look);
        if (seen.missing.length === 0 && (!closed || seen.around)) break;
    }
    await tab.keyboard.down("Shift");
    for (let at = 0; at < 3; ++at) await tab.keyboard.press("Tab");
    await tab.keyboard.up("Shift");
    seen = await tab.evaluate(look);
    assert.deepEqual(seen.missing, [], "Tab reaches everything");
    if (closed) assert.deepEqual(seen.outside, [], "Tab goes nowhere behind it");
    assert.deepEqual([...new Set(seen.unmarked)], [], "it is seen where the keyboard is");
}

// After what is wrong is sent: the keyboard is at the field that is wrong, or an alert inside says what is.
export async function saysWhatIsWrong(tab) {
    const look = () => {
        const top = window.keyboard.topDialog();
        if (top === null) return { closed: true };
        const active = document.activeElement;
        const alerts = [...top.querySelectorAll("[role=alert]")].filter((one) => one.checkVisibility());
        return {
            inside: top.contains(active),
            atFault: active.matches("[aria-invalid=true], :invalid"),
            fields: [...top.querySelectorAll("[aria-invalid=true]")].map(window.keyboard.nameOf),
            said: alerts.map((one) => one.textContent).join(),
            at: window.keyboard.nameOf(active),
        };
    };
    let seen = null;
    for (const end = Date.now() + kWaitMs; Date.now() < end;) {
        await afterFrames(tab);
        seen = await tab.evaluate(look);
        if (seen.closed) assert.fail("it closed, as if nothing were wrong");
        if (seen.inside && (seen.atFault || (seen.said !== "" && seen.fields.length === 0))) return;
    }
    assert.fail(`nothing says what is wrong, or the keyboard is elsewhere: ${JSON.stringify(seen)}`);
}

export async function pressSubmit(tab, name) {
    const wanted =
        name ??
        (await tab.evaluate(() => window.keyboard.nameOf(window.keyboard.topDialog().querySelector("[type=submit]"))));
    await tabTo(tab, wanted);
    await tab.keyboard.press("Enter");
    await afterFrames(tab);
}

export const countDialogs = (tab) => tab.evaluate(() => document.querySelectorAll("dialog:modal").length);

export async function waitForDialogs(tab, count) {
    await tab.waitForFunction(
        (wanted) => document.querySelectorAll("dialog:modal").length === wanted,
        { timeout: kWaitMs },
        count,
    );
}

// The keyboard is at what opened the dialog; where that is gone in a row near it, or at the page's heading.
export async function isBackAtOpener(tab) {
    const look = () => {
        const { opener, nameOf } = window.keyboard;
        const active = document.activeElement;
        const near = active.closest("tr[data-row]") !== null || active.matches("main h1, .table-frame");
        return { back: active === opener || (!opener.isConnected && near), at: nameOf(active), from: nameOf(opener) };
    };
    let seen = null;
    for (const end = Date.now() + 3000; Date.now() < end;) {
        await afterFrames(tab);
        seen = await tab.evaluate(look);
        if (seen.back) return;
    }
    assert.fail(`the keyboard is at “${seen.at}”, not back at “${seen.from}”`);
}
