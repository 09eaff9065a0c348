// What a browser does with the files: they are loaded once, kept, and after an upgrade asked for anew.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openTab, settle } from "./support/browser.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 1 });

test("the page comes compressed, with four files, and the second load asks for two of them", async () => {
    const { tab, close } = await openTab(world.browser);
    const came = [];
    tab.on("response", (response) => response.url().includes("/api/") || came.push(response));
    await tab.goto(`${world.gateway.url}/`);
    await settle(tab);
    const names = new Set(came.map((one) => new URL(one.url()).pathname)); // Chromium asks for the icon twice
    assert.equal(names.size, 5, [...names].join());
    for (const response of came) assert.match(response.headers()["content-encoding"], /^(br|gzip)$/, response.url());
    came.length = 0;
    await tab.goto("about:blank");
    await tab.goto(`${world.gateway.url}/`);
    await settle(tab);
    const asked = came.filter((one) => !one.fromCache()).map((one) => new URL(one.url()).pathname);
    assert.ok(
        asked.every((path) => path === "/" || path === "/assets/reload_once.js"),
        asked.join(),
    );
    await close();
});

test("a page of an older version, whose files are gone, is loaded anew once and not for ever", async () => {
    const { tab, close } = await openTab(world.browser);
    let loads = 0;
    await tab.setRequestInterception(true);
    tab.on("request", (request) => {
        const { pathname } = new URL(request.url());
        if (pathname === "/") ++loads;
        return /\/assets\/app-.*\.js$/.test(pathname)
            ? request.respond({ status: 404, body: "gone" })
            : request.continue();
    });
    await tab.goto(`${world.gateway.url}/`);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal(loads, 2);
    await close();
});

test("no other site may frame the page", async () => {
    const { tab, close } = await openTab(world.browser);
    await tab.setRequestInterception(true);
    tab.on("request", (request) => {
        if (request.url() !== "http://evil.test/") return request.continue();
        return request.respond({ contentType: "text/html", body: `<iframe src="${world.gateway.url}/"></iframe>` });
    });
    await tab.goto("http://evil.test/");
    await new Promise((resolve) => setTimeout(resolve, 500));
    const frame = tab.frames().find((one) => one !== tab.mainFrame());
    assert.ok(frame === undefined || !frame.url().startsWith(world.gateway.url) || (await frame.$("#app")) === null);
    await close();
});
