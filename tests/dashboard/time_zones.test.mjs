// Ranges and buckets in the viewer's zone, across days on which clocks change.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importSources } from "./support/sources.mjs";
import { inZone } from "./support/zones.mjs";

const range = await importSources("components/range.ts");
const kHour = 3_600_000;
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
        const found = range.readRange({ from, to }, "30d", new Date());
        assert.equal(found.preset, "30d");
        assert.match(found.fault, /The time in the address cannot be shown\..* This is: Last 30 days\./, "it is said");
    }
    const unknown = range.readRange({ range: "__proto__" }, "day", new Date());
    assert.equal(unknown.preset, "day");
    assert.match(unknown.fault, /no range of this page.*Last 24 hours/);
    assert.equal(range.readRange({ range: "7d" }, "day", new Date()).fault, null);
    assert.equal(range.readRange({}, "day", new Date()).fault, null);
    assert.match(range.readRange({ range: "all" }, "7d", new Date()).fault, /no range/, "sums are not of all time");
    assert.equal(range.readRange({ range: "all" }, "7d", new Date(), range.kListPresets).from.getTime(), 0);
});

test("short ranges have minutes or hours, long ones days", () => {
    const unit = (name) =>
        range.bucketsOf(range.readRange({ range: name }, "7d", new Date("2026-11-15T12:34:56Z"))).unit;
    assert.deepEqual(["hour", "day", "7d", "90d"].map(unit), ["minute", "hour", "day", "day"]);
});

for (const [zone, from, to, unit] of [
    ["Europe/Berlin", "2026-05-01T10:15:00Z", "2026-10-26T10:00:00Z", "day"], // 178 days
    ["Europe/Berlin", "2024-06-06T10:15:00Z", "2026-11-15T10:00:00Z", "week"], // 892 days
    ["Asia/Kathmandu", "2023-07-01T00:00:00Z", "2026-11-15T10:00:00Z", "week"],
    ["America/New_York", "2020-11-15T10:15:00Z", "2026-11-15T10:00:00Z", "month"], // six years
    ["Pacific/Auckland", "2011-11-15T10:15:00Z", "2026-11-15T10:00:00Z", "month"], // the longest
])
    test(`${zone}: ${from} to ${to} has ${unit}s, few enough for an address, without a hole`, () =>
        inZone(zone, () => {
            const own = range.readRange({ from, to }, "7d", new Date(to));
            assert.equal(own.fault, null);
            const { begins, query, unit: found } = range.bucketsOf(own);
            assert.equal(found, unit);
            assert.ok(begins.length <= range.kMostBuckets + 1, `${begins.length} points`);
            const edges = query.edges.split(",");
            assert.ok(encodeURIComponent(query.edges).length < 6000, "proxies allow 8 kB");
            assert.deepEqual([Date.parse(edges[0]), Date.parse(edges.at(-1))], [+own.from, +own.to]);
            assert.deepEqual(
                edges.map((edge) => Date.parse(edge)),
                [...begins, own.to].map(Number),
            );
            for (const begin of begins.slice(1)) {
                assert.equal(begin.getHours() + begin.getMinutes(), 0, String(begin));
                if (unit === "week") assert.equal(begin.getDay(), 1, "Monday");
                if (unit === "month") assert.equal(begin.getDate(), 1);
            }
        }));

test("a range that no chart has room for is refused in words", () => {
    const found = range.readRange({ from: "1990-01-01", to: "2026-01-01" }, "7d", new Date());
    assert.match(found.fault, /15 years long at most/);
    assert.equal(range.faultOf(new Date("2026-01-02"), new Date("2026-01-01")), "It must end after it begins.");
});
