// Ranges and buckets in the viewer's zone, across days on which clocks change.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importSources } from "./support/sources.mjs";

const range = await importSources("components/range.ts");
const kHour = 3_600_000;

function inZone(zone, act) {
    const before = process.env.TZ;
    process.env.TZ = zone;
    try {
        return act();
    } finally {
        process.env.TZ = before ?? "";
    }
}
const lengths = (buckets, to) => buckets.begins.map((begin, at) => ((buckets.begins[at + 1] ?? to) - begin) / kHour);

for (const [zone, now, day, hours] of [
    ["Europe/Berlin", "2026-10-27T10:00:00Z", "2026-10-25", 25],
    ["America/New_York", "2026-03-10T12:00:00Z", "2026-03-08", 23],
    ["Australia/Lord_Howe", "2026-04-07T00:00:00Z", "2026-04-05", 24.5],
    ["Asia/Kathmandu", "2026-10-27T10:00:00Z", "2026-10-25", 24],
    ["Pacific/Auckland", "2026-09-29T10:00:00Z", "2026-09-27", 23],
]) {
    test(`${zone}: ${day} has ${hours} hours, and days begin at midnight there`, () =>
        inZone(zone, () => {
            const week = range.readRange({ range: "7d" }, "7d", new Date(now));
            const buckets = range.bucketsOf(week);
            assert.equal(buckets.begins.length, 7);
            for (const begin of buckets.begins) assert.equal(begin.getHours() + begin.getMinutes(), 0, String(begin));
            const at = buckets.begins.findIndex((begin) => begin.toLocaleDateString("sv") === day);
            assert.equal(lengths(buckets, week.to)[at], hours);
            for (const edge of buckets.query.edges.split(","))
                assert.equal(Date.parse(edge) % range.kQuarterMs, 0, edge);
            assert.equal(buckets.query.edges.split(",").length, 8);
        }));
}

test("a month is the viewer's, also where it is another one in UTC", () =>
    inZone("Pacific/Kiritimati", () => {
        const month = range.readRange({ range: "month" }, "7d", new Date("2026-10-31T20:00:00Z")); // November there
        assert.equal(month.from.toISOString(), "2026-10-31T10:00:00.000Z");
        const last = range.readRange({ range: "last_month" }, "7d", new Date("2026-10-31T20:00:00Z"));
        assert.equal(last.to.toISOString(), month.from.toISOString());
        assert.equal(last.from.toISOString(), "2026-09-30T10:00:00.000Z");
    }));

test("an own range is widened to quarters of an hour; one that makes no sense is the usual one", () => {
    const own = range.readRange({ from: "2026-11-01T10:07:00Z", to: "2026-11-01T11:01:00Z" }, "7d", new Date());
    assert.deepEqual(
        [own.from.toISOString(), own.to.toISOString()],
        ["2026-11-01T10:00:00.000Z", "2026-11-01T11:15:00.000Z"],
    );
    for (const [from, to] of [
        ["x", "y"],
        ["2026-11-02", "2026-11-01"],
        ["2026-11-01", ""],
    ]) {
        assert.equal(range.readRange({ from, to }, "30d", new Date()).preset, "30d");
    }
    assert.equal(range.readRange({ range: "__proto__" }, "day", new Date()).preset, "day");
});

test("short ranges have minutes or hours, long ones days", () => {
    const unit = (name) =>
        range.bucketsOf(range.readRange({ range: name }, "7d", new Date("2026-11-15T12:34:56Z"))).unit;
    assert.deepEqual(["hour", "day", "7d", "90d"].map(unit), ["minute", "hour", "day", "day"]);
});
