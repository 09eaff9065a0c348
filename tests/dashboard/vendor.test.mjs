// That the libraries in gateway/dashboard/vendor are what npm has under their names, byte by byte.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { test } from "node:test";

const kVendor = new URL("../../gateway/dashboard/vendor/", import.meta.url).pathname;
const kPackages = {
    preact: "preact",
    "preact-signals": "@preact/signals",
    "preact-signals-core": "@preact/signals-core",
    uplot: "uplot",
    uqr: "uqr",
};
const kOurs = ["README.md", "SHA256SUMS", "private_names.json"];

async function filesBelow(folder) {
    const entries = await readdir(folder, { withFileTypes: true });
    const found = await Promise.all(
        entries.map((one) => (one.isDirectory() ? filesBelow(join(folder, one.name)) : [join(folder, one.name)])),
    );
    return found.flat();
}
const digest = async (file) =>
    createHash("sha256")
        .update(await readFile(file))
        .digest("hex");

test("vendored files are those of SHA256SUMS, all of them", async () => {
    const listed = (await readFile(join(kVendor, "SHA256SUMS"), "utf8"))
        .trim()
        .split("\n")
        .map((line) => line.split("  "));
    const there = (await filesBelow(kVendor))
        .map((file) => relative(kVendor, file))
        .filter((file) => !kOurs.includes(file));
    assert.deepEqual(there.sort(), listed.map(([, file]) => file).sort());
    for (const [sum, file] of listed) assert.equal(await digest(join(kVendor, file)), sum, file);
});

test("vendored files are those of the npm packages, with their licences", async () => {
    const installed = new URL("node_modules/", import.meta.url).pathname;
    for (const [folder, name] of Object.entries(kPackages)) {
        const files = await filesBelow(join(kVendor, folder));
        assert.ok(
            files.some((file) => file.endsWith("LICENSE")),
            `${folder} has its licence`,
        );
        for (const file of files) {
            assert.equal(
                await digest(file),
                await digest(join(installed, name, relative(join(kVendor, folder), file))),
                file,
            );
        }
    }
});
