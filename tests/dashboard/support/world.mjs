// What a file of tests shares: a gateway with a team that has used it, a browser, and tabs that are some person's.
import { after, before } from "node:test";
import { startDeveloping } from "../develop.mjs";
import { makeUsage, newKey, newPerson } from "./accounts.mjs";
import { openTab, settle, startBrowser } from "./browser.mjs";
import { startGateway } from "./gateway.mjs";
import { startProxy } from "./proxy.mjs";

// While developing: the pages as their sources are, in front of a gateway that was built before.
const kFromSources = process.env.TOLLGATE_DASHBOARD_SOURCES !== undefined;

// Call it at the top of a file: `const world = useWorld()`, and read its members inside tests.
export function useWorld({ usage = 8, config = "" } = {}) {
    const world = { gateway: null, browser: null, owner: null, admin: null, member: null, team: null, key: null };
    const open = [];
    before(async () => {
        world.gateway = await startGateway({ upstream: true, config });
        world.browser = await startBrowser();
        world.owner = await newPerson(world.gateway);
        world.team = world.owner.organization;
        world.admin = await newPerson(world.gateway, { name: "Alan Admin", role: "admin", team: world.team });
        world.member = await newPerson(world.gateway, { name: "Mary Member", role: "member", team: world.team });
        world.key = await newKey(world.gateway, world.team);
        await makeUsage(world.gateway, world.key, { requests: usage });
    });
    after(async () => {
        for (const one of open) await one.stop();
        await world.browser?.close();
        await world.gateway?.stop();
    });
    // A tab of this person's at a page of the team: `page` is what follows the organization, "keys?project=…".
    world.openAs = async (person, page, look = {}) => {
        const start = kFromSources ? startDeveloping : startProxy;
        const proxy = await start({ gateway: world.gateway.url, token: person?.token });
        open.push(proxy);
        const opened = await openTab(world.browser, look);
        await opened.tab.goto(page.startsWith("#") ? `${proxy.url}/${page}` : `${proxy.url}/#/o/${world.team.id}/${page}`);
        await settle(opened.tab);
        return { ...opened, url: proxy.url };
    };
    return world;
}
