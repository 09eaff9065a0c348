// Model defaults: of the organization, of a project, one's own; and what comes of them, with the level that says it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPerson } from "./support/accounts.mjs";
import { press, settle, textOf } from "./support/browser.mjs";
import { isForEveryone, reasonAgainst, retype, select, tick, waitForText } from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const kModel = "sample/echo";
const world = useWorld({ usage: 0 });
const of = (path, person) =>
    world.gateway.call("GET", `/api/organizations/${world.team.id}/${path}`, undefined, person?.token);

test("step: set the default model; members see it as theirs, with its source", async () => {
    const { tab, close } = await world.openAs(world.admin, "llm");
    assert.match(await textOf(tab), /none: each request must name its own/);
    const model = await tab.waitForSelector("aria/Model (optional)");
    await model.focus();
    await tab.waitForFunction(
        (name) => [...document.querySelectorAll("datalist option")].some((one) => one.value === name),
        {},
        kModel,
    );
    await model.type(kModel);
    await retype(tab, "Temperature", "0.25");
    await press(tab, "button", "Save");
    await waitForText(tab, "the organization's default");
    const stored = await of("llm");
    assert.equal(stored.model, kModel);
    assert.deepEqual(stored.parameters, { temperature: 0.25 });
    assert.equal(stored.allow_overrides, true);
    await isForEveryone(tab);
    await close();

    const members = await world.openAs(world.member, "llm");
    assert.match(await textOf(members.tab), /Model\s+sample\/echo\s+Set by\s+the organization's default/);
    assert.match(await reasonAgainst(members.tab, "Save"), /Your role here \(member\)/);
    await members.close();
});

test("what the gateway refuses is said at its field, and nothing is changed", async () => {
    const before = await of("llm");
    const { tab, close } = await world.openAs(world.owner, "llm");
    await retype(tab, "Temperature", "9");
    await press(tab, "button", "Save");
    await waitForText(tab, "must be a number from 0 to 2");
    await retype(tab, "Temperature", "a lot");
    await press(tab, "button", "Save");
    await waitForText(tab, "This is not a number.");
    assert.equal(await tab.$eval("[aria-invalid=true]", (one) => one.labels[0].innerText), "Temperature");
    await retype(tab, "Temperature", "0.25");
    await retype(tab, "Model", "nobody/has-this");
    await press(tab, "button", "Save");
    await waitForText(tab, "does not exist here");
    assert.deepEqual(await of("llm"), before);
    await close();
});

test("a change that somebody else made since is not undone unseen", async () => {
    const { tab, close } = await world.openAs(world.owner, "llm");
    await world.gateway.call("PATCH", `/api/organizations/${world.team.id}/llm`, { parameters: { temperature: 0.5 } });
    await retype(tab, "Top P", "0.9");
    await press(tab, "button", "Save");
    await tab.waitForSelector("main [role=alert]");
    assert.deepEqual((await of("llm")).parameters, { temperature: 0.5 });
    await close();
});

test("a member's own default goes before the project's, and that before the organization's", async () => {
    const [project] = (await of("projects")).data;
    const { tab, close } = await world.openAs(world.owner, "llm?level=project");
    await retype(tab, "Temperature", "0.75");
    await select(tab, "Reasoning effort", "low");
    await press(tab, "button", "Save");
    await waitForText(tab, "reasoning effort low");
    assert.deepEqual((await of(`projects/${project.id}/llm`)).parameters, {
        temperature: 0.75,
        reasoning_effort: "low",
    });
    await close();

    const members = await world.openAs(world.member, "llm");
    await press(members.tab, "link", "My own");
    await settle(members.tab);
    await retype(members.tab, "Temperature", "1.5");
    await press(members.tab, "button", "Save");
    await waitForText(members.tab, "temperature 1.5");
    const own = await of("members/me/llm", world.member);
    assert.deepEqual(own.parameters, { temperature: 1.5 });
    assert.deepEqual(own.effective.parameters, { temperature: 1.5, reasoning_effort: "low" });
    await press(members.tab, "button", "Clear");
    await waitForText(members.tab, "temperature 0.75");
    assert.deepEqual((await of("members/me/llm", world.member)).parameters, {});
    await members.close();
});

test("allowed models and overrides: what the organization forbids is said where it would be set", async () => {
    const { tab, close } = await world.openAs(world.owner, "llm");
    await retype(tab, "Allowed models", `${kModel},`);
    await tick(tab, "Members may set defaults of their own");
    await press(tab, "button", "Save");
    await waitForText(tab, "Saved.", "body");
    const stored = await of("llm");
    assert.deepEqual(stored.allowed_models, [kModel]);
    assert.equal(stored.allow_overrides, false);
    await close();
    const members = await world.openAs(world.member, "llm?level=mine");
    assert.match(await reasonAgainst(members.tab, "Save"), /does not let members set their own defaults/);
    await isForEveryone(members.tab);
    await members.close();
});

test("a default whose model is no longer allowed says that it cannot be called", async () => {
    const person = await newPerson(world.gateway);
    const path = `/api/organizations/${person.organization.id}/llm`;
    await world.gateway.call("PUT", path, { model: kModel });
    await world.gateway.call("PATCH", path, { allowed_models: ["sample/embed"] });
    assert.equal((await world.gateway.call("GET", path)).available, false);
    const { tab, close } = await world.openAs(person, `#/o/${person.organization.id}/llm`);
    assert.match(await textOf(tab), /sample\/echo\s*cannot be called/);
    assert.match(await textOf(tab), /Requests that name no model fail, until another one is set/);
    await close();
});
