// Privacy: what providers may do with requests, how long their detail is kept, and what is kept at all.
import assert from "node:assert/strict";
import { test } from "node:test";
import { press, textOf } from "./support/browser.mjs";
import { isForEveryone, reasonAgainst, retype, select, tick, waitForText } from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 0 });
const of = (path) => world.gateway.call("GET", `/api/organizations/${world.team.id}/${path}`);

test("step: data policy and retention are set one after the other, without loading anew", async () => {
    const { tab, close } = await world.openAs(world.owner, "privacy");
    assert.match(await textOf(tab), /Prompts and answers\s+Never stored/);
    assert.match(await textOf(tab), /Now: 90 days/);
    await tick(tab, "Only providers that are declared not to store or train on requests");
    await tick(tab, "Only providers with zero data retention");
    await press(tab, "button", "Save providers");
    await waitForText(tab, "Saved.", "body");
    const privacy = await of("privacy");
    assert.equal(privacy.data_collection, "deny");
    assert.equal(privacy.zdr, true);
    await select(tab, "Level", "none");
    await press(tab, "button", "Save retention");
    await waitForText(tab, "Now: 3 days");
    assert.deepEqual((await of("retention")).effective, { level: "none", days: 3 });
    await isForEveryone(tab);
    await close();
});

test("with that, requests are refused, and the provider policy says why", async () => {
    const answer = await fetch(`${world.gateway.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${world.key.key}`, "content-type": "application/json" },
        body: JSON.stringify({ model: "sample/echo", messages: [{ role: "user", content: "Hello" }] }),
    });
    assert.equal((await answer.json()).error.code, "no_allowed_provider");
    const { tab, close } = await world.openAs(world.owner, "privacy");
    await tab.$eval("main a[href*='model=auto']", (one) => one.click());
    await waitForText(tab, "The request would fail");
    assert.match(await textOf(tab), /sample\s+sample\/echo\s+it (may store or train|is not declared to keep nothing)/);
    await close();
});

test("days that the plan does not have are refused at their field", async () => {
    const { tab, close } = await world.openAs(world.admin, "privacy");
    await select(tab, "Level", "retain");
    await retype(tab, "Days", "4000");
    await press(tab, "button", "Save retention");
    await tab.waitForSelector("main [role=alert]");
    assert.equal((await of("retention")).level, "none");
    await retype(tab, "Days", "3");
    await press(tab, "button", "Save retention");
    await waitForText(tab, "Saved.", "body");
    const { level, days } = await of("retention");
    assert.deepEqual({ level, days }, { level: "retain", days: 3 });
    await close();
});

test("a member sees it, and is told why nothing can be changed", async () => {
    const { tab, close } = await world.openAs(world.member, "privacy");
    assert.match(await reasonAgainst(tab, "Save providers"), /Your role here \(member\)/);
    assert.match(await reasonAgainst(tab, "Save retention"), /Your role here \(member\)/);
    assert.match(await textOf(tab), /Now: 3 days/);
    await close();
});
