// Presets: made, used, changed as a new version, brought back to an old one, deleted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { press, textOf } from "./support/browser.mjs";
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

const world = useWorld({ usage: 0 });
const base = () => `/api/organizations/${world.team.id}/presets`;
const stored = (slug) => world.gateway.call("GET", `${base()}/${slug}`);

test("a preset is made in one dialog, and requests get what it says", async () => {
    const { tab, close } = await world.openAs(world.admin, "presets");
    assert.match(await textOf(tab), /No preset yet/);
    await press(tab, "button", "New preset");
    await retype(tab, "Name for requests", "terse");
    await retype(tab, "What it is", "Short answers");
    await retype(tab, "System prompt", "Answer in one word.");
    await retype(tab, "Models", "sample/echo,");
    await retype(tab, "Temperature", "0.1");
    await select(tab, "Answers from the cache", "on");
    await retype(tab, "Kept for seconds", "600");
    await isForEveryone(tab);
    await press(tab, "button", "Create preset");
    await dialogGone(tab);
    await waitForText(tab, "@preset/terse", "tbody");
    const preset = await stored("terse");
    assert.equal(preset.system_prompt, "Answer in one word.");
    assert.deepEqual(preset.models, ["sample/echo"]);
    assert.deepEqual(preset.parameters, { temperature: 0.1 });
    assert.equal(preset.cache_enabled, true);
    assert.equal(preset.cache_ttl_seconds, 600);
    assert.equal(preset.provider, null);
    const answer = await fetch(`${world.gateway.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${world.key.key}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "@preset/terse", messages: [{ role: "user", content: "Hello" }] }),
    });
    assert.equal(answer.headers.get("x-tollgate-model-source"), "preset");
    await isForEveryone(tab);
    await close();
});

test("what is refused is said in the dialog, which stays with what was typed", async () => {
    const { tab, close } = await world.openAs(world.owner, "presets?new=preset");
    await retype(tab, "Name for requests", "Not A Slug");
    await retype(tab, "System prompt", "Hm.");
    await press(tab, "button", "Create preset");
    await tab.waitForSelector("dialog[open] [role=alert]");
    assert.equal(await tab.$eval("dialog[open] textarea", (one) => one.value), "Hm.");
    assert.equal((await world.gateway.call("GET", base())).data.length, 1);
    await close();
});

test("a change is a new version; an old one comes back as the newest", async () => {
    const { tab, close } = await world.openAs(world.owner, "presets?preset=terse");
    await waitForText(tab, "Preset “terse”", "dialog[open]");
    await retype(tab, "System prompt", "Answer in two words.");
    await retype(tab, "Temperature", " ");
    await press(tab, "button", "Save as a new version");
    await dialogGone(tab);
    await tab.waitForFunction(() => document.querySelector("tbody tr").innerText.includes("2"));
    const changed = await stored("terse");
    assert.equal(changed.version, 2);
    assert.equal(changed.system_prompt, "Answer in two words.");
    assert.deepEqual(changed.parameters, {});
    assert.equal(changed.cache_ttl_seconds, 600, "what was not touched is as it was");

    await chooseAction(tab, "Actions of terse", "Versions");
    await waitForText(tab, "Answer in one word.", "dialog[open]");
    assert.match(await reasonAgainst(tab, "Restore version 2"), /It is in force/);
    await isForEveryone(tab);
    await press(tab, "button", "Restore version 1");
    await dialogGone(tab);
    const back = await stored("terse");
    assert.equal(back.version, 3);
    assert.equal(back.system_prompt, "Answer in one word.");
    assert.deepEqual(back.parameters, { temperature: 0.1 });
    await close();
});

test("a member sees and uses them, and is told why nothing can be changed", async () => {
    const { tab, close } = await world.openAs(world.member, "presets?new=preset");
    assert.equal(await tab.$("dialog[open]"), null);
    assert.match(await reasonAgainst(tab, "New preset"), /Your role here \(member\)/);
    await chooseAction(tab, "Actions of terse", "Show");
    await waitForText(tab, "@preset/terse", "dialog[open]");
    assert.match(await reasonAgainst(tab, "Save as a new version"), /Your role here \(member\)/);
    await tab.keyboard.press("Escape");
    await dialogGone(tab);
    await close();
});

test("a preset is deleted after a question", async () => {
    const { tab, close } = await world.openAs(world.owner, "presets");
    await chooseAction(tab, "Actions of terse", "Delete");
    await waitForText(tab, "Requests that name it fail from now on", "dialog[open]");
    await press(tab, "button", "Delete preset");
    await dialogGone(tab);
    await waitForText(tab, "No preset yet");
    assert.deepEqual((await world.gateway.call("GET", base())).data, []);
    await close();
});
