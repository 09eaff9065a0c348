// Projects by clicking: made, changed, limited, made the default, archived, deleted; as owner, admin and member.
import assert from "node:assert/strict";
import { test } from "node:test";
import { focused, press, settle, textOf } from "./support/browser.mjs";
import {
    chooseAction,
    dialogGone,
    isForEveryone,
    reasonAgainst,
    retype,
    select,
    waitForText,
} from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 2 });
const path = (rest = "") => `/api/organizations/${world.team.id}${rest}`;
const get = (rest) => world.gateway.call("GET", path(rest));
const newProject = (name) => world.gateway.call("POST", path("/projects"), { name });
const rows = (tab) => tab.$$eval("tbody tr[data-row]", (all) => all.map((one) => one.dataset.row));
const reasonInMenu = (tab, item) =>
    tab.$$eval(
        "[role=menu]:popover-open [role=menuitem]",
        (all, text) => {
            const found = all.find((one) => one.innerText.trim() === text);
            return found.getAttribute("aria-disabled") === "true" ? found.title : null;
        },
        item,
    );

test("an admin makes a project and changes it; a name that is taken is said beside its field", async () => {
    const { tab, close } = await world.openAs(world.admin, "projects?new=project");
    await tab.waitForSelector("dialog[open]");
    await isForEveryone(tab);
    await press(tab, "button", "Make the project");
    await waitForText(tab, "It needs a name", "dialog[open]");
    await retype(tab, "Name", "Default Project");
    await press(tab, "button", "Make the project");
    await waitForText(tab, "name", "dialog[open] [role=alert]");
    await retype(tab, "Name", "Search");
    await select(tab, "Its requests go with", "hybrid");
    await press(tab, "button", "Make the project");
    await dialogGone(tab);
    await settle(tab);
    const made = (await get("/projects")).data.find((one) => one.name === "Search");
    assert.equal(made.mode, "hybrid");
    assert.match(await textOf(tab, `tr[data-row="${made.id}"]`), /Search\s+Own keys first/);

    await chooseAction(tab, "What to do with Search", "Change…");
    await tab.waitForSelector("dialog[open]");
    await select(tab, "Its requests go with", "credits");
    await press(tab, "button", "Save");
    await dialogGone(tab);
    await settle(tab);
    assert.equal((await get(`/projects/${made.id}`)).mode, "credits");
    assert.equal(await focused(tab), "What to do with Search", "the keyboard is back at its row");
    await close();
});

test("limits of a project", async () => {
    const project = await newProject("Limited");
    const { tab, close } = await world.openAs(world.owner, "projects");
    await chooseAction(tab, "What to do with Limited", "Limits…");
    await settle(tab);
    await retype(tab, "Budget (USD)", "40.5");
    await select(tab, "The budget begins anew", "daily");
    await retype(tab, "Most requests at once", "3");
    await press(tab, "button", "Save the limits");
    await dialogGone(tab);
    const limits = await get(`/projects/${project.id}/limits`);
    assert.deepEqual([limits.limit, limits.limit_reset, limits.concurrent_requests], [40.5, "daily", 3]);
    await close();
});

test("archived, brought back, archived again and deleted by its name; its keys go with it", async () => {
    const project = await newProject("Old shop");
    const { data: key, key: secret } = await world.gateway.call("POST", path("/keys"), {
        name: "till",
        project_id: project.id,
    });
    const works = async () =>
        (await fetch(`${world.gateway.url}/v1/models`, { headers: { authorization: `Bearer ${secret}` } })).status;
    const { tab, close } = await world.openAs(world.owner, "projects?state=all");
    await press(tab, "button", "What to do with Old shop");
    await tab.waitForSelector("[role=menu]:popover-open");
    assert.equal(await reasonInMenu(tab, "Delete…"), "Archive it first.");
    await tab.keyboard.press("Escape");
    for (const [action, button, status] of [
        ["Archive…", "Archive", 401],
        ["Bring back…", "Bring it back", 200],
        ["Archive…", "Archive", 401],
    ]) {
        await chooseAction(tab, "What to do with Old shop", action);
        await press(tab, "button", button);
        await dialogGone(tab);
        await settle(tab);
        assert.equal(await works(), status, action);
    }
    assert.match(await textOf(tab, `tr[data-row="${project.id}"]`), /Archived/);
    await chooseAction(tab, "What to do with Old shop", "Delete…");
    await retype(tab, "Type “Old shop” to confirm", "Old shop");
    await tab.keyboard.press("Enter");
    await dialogGone(tab);
    await settle(tab);
    assert.ok(!(await rows(tab)).includes(project.id));
    assert.ok(!(await get("/projects")).data.some((one) => one.id === project.id));
    assert.ok(!(await get("/keys")).data.some((one) => one.hash === key.hash));
    assert.ok(
        await tab.evaluate(() => document.activeElement.closest("tr[data-row]") !== null),
        "the keyboard goes on",
    );
    await close();
});

test("another project becomes the default, and the default one is kept", async () => {
    const project = await newProject("Main");
    const { tab, close } = await world.openAs(world.owner, "projects");
    await press(tab, "button", "What to do with Default Project");
    await tab.waitForSelector("[role=menu]:popover-open");
    assert.match(await reasonInMenu(tab, "Archive…"), /It is the default project/);
    await tab.keyboard.press("Escape");
    await chooseAction(tab, "What to do with Main", "Make it the default…");
    await press(tab, "button", "Make it the default");
    await dialogGone(tab);
    await settle(tab);
    assert.equal((await get("")).default_project_id, project.id);
    assert.match(await textOf(tab, `tr[data-row="${project.id}"]`), /Default/);
    await close();
});

test("what a project spent this month links to the requests that it is the sum of", async () => {
    const standard = (await get("/projects")).data.find((one) => one.name === "Default Project");
    const { tab, close } = await world.openAs(world.owner, "projects?state=all");
    const shown = await textOf(tab, `tr[data-row="${standard.id}"] td.end`);
    const href = await tab.$eval(`tr[data-row="${standard.id}"] td.end a`, (one) => one.getAttribute("href"));
    const filters = new URLSearchParams(href.split("?")[1]);
    assert.deepEqual([filters.get("project_id"), filters.get("range")], [standard.id, "month"]);
    const { data } = await get(`/activity?project_id=${standard.id}`);
    const nano = data.reduce((sum, one) => sum + Math.round(one.charged * 1e9), 0);
    assert.ok(nano > 0);
    assert.ok(shown.includes(String((nano / 1e9).toFixed(9)).replace(/0+$/, "")), `${nano} in ${shown}`);
    await close();
});

test("a member sees projects, and is told what he may not", async () => {
    const { tab, close } = await world.openAs(world.member, "projects");
    await tab.waitForSelector("main .page-actions [aria-disabled=true]");
    assert.match(await reasonAgainst(tab, "New project"), /Your role here \(member\)/);
    await press(tab, "button", "What to do with Default Project");
    await tab.waitForSelector("[role=menu]:popover-open");
    assert.match(await reasonInMenu(tab, "Limits…"), /Your role here/);
    await close();
});
