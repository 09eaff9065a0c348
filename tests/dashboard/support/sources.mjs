// Modules of the dashboard's sources for a test that needs no page: bundled together, as the build does it, and imported.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const kSources = new URL("../../../gateway/dashboard/", import.meta.url).pathname;

export async function importSources(...paths) {
    const directory = await mkdtemp(join(tmpdir(), "tollgate-source-"));
    const all = join(directory, "all.ts"),
        out = join(directory, "module.mjs");
    await writeFile(all, paths.map((path) => `export * from ${JSON.stringify(join(kSources, path))};\n`).join(""));
    // What little of a browser modules look at as they are loaded.
    const banner =
        "globalThis.location ??= { hash: '', href: 'http://x.test/' }; globalThis.addEventListener ??= () => {};";
    await promisify(execFile)("esbuild", [
        all,
        "--bundle",
        "--format=esm",
        "--target=es2022",
        `--tsconfig=${kSources}bundle.tsconfig.json`,
        `--banner:js=${banner}`,
        `--outfile=${out}`,
    ]);
    try {
        return await import(pathToFileURL(out));
    } finally {
        await rm(directory, { recursive: true });
    }
}
