// What a file of tests shares: a gateway with a team that has used it, a browser, and tabs that are some person's.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { makeUsage, newKey, newPerson } from "./accounts.mjs";
import { openTab, settle, startBrowser } from "./browser.mjs";
import { eventually } from "./forms.mjs";
import { kBehindNginx } from "./front.mjs";
import { startGateway } from "./gateway.mjs";
import { signIn } from "./signing_in.mjs";

// Call it at the top of a file: `const world = useWorld()`, and read its members inside tests.
export function useWorld({ usage = 8, config = "", accounts = {} } = {}) {
    const world = { gateway: null, browser: null, owner: null, admin: null, member: null, team: null, key: null };
    before(async () => {
        world.gateway = await startGateway({ upstream: true, config, accounts });
        world.browser = await startBrowser();
        world.owner = await newPerson(world.gateway);
        world.team = world.owner.organization;
        world.admin = await newPerson(world.gateway, { name: "Alan Admin", role: "admin", team: world.team });
        world.member = await newPerson(world.gateway, { name: "Mary Member", role: "member", team: world.team });
        world.key = await newKey(world.gateway, world.team);
        await makeUsage(world.gateway, world.key, { requests: usage });
    });
    after(async () => {
        await world.browser?.close();
        await world.gateway?.stop();
        for (const one of opened) one.check(); // a test may have left its tab open
        assert.deepEqual(world.gateway?.reports, [], "browsers reported nothing to nginx");
    });
    // After a test has looked at what it provoked against the page's policy. nginx was told of it, too, or nothing is reported.
    world.forgive = async (seen) => {
        if (kBehindNginx) await eventually(() => world.gateway.reports.length > 0, true);
        for (const list of [seen.violations, seen.errors, seen.elsewhere, world.gateway.reports]) list.length = 0;
    };
    // Nobody is signed in, and nothing is loaded yet.
    const opened = [];
    world.openTab = async (look = {}) => {
        const tab = await openTab(world.browser, { ...look, url: world.gateway.url });
        opened.push(tab);
        return tab;
    };
    // A person signs in once for a file of tests.
    const cookies = new Map();
    const cookieOf = async (person) => {
        if (!cookies.has(person.id)) cookies.set(person.id, await signIn(world.gateway, person));
        return cookies.get(person.id);
    };
    // A tab at a page of the team: `page` is what follows the organization, "keys?project=…", the whole hash, or a whole
    // address. Nobody is signed in where `person` is null.
    world.openAs = async (person, page, look = {}) => {
        const { url } = world.gateway;
        const here = await world.openTab(look);
        if (person !== null) await here.tab.setCookie({ ...(await cookieOf(person)), url });
        const hash = page.startsWith("#") ? page : `#/o/${world.team.id}/${page}`;
        await here.tab.goto(page.startsWith("http") ? page : `${url}/${hash}`);
        await settle(here.tab);
        return { ...here, url };
    };
    return world;
}
