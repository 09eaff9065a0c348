// What must hold of each page, in both themes, on a phone, a tablet and a wide screen.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newOperator } from "./support/accounts.mjs";
import { faultsOfAccess, kThemes, kWidths, settle } from "./support/browser.mjs";
import { kLookedAtAgain, kPages, visitorOf } from "./support/pages.mjs";
import { useWorld } from "./support/world.mjs";

const kMostCalls = 4;
const world = useWorld();
let made = null;
const operator = () => (made ??= newOperator(world.gateway));
const personOf = (page) => {
    const visitor = visitorOf(page);
    return visitor === "operator" ? operator() : visitor === "owner" ? world.owner : null;
};

// One load a page: width and theme change under it, as when a window is drawn smaller.
for (const page of kPages) {
    test(`${page}: readable for everyone, in few calls`, async () => {
        const { tab, seen, close } = await world.openAs(await personOf(page), page);
        assert.equal((await tab.$$("h1")).length, 1, "one heading of the first level");
        const asked = page === kLookedAtAgain ? [...new Set(seen.calls)] : seen.calls;
        const calls = asked.filter((one) => !one.endsWith("/live"));
        assert.ok(calls.length <= kMostCalls, `${calls.length} calls: ${calls.join(", ")}`);
        for (const width of kWidths) {
            await tab.setViewport({ width, height: 900 });
            for (const theme of kThemes) {
                await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
                await settle(tab);
                assert.equal(await faultsOfAccess(tab), "", `${width} px, ${theme}`);
            }
            const beyond = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.ok(beyond <= 0, `the page is ${beyond} px wider than ${width} px`);
        }
        await close();
    });
}
