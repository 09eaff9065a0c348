// Amounts on their way through the page: no double ever holds one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importSources } from "./support/sources.mjs";

const {
    DecimalNumber,
    compareDecimals,
    isZero,
    parseDecimal,
    readEvent,
    shareOf,
    unitsOf,
    usdExactText,
    usdText,
    writeJson,
} = await importSources("api/decimal.ts", "api/json.ts", "components/money.tsx", "api/live.ts");

test("amounts are compared exactly, however long and however written", () => {
    const one = new DecimalNumber("9007199254.740993001"),
        other = new DecimalNumber("9007199254.740993002");
    assert.equal(Number(one.text), Number(other.text), "doubles do not tell them apart");
    assert.equal(compareDecimals(one, other), -1);
    assert.equal(compareDecimals(new DecimalNumber("0.10"), new DecimalNumber("0.1")), 0);
    assert.equal(compareDecimals(new DecimalNumber("1.5e-7"), new DecimalNumber("0.00000015")), 0);
    assert.equal(compareDecimals(-1, new DecimalNumber("-0.999999999")), -1);
    assert.ok(isZero(0) && isZero(new DecimalNumber("-0.000000000")) && !isZero(new DecimalNumber("0.000000001")));
    assert.equal(unitsOf(new DecimalNumber("-2.5")), -2_500_000_000_000_000_000n);
    assert.equal(shareOf(new DecimalNumber("0.25"), 1), 0.25);
    assert.equal(shareOf(5, 0), 0);
});

test("what a person types is an amount or nothing, never another amount", () => {
    assert.equal(parseDecimal(" 12.50 ").text, "12.50");
    for (const wrong of ["1,5", "1.000,00", "1e3", "", ".", "5.", "$5", "NaN", "0x10", "1 000"])
        assert.equal(parseDecimal(wrong), null, wrong);
});

test("amounts are written to the cent, and exactly where they are less", () => {
    assert.equal(usdText(new DecimalNumber("1234567.891")), "$1,234,567.89");
    assert.equal(usdText(new DecimalNumber("0.000026500")), "$0.0000265");
    assert.equal(usdText(0), "$0.00");
    assert.equal(usdText(new DecimalNumber("-0.01")), "-$0.01");
    assert.equal(usdExactText(new DecimalNumber("4000000000.123456789")), "$4,000,000,000.123456789");
});

test("a decimal is written as a number, and text that looks like one stays text", () => {
    assert.equal(writeJson({ amount: new DecimalNumber("0.10"), note: "0.10" }), '{"amount":0.10,"note":"0.10"}');
});

test("events of a stream are read, and comments are not events", () => {
    assert.deepEqual(readEvent('event: lost\ndata: {"requests":3}'), { name: "lost", data: { requests: 3 } });
    assert.equal(readEvent(": keep-alive"), null);
});
