// What a browser does with the files: they are loaded once, kept, and after an upgrade asked for anew.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { settle } from "./support/browser.mjs";
import { eventually } from "./support/forms.mjs";
import { kFromSources } from "./support/front.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 1 });
// Below the address of the gateway.
const pathOf = (address) => address.slice(world.gateway.url.length).split("?")[0];

const kUnlessEmbedded = { skip: kFromSources && "the pages come from the sources" };
test(
    "the page comes compressed, with four files, and the second load asks for two of them",
    kUnlessEmbedded,
    async () => {
        const { tab, close } = await world.openTab();
        const came = [];
        tab.on("response", (response) => response.url().includes("/api/") || came.push(response));
        await tab.goto(`${world.gateway.url}/`);
        await settle(tab);
        const names = new Set(came.map((one) => pathOf(one.url()))); // Chromium asks for the icon twice
        assert.equal(names.size, 5, [...names].join());
        for (const response of came)
            assert.match(response.headers()["content-encoding"], /^(br|gzip)$/, response.url());
        came.length = 0;
        await tab.goto("about:blank");
        await tab.goto(`${world.gateway.url}/`);
        await settle(tab);
        const asked = came.filter((one) => !one.fromCache()).map((one) => pathOf(one.url()));
        assert.ok(
            asked.every((path) => path === "/" || path === "/assets/reload_once.js"),
            asked.join(),
        );
        await close();
    },
);

test("a page of an older version, whose files are gone, is loaded anew once and not for ever", async () => {
    const { tab, close } = await world.openTab();
    let loads = 0;
    await tab.setRequestInterception(true);
    tab.on("request", (request) => {
        const path = pathOf(request.url());
        if (path === "/") ++loads;
        return /^\/assets\/app-.*\.js$/.test(path)
            ? request.respond({ status: 404, body: "gone" })
            : request.continue();
    });
    await tab.goto(`${world.gateway.url}/`);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal(loads, 2);
    await close();
});

test("no other site may frame the page", async () => {
    // On this machine, as the gateway is: pages of elsewhere may not ask for anything here, whatever is asked for.
    const site = createServer((_, to) =>
        to
            .writeHead(200, { "content-type": "text/html" })
            .end(`<!doctype html><link rel="icon" href="data:,"><iframe src="${world.gateway.url}/"></iframe>`),
    );
    await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
    const { tab, seen, close } = await world.openTab();
    await tab.goto(`http://127.0.0.1:${site.address().port}/`);
    const refused = () => seen.violations.some((one) => /ContentSecurityPolicyIssue.*frame-ancestors/.test(one));
    await eventually(refused, true);
    const frame = tab.frames().find((one) => one !== tab.mainFrame());
    assert.equal(await frame.$("#app"), null);
    site.close();
    await world.forgive(seen);
    await close();
});

test("what a page must not do is noticed, by each who watches for it", async () => {
    const { tab, seen, close } = await world.openAs(null, "#/sign-in");
    await tab.evaluate(() => {
        document.body.append(Object.assign(new Image(), { src: "https://elsewhere.test/picture.png" }));
        setTimeout(() => {
            throw new Error("a fault of the page");
        });
    });
    const watchers = () => [
        seen.violations.some((one) => one.startsWith("img-src https://elsewhere.test/picture.png")), // the page
        seen.violations.some((one) => one.startsWith("ContentSecurityPolicyIssue")), // the browser
        seen.errors.some((one) => one.includes("a fault of the page")),
    ];
    await eventually(watchers, [true, true, true]);
    await assert.rejects(close(), /img-src/);
    await world.forgive(seen);
});
