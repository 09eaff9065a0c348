// The frame of the page: navigation, switching, palette, theme, signing in again; by mouse and by keyboard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPerson } from "./support/accounts.mjs";
import { focused, press, settle, textOf } from "./support/browser.mjs";
import { waitForText } from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 1 });
const heading = (tab) => tab.$eval("main h1", (one) => one.innerText);

test("the navigation has what the role may see, and says whose money is spent", async () => {
    const links = async (person) => {
        const { tab, close } = await world.openAs(person, "overview");
        const found = await tab.$$eval("nav[aria-label=Pages] a", (all) => all.map((one) => one.innerText.trim()));
        assert.match(await textOf(tab, ".switcher"), /Example Team \d+\s+Spends the team's credit/);
        await close();
        return found;
    };
    const owners = await links(world.owner),
        admins = await links(world.admin),
        members = await links(world.member);
    assert.ok(owners.includes("Git organizations") && owners.includes("Audit log"));
    assert.ok(!admins.includes("Git organizations") && admins.includes("Audit log"));
    assert.ok(!members.includes("Audit log") && !members.includes("Provider keys") && members.includes("API keys"));
});

test("rows 86 and 88: the organization is the URL's, in each tab for itself, and a switch leaves nothing behind", async () => {
    const { tab, seen, url, close } = await world.openAs(world.owner, "overview");
    const personal = world.owner.personal_organization_id;
    assert.match(await textOf(tab, ".switcher"), /Example Team/);
    await tab.click(".switcher");
    await press(tab, "menuitem", "Ada Example (personal)");
    await settle(tab);
    assert.equal(tab.url(), `${url}/#/o/${personal}/overview`);
    assert.match(await textOf(tab, ".switcher"), /Ada Example\s+Spends your own credit/);
    seen.calls.length = 0;
    await tab.goBack();
    await settle(tab);
    assert.match(await textOf(tab, ".switcher"), /Example Team/);
    assert.ok(
        seen.calls.every((one) => !one.includes(personal)),
        seen.calls.join(),
    );
    assert.ok(seen.calls.some((one) => one.includes(world.team.id)));
    await close();
});

test("rows 86 and 87: an answer of the organization before, which comes late, is thrown away", async () => {
    const { tab, close } = await world.openAs(world.owner, "overview");
    const personal = world.owner.personal_organization_id;
    await tab.setRequestInterception(true);
    const held = [];
    tab.on("request", (request) => (request.url().includes(personal) ? held.push(request) : request.continue()));
    await tab.evaluate((id) => {
        location.hash = `#/o/${id}/overview`;
    }, personal);
    await tab.waitForFunction(() => document.querySelector(".switcher strong").innerText === "Ada Example");
    await tab.evaluate((id) => {
        location.hash = `#/o/${id}/overview`;
    }, world.team.id);
    await tab.waitForFunction(() => document.querySelector(".switcher strong").innerText.startsWith("Example Team"));
    for (const request of held) await request.continue().catch(() => {}); // those that the page has not cancelled
    await settle(tab);
    assert.match(await textOf(tab, ".switcher"), /Example Team/);
    const links = await tab.$$eval("nav[aria-label=Pages] a", (all) => all.map((one) => one.getAttribute("href")));
    assert.ok(links.length > 5 && links.every((one) => one.includes(world.team.id)), "every link is of the team");
    await close();
});

test("an organization that is not the person's is not found, and nothing of it is shown", async () => {
    const stranger = await newPerson(world.gateway, { name: "Eve Elsewhere" });
    const { tab, close } = await world.openAs(stranger, "overview");
    assert.match(await textOf(tab), /There is no such page/);
    assert.doesNotMatch(await textOf(tab, "body"), new RegExp(world.team.name));
    await close();
});

test("row 81: whoever is not signed in is led to sign in once, and the way back is kept", async () => {
    const { tab, seen, url, close } = await world.openAs(null, "activity?model=sample%2Fecho");
    const at = new URL(tab.url().slice(`${url}/#`.length), url);
    assert.equal(at.pathname, "/sign-in");
    assert.equal(at.searchParams.get("to"), `#/o/${world.team.id}/activity?model=sample%2Fecho`);
    assert.equal(seen.calls.filter((one) => one === "GET /api/me").length, 1, seen.calls.join());
    assert.equal(await heading(tab), "Sign in");
    assert.ok(tab.url().startsWith(url));
    await close();
});

test("row 78: the way back leads to a place of this page and nowhere else", async () => {
    for (const to of [
        "//e.test",
        "/\\e.test",
        "/%5Ce.test",
        "https:e.test",
        "javascript:alert(1)",
        "#javascript:alert(1)",
        "\t//e.test",
        "#/sign-in?to=x",
        "a".repeat(4096),
    ]) {
        const { tab, url, close } = await world.openAs(world.owner, `#/sign-in?to=${encodeURIComponent(to)}`);
        // Signed in already: the page goes on by itself.
        assert.ok(tab.url().startsWith(`${url}/#/`), `${to} led to ${tab.url()}`);
        await close();
    }
});

test("row 81: a session that ends under the page is asked for over it, and what was typed stays", async () => {
    const { tab, seen, close } = await world.openAs(world.owner, "overview");
    await tab.keyboard.down("Control");
    await tab.keyboard.press("k");
    await tab.keyboard.up("Control");
    await tab.keyboard.type("act");
    await tab.setRequestInterception(true);
    tab.on("request", (request) => {
        if (!request.url().includes("/api/")) return request.continue();
        const body = JSON.stringify({ error: { message: "the session has ended", code: "invalid_api_key" } });
        return request.respond({ status: 401, contentType: "application/json", body });
    });
    seen.calls.length = 0;
    await tab.keyboard.press("Enter");
    await tab.waitForSelector("aria/Your session has ended");
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.ok(seen.calls.length <= 5, `it calls on and on: ${seen.calls.join(", ")}`);
    assert.ok(!tab.url().includes("sign-in"), "the address is still the page's");
    await tab.keyboard.press("Escape");
    await tab.keyboard.press("Escape");
    assert.ok(await tab.$("dialog[open]"), "Escape does not close it");
    await close();
});

test("the palette finds pages and organizations by keyboard", async () => {
    const { tab, close } = await world.openAs(world.owner, "overview");
    await tab.keyboard.down("Control");
    await tab.keyboard.press("k");
    await tab.keyboard.up("Control");
    await tab.waitForSelector("dialog.palette[open]");
    await tab.keyboard.type("mem");
    await tab.keyboard.press("Enter");
    await settle(tab);
    assert.match(tab.url(), /\/members$/);
    assert.equal(await tab.title(), "Members · Tollgate");
    assert.equal(await focused(tab), "Members", "the keyboard is at the new page's heading");
    await close();
});

test("the palette begins what one may do, and finds a request by its id", async () => {
    const { tab, close } = await world.openAs(world.member, "overview");
    const typed = async (text) => {
        await tab.keyboard.down("Control");
        await tab.keyboard.press("k");
        await tab.keyboard.up("Control");
        await tab.waitForSelector("dialog.palette[open]");
        await tab.keyboard.type(text);
    };
    await typed("invite");
    assert.equal(await tab.$(".palette li"), null, "a member may invite nobody");
    await tab.keyboard.press("Escape");
    await typed("personal token");
    await tab.keyboard.press("ArrowDown");
    await tab.keyboard.press("Enter");
    await tab.waitForFunction(() => location.hash === "#/account/tokens?new=token");
    await tab.waitForSelector("dialog[open]");
    await close();
    const owner = await world.openAs(world.owner, "overview");
    await owner.tab.keyboard.down("Control");
    await owner.tab.keyboard.press("k");
    await owner.tab.keyboard.up("Control");
    await owner.tab.waitForSelector("dialog.palette[open]");
    await owner.tab.keyboard.type("gen-01M8PC36Q100ZZ0004M80Z82XV");
    await owner.tab.keyboard.press("Enter");
    await owner.tab.waitForFunction(() => location.hash.endsWith("/activity?request=gen-01M8PC36Q100ZZ0004M80Z82XV"));
    await settle(owner.tab);
    await owner.close();
});

test("menus open, move and close by keyboard, and give the focus back", async () => {
    const { tab, close } = await world.openAs(world.owner, "overview");
    await tab.focus(".sidebar-end .switcher");
    await tab.keyboard.press("Enter");
    await tab.waitForFunction(() => document.activeElement.getAttribute("role") === "menuitem");
    assert.equal(await focused(tab), "Your account");
    await tab.keyboard.press("ArrowDown");
    await tab.keyboard.press("ArrowDown");
    assert.equal((await focused(tab)).trim(), "Light");
    await tab.keyboard.press("End");
    assert.equal(await focused(tab), "Sign out");
    await tab.keyboard.press("Escape");
    assert.equal(await tab.evaluate(() => document.activeElement.className), "switcher");
    await close();
});

test("the theme is what the person chose, also after loading anew", async () => {
    const { tab, close } = await world.openAs(world.owner, "overview", { theme: "light" });
    const shown = () => tab.evaluate(() => document.documentElement.dataset.theme);
    assert.equal(await shown(), "light");
    await tab.click(".sidebar-end .switcher");
    await press(tab, "menuitemcheckbox", "Dark");
    assert.equal(await shown(), "dark");
    await tab.reload();
    await settle(tab);
    assert.equal(await shown(), "dark");
    await close();
});

test("the skip link leads past the navigation", async () => {
    const { tab, close } = await world.openAs(world.owner, "overview");
    await tab.keyboard.press("Tab");
    assert.equal(await focused(tab), "Skip to the content");
    await tab.keyboard.press("Enter");
    assert.equal(await tab.evaluate(() => document.activeElement.id), "main");
    assert.match(tab.url(), /overview/, "the address is still the page's");
    await close();
});

test("on a phone the navigation is behind a button, and closes by Escape and by going somewhere", async () => {
    const { tab, close } = await world.openAs(world.owner, "overview", { width: 360 });
    assert.equal(await tab.$eval(".sidebar", (one) => getComputedStyle(one).display), "none");
    await press(tab, "button", "Navigation");
    await tab.waitForSelector(".sidebar[data-open]");
    await tab.focus(".sidebar a");
    await tab.keyboard.press("Escape");
    await tab.waitForSelector(".sidebar:not([data-open])");
    await press(tab, "button", "Navigation");
    await press(tab, "link", "Activity");
    await tab.waitForSelector(".sidebar:not([data-open])");
    assert.match(tab.url(), /activity/);
    await close();
});

test("one failed answer about the organization is asked for again: by hand, at the next page, and on coming back", async () => {
    const { tab, close } = await world.openAs(world.owner, "#/account/profile");
    const path = `/api/organizations/${world.team.id}/me`;
    let failing = false;
    await tab.setRequestInterception(true);
    tab.on("request", (request) =>
        failing && new URL(request.url()).pathname.endsWith(path)
            ? request.respond({
                  status: 503,
                  contentType: "application/json",
                  body: JSON.stringify({ error: { message: "The gateway is starting." } }),
              })
            : request.continue(),
    );
    const go = (page) =>
        tab.evaluate((to) => {
            location.hash = to;
        }, `#/o/${world.team.id}/${page}`);
    const isRefused = async () => {
        await waitForText(tab, "The gateway is starting.");
        failing = false;
    };
    const isShown = (title) =>
        tab.waitForFunction((text) => document.querySelector("main h1")?.innerText === text, {}, title);
    const mends = {
        keys: () => press(tab, "button", "Try again"),
        members: () => go("projects"),
        credits: () => tab.evaluate(() => dispatchEvent(new Event("focus"))),
    };
    for (const [page, title] of Object.entries({ keys: "API keys", members: "Projects", credits: "Credits" })) {
        // What is known of one organization is forgotten with the next one.
        await tab.evaluate((id) => (location.hash = `#/o/${id}/overview`), world.owner.personal_organization_id);
        await isShown("Overview");
        await settle(tab);
        failing = true;
        await go(page);
        await isRefused();
        await mends[page]();
        await isShown(title);
    }
    await close();
});

test("a role that changed is noticed when the tab is looked at again", async () => {
    const person = await newPerson(world.gateway, { name: "Rolf Role", role: "member", team: world.team });
    const { tab, close } = await world.openAs(person, "overview");
    const links = () => tab.$$eval("nav[aria-label=Pages] a", (all) => all.map((one) => one.innerText.trim()));
    assert.ok(!(await links()).includes("Audit log"));
    await world.gateway.call("PATCH", `/api/organizations/${world.team.id}/members/${person.id}`, { role: "admin" });
    await tab.evaluate(() => {
        const now = performance.now.bind(performance);
        performance.now = () => now() + 60_000; // a minute later
        dispatchEvent(new Event("focus"));
    });
    await tab.waitForFunction(() => document.querySelector("nav[aria-label=Pages]").innerText.includes("Audit log"));
    await close();
});
