// Provider policy: who may serve requests, who goes first, and the explanation of what remains.
import assert from "node:assert/strict";
import { test } from "node:test";
import { press, settle, textOf } from "./support/browser.mjs";
import {
    eventually,
    fieldOf,
    isForEveryone,
    reasonAgainst,
    retype,
    select,
    tick,
    waitForText,
} from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const kModel = "sample/echo";
const world = useWorld({ usage: 0 });
const path = (rest) => `/api/organizations/${world.team.id}/${rest}`;
const stored = () => world.gateway.call("GET", path("provider-preferences"));
const given = async () =>
    Object.fromEntries(Object.entries(await stored()).filter(([name, value]) => value !== null && name !== "version"));
const change = (body) => world.gateway.call("PUT", path("provider-preferences"), body);

const unfold = (tab) => tab.$$eval("details.fold:not([open]) > summary", (all) => all.forEach((one) => one.click()));

test("step: preferences are set, and everything of them is stored as it was filled in", async () => {
    const { tab, close } = await world.openAs(world.admin, "providers");
    await waitForText(tab, "No model is named by default"); // else its endpoints are shown at once
    const folds = () => tab.$$eval(".fold > summary", (all) => all.map((one) => one.innerText.replace(/\s+/g, " ")));
    assert.deepEqual(await folds(), [
        "Limits of who may serve none",
        "Wishes who goes first none",
        "Limits of throughput none",
        "Limits of latency none",
        "Limits of prices none",
        "What they must be none",
    ]);
    await unfold(tab);
    await retype(tab, "In this order", "sample,");
    await tick(tab, "Go on with others when these fail");
    await select(tab, "Others by", "latency");
    await retype(tab, "Prompt at most (USD)", "12.5");
    await retype(tab, "Answer at most (USD)", "60");
    await retype(tab, "p90", "20");
    await retype(tab, "Precision", "fp8, bf16,");
    await tick(tab, "They take every parameter of the request");
    await press(tab, "button", "Save");
    await waitForText(tab, "Saved.", "body");
    assert.ok((await folds()).includes("Limits of prices prompt $12.5; answer $60"), (await folds()).join());
    assert.deepEqual(await given(), {
        order: ["sample"],
        allow_fallbacks: false,
        require_parameters: true,
        quantizations: ["bf16", "fp8"],
        sort: { by: "latency", partition: "model" },
        max_price: { prompt: 12.5, completion: 60 },
        preferred_min_throughput: { p90: 20 },
    });
    await isForEveryone(tab);
    await press(tab, "button", "Remove fp8");
    await retype(tab, "Prompt at most (USD)", " ");
    await press(tab, "button", "Save");
    await eventually(async () => (await given()).quantizations, ["bf16"]);
    assert.deepEqual((await given()).max_price, { completion: 60 });
    await close();
});

test("what the API has and the page does not fill in stays", async () => {
    await change({ sort: { by: "price", partition: "none" }, max_price: { prompt: 5, image: 1 } });
    const { tab, close } = await world.openAs(world.owner, "providers");
    await unfold(tab);
    await retype(tab, "Answer at most (USD)", "7");
    await press(tab, "button", "Save");
    await waitForText(tab, "Saved.", "body");
    assert.deepEqual(await given(), {
        sort: { by: "price", partition: "none" },
        max_price: { prompt: 5, completion: 7, image: 1 },
    });
    await close();
});

test("what is refused is said at its field", async () => {
    await change({});
    const { tab, close } = await world.openAs(world.owner, "providers");
    await unfold(tab);
    await retype(tab, "Only these providers", "nobody,");
    await press(tab, "button", "Save");
    await waitForText(tab, "serves no model here");
    assert.equal(
        await (
            await fieldOf(tab, "Only these providers")
        ).evaluate((one) => one.ariaInvalid ?? one.getAttribute("aria-invalid")),
        "true",
    );
    assert.deepEqual(await given(), {});
    await close();
});

test("the preview begins with the default model, and says where none is named", async () => {
    await change({});
    const none = await world.openAs(world.owner, "providers");
    await waitForText(none.tab, "No model is named by default");
    await none.close();
    await world.gateway.call("PATCH", path("llm"), { model: kModel });
    const { tab, close } = await world.openAs(world.owner, "providers");
    await tab.waitForSelector("aria/Endpoints that remain");
    assert.equal(await (await fieldOf(tab, "Model of the request")).evaluate((one) => one.value), kModel);
    assert.doesNotMatch(tab.url(), /model=/);
    await close();
    await world.gateway.call("PATCH", path("llm"), { model: null });
});

test("the preview says what remains and in which turn, why the rest does not, and is a link", async () => {
    await change({});
    const [project] = (await world.gateway.call("GET", path("projects"))).data;
    await world.gateway.call("PATCH", path(`projects/${project.id}`), { mode: "hybrid" });
    await world.gateway.call("POST", path("provider-keys"), {
        provider: "sample",
        label: "ours",
        secret: "sk-ours-1234",
        skip_test: true,
    });
    const { tab, close } = await world.openAs(world.owner, "providers");
    await unfold(tab);
    await retype(tab, "Model of the request", kModel);
    await tab.keyboard.press("Enter");
    await tab.waitForFunction(() => location.hash.includes("model="));
    await settle(tab);
    await waitForText(tab, "2 of 2 endpoints may answer");
    assert.match(tab.url(), /model=sample%2Fecho/);
    const rows = await tab.$$eval("tbody tr", (all) => all.map((one) => one.innerText));
    assert.match(rows[0], /1\s+sample, by your key “ours”\s+sample\/echo.*first/s);
    assert.match(rows[1], /2\s+sample\s+sample\/echo.*if those before it fail/s);
    await isForEveryone(tab);

    await retype(tab, "Answer at most (USD)", "0.01");
    await press(tab, "button", "Save");
    await waitForText(tab, "it costs more than is allowed");
    assert.match(await textOf(tab), /The request would fail: .*leave out whatever serves the model/);
    assert.match(await textOf(tab), /it costs more than is allowed\s+the organization/);
    await close();

    const linked = await world.openAs(world.member, `providers?model=${encodeURIComponent("nobody/has-this")}`);
    await waitForText(linked.tab, "does not exist here");
    assert.match(await reasonAgainst(linked.tab, "Save"), /Your role here \(member\)/);
    await linked.close();
});
