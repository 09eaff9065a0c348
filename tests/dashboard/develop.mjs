// The dashboard while it is worked on: bundled anew for each load of the page, in front of a gateway that runs. With a
// personal token in TOLLGATE_TOKEN every call is that person's, without signing in.
//
//   TOLLGATE_URL=http://127.0.0.1:8080 node tests/dashboard/develop.mjs
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { startProxy } from "./support/proxy.mjs";

const kBundle = new URL("../../gateway/dashboard/bundle", import.meta.url).pathname;
const kTypes = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };
// As gateway/api/dashboard.cc has it.
const kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; " +
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

let bundles = 0;

export async function startDeveloping({
    gateway,
    token,
    port = 0,
    anew = true, // for each load of the page; else once
    output = join(tmpdir(), `tollgate-dashboard-${process.pid}-${++bundles}`),
}) {
    const bundle = () => promisify(execFile)(kBundle, [output]);
    await bundle();
    const answer = async (path, from, to) => {
        if (path !== "/" && !path.startsWith("/assets/")) return false;
        // Compressed as the gateway has it, where a load is to be as quick as there.
        const coding = !anew && /\bbr\b/.test(from.headers["accept-encoding"] ?? "") ? ".br" : "";
        const name = path === "/" ? "index.html" : basename(path);
        try {
            if (path === "/" && anew) await bundle();
            const body = await readFile(join(output, "files", name + coding));
            to.writeHead(200, {
                "content-type": kTypes[name.split(".").pop()],
                "content-security-policy": kPolicy,
                "cache-control": "no-store",
                ...(coding === "" ? {} : { "content-encoding": "br" }),
            }).end(body);
        } catch (failure) {
            to.writeHead(path === "/" ? 500 : 404, { "content-type": "text/plain" }).end(
                String(failure.stderr ?? failure.message),
            );
        }
        return true;
    };
    return startProxy({ gateway, token, port, answer });
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
    const { url } = await startDeveloping({
        gateway: process.env.TOLLGATE_URL ?? "http://127.0.0.1:8080",
        token: process.env.TOLLGATE_TOKEN,
        port: Number(process.env.PORT ?? 0),
    });
    console.log(`the dashboard: ${url}`);
}
