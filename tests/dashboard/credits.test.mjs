// Credits: the balance and its history, ways to more, requests and who decides them, alerts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { newPerson } from "./support/accounts.mjs";
import { press, settle, textOf } from "./support/browser.mjs";
import { dialogGone, eventually, isForEveryone, retype, select, tick, waitForText } from "./support/forms.mjs";
import { useWorld } from "./support/world.mjs";

const world = useWorld({ usage: 2 });
const of = (path, person) =>
    world.gateway.call("GET", `/api/organizations/${world.team.id}/${path}`, undefined, person?.token);
const post = (path, body, person) =>
    world.gateway.call("POST", `/api/organizations/${world.team.id}/${path}`, body, person?.token);

test("steps: read the balance; the ledger has each movement with the balance after it", async () => {
    const { tab, seen, close } = await world.openAs(world.owner, "credits");
    const { total_usage, balance } = await of("credits");
    assert.ok(total_usage > 0);
    assert.match(
        await textOf(tab, ".grid"),
        /Balance\s+\$49\.99\d+.*Added in all\s+\$50\.00.*Used in all\s+\$0\.0000\d+/s,
    );
    const title = await tab.$eval(".grid .number", (one) => one.title);
    assert.equal(title, `$${balance}`, "the exact amount is there, too");
    const rows = await tab.$$eval("tbody tr", (all) => all.map((one) => one.innerText));
    assert.match(rows[0], /UTC day.*Usage.*2 requests/s);
    assert.match(rows[1], /Grant.*\$50\.00\s+\$50\.00.*for tests.*The operator/s);
    assert.ok(seen.calls.length <= 4, seen.calls.join());
    await isForEveryone(tab);
    await close();
});

test("step: add credits; a purchase waits, and can be cancelled", async () => {
    const { tab, close } = await world.openAs(world.admin, "credits");
    await press(tab, "button", "Buy credit");
    await retype(tab, "Amount (USD)", "1,5");
    await press(tab, "button", "Buy");
    await waitForText(tab, "An amount of more than 0", "dialog[open]");
    await retype(tab, "Amount (USD)", "5");
    await press(tab, "button", "Buy");
    await tab.waitForFunction(() => document.querySelector("dialog[open]").innerText.includes("10"));
    assert.deepEqual((await of("purchases")).data, [], "less than the gateway sells is refused");
    await retype(tab, "Amount (USD)", "25.50");
    await retype(tab, "Note", "for December");
    await isForEveryone(tab);
    await press(tab, "button", "Buy");
    await dialogGone(tab);
    await eventually(
        async () => (await of("purchases")).data.map((one) => [one.amount, one.state]),
        [[25.5, "pending"]],
    );
    assert.doesNotMatch(tab.url(), /act=/);
    await waitForText(tab, "Pending", "tbody");
    assert.match(await textOf(tab, "tbody"), /Purchase\s+Pending.*for December\s+Alan Admin/s, "people by their names");
    await press(tab, "button", "Cancel");
    await eventually(async () => (await of("purchases")).data.map((one) => one.state), ["cancelled"]);
    await close();
});

test("filters are in the URL, and the CSV has what they show", async () => {
    const { tab, url, close } = await world.openAs(world.owner, "credits");
    await tab.select('select[aria-label="Kind"]', "grant");
    await settle(tab);
    assert.match(tab.url(), /kind=grant/);
    assert.equal((await tab.$$("tbody tr")).length, 1);
    const href = await tab.$eval("a[download]", (one) => one.getAttribute("href"));
    const csv = await tab.evaluate(async (path) => (await fetch(path)).text(), `${url}/${href}`);
    const [names, ...rows] = csv.trim().split(/\r?\n/);
    assert.match(names, /^id,kind,state,amount/);
    assert.equal(rows.length, 1);
    assert.match(rows[0], /,grant,done,50,50,50,/);
    await close();
});

test("a voucher gives its credit once", async () => {
    const { data } = await world.gateway.call("POST", "/api/vouchers", { amount: 7.5 });
    const { tab, close } = await world.openAs(world.owner, "credits");
    await press(tab, "button", "Redeem a voucher");
    await retype(tab, "Code", "AAAA-BBBB-CCCC-DDDD");
    await press(tab, "button", "Redeem");
    await tab.waitForSelector("dialog[open] [role=alert]");
    await retype(tab, "Code", data[0].code.toLowerCase());
    await press(tab, "button", "Redeem");
    await dialogGone(tab);
    assert.equal((await of("credits")).total_credits, 57.5);
    await waitForText(tab, "$57.50");
    await close();
});

test("step: transfer from the personal account to the organization", async () => {
    const personal = world.owner.personal_organization_id;
    const bought = await world.gateway.call(
        "POST",
        `/api/organizations/${personal}/purchases`,
        { amount: 20 },
        world.owner.token,
    );
    await world.gateway.call("POST", `/api/organizations/${personal}/purchases/${bought.transaction_id}/confirm`, {});
    const before = (await of("credits")).total_credits;
    const { tab, close } = await world.openAs(world.owner, `#/o/${personal}/credits`);
    await press(tab, "button", "Transfer");
    await select(tab, "To", world.team.id);
    await retype(tab, "Amount (USD)", "12.25");
    await press(tab, "button", "Transfer");
    await dialogGone(tab);
    assert.equal((await of("credits")).total_credits, before + 12.25);
    const left = await world.gateway.call("GET", `/api/organizations/${personal}/credits`);
    assert.equal(left.balance, 7.75);
    await waitForText(tab, `to ${world.team.name}`, "tbody");
    await close();
});

test("a member asks, an admin answers, and the member sees it", async () => {
    const members = await world.openAs(world.member, "credits");
    const acts = await members.tab.$$eval("main button", (all) => all.map((one) => one.innerText.trim()));
    assert.deepEqual(
        acts.filter((one) => /Buy|Redeem|Transfer|Ask/.test(one)),
        ["Ask for credit"],
    );
    assert.doesNotMatch(await textOf(members.tab), /Balance/, "which is not the member's to see");
    await members.tab.$eval(".page-actions button[data-look=primary]", (one) => one.click());
    await retype(members.tab, "Amount (USD)", "15");
    await retype(members.tab, "Note", "an experiment");
    await press(members.tab, "button", "Ask");
    await dialogGone(members.tab);
    assert.equal((await of("credit-requests")).data[0].amount, 15);

    const admins = await world.openAs(world.admin, "credits?tab=requests");
    assert.match(await textOf(admins.tab, "tbody"), /\$15\.00\s+Mary Member\s+an experiment.*Waits/s);
    await press(admins.tab, "button", "Approve");
    await retype(admins.tab, "Amount (USD)", "12");
    await isForEveryone(admins.tab);
    await admins.tab.$eval("dialog[open] button[type=submit]", (one) => one.click());
    await dialogGone(admins.tab);
    await waitForText(admins.tab, "Approved", "tbody");
    const [request] = (await of("credit-requests")).data;
    assert.equal(request.state, "approved");
    assert.equal(request.approved_amount, 12);
    await admins.close();

    await members.tab.reload();
    await settle(members.tab);
    assert.match(await textOf(members.tab, "tbody"), /You.*Approved\s+\$12\.00\s+waits for the payment/s);
    await isForEveryone(members.tab);
    await members.close();
});

test("a member takes a request back; another one is declined", async () => {
    await post("credit-requests", { amount: 3 }, world.member);
    const members = await world.openAs(world.member, "credits?state=pending");
    await press(members.tab, "button", "Withdraw");
    await waitForText(members.tab, "Nobody asks for credit");
    await members.close();
    await post("credit-requests", { amount: 4 }, world.member);
    const { tab, close } = await world.openAs(world.owner, "credits?tab=requests&state=pending");
    await press(tab, "button", "Decline");
    await retype(tab, "Note", "not this month");
    await tab.$eval("dialog[open] button[type=submit]", (one) => one.click());
    await dialogGone(tab);
    const states = (await of("credit-requests")).data.map((one) => [one.state, one.decision_note]);
    assert.deepEqual(states.slice(1), [
        ["withdrawn", null],
        ["declined", "not this month"],
    ]);
    await close();
});

test("what is left of what, in the order in which it is spent, and allowances", async () => {
    await world.gateway.call("POST", "/api/allowances", {
        organization_id: world.team.id,
        amount: 2,
        interval: "monthly",
        note: "each month a little",
    });
    const { tab, close } = await world.openAs(world.owner, "credits?tab=lots");
    const lots = (await of("credit-lots")).data.filter((one) => one.remaining !== 0);
    assert.equal((await tab.$$("table tbody tr[data-row]")).length, lots.length + 1);
    assert.match(await textOf(tab), /\$2\.00 each month \(UTC\).*each month a little/s);
    await isForEveryone(tab);
    await close();
});

test("alerts are set, and the page says that no mail is sent", async () => {
    const { tab, close } = await world.openAs(world.admin, "credits?tab=alerts");
    assert.match(await textOf(tab), /This gateway sends no mail/);
    await retype(tab, "When the balance falls below (USD)", "5.25");
    await tick(tab, "When a budget is spent to 80 and to 100 %");
    await press(tab, "button", "Save alerts");
    await eventually(
        async () => {
            const { low_balance, budgets } = await of("alerts");
            return { low_balance, budgets };
        },
        { low_balance: 5.25, budgets: true },
    );
    await isForEveryone(tab);
    await close();
});

test("an organization without credit says what to do", async () => {
    const person = await newPerson(world.gateway);
    const { tab, close } = await world.openAs(person, `#/o/${person.personal_organization_id}/credits`);
    assert.match(await textOf(tab), /No credit moved in this time/);
    await close();
});
