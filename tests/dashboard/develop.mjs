// The dashboard while it is worked on: bundled anew for each load of the page, from a gateway that runs. For developers
// only: with a personal token in TOLLGATE_TOKEN every call is that person's, without signing in.
//
//   TOLLGATE_URL=http://127.0.0.1:8080 node tests/dashboard/develop.mjs
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";

const kBundle = new URL("../../gateway/dashboard/bundle", import.meta.url).pathname;
const kTypes = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css", svg: "image/svg+xml" };
const kPageFields = {
    "content-security-policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; " +
        "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "cache-control": "no-store",
};

// `token`: whose calls they are. Returns the address and a function that stops it.
export async function startDeveloping({ gateway, token, port = 0, output = join(tmpdir(), `tollgate-dashboard-${process.pid}`) }) {
    const bundle = () => promisify(execFile)(kBundle, [output]);
    await bundle();

    const showFile = async (name, response) => {
        const body = await readFile(join(output, "files", name));
        response.writeHead(200, { "content-type": kTypes[name.split(".").pop()], ...kPageFields }).end(body);
    };
    const pass = (from, to) => {
        const headers = { ...from.headers, host: new URL(gateway).host };
        if (token) headers.authorization = `Bearer ${token}`;
        const onward = request(gateway + from.url, { method: from.method, headers }, (answer) => {
            to.writeHead(answer.statusCode, answer.headers);
            answer.pipe(to);
        });
        onward.on("error", () => to.writeHead(502).end());
        to.on("close", () => onward.destroy());
        from.pipe(onward);
    };
    const server = createServer(async (from, to) => {
        const path = from.url.split("?")[0];
        if (path.startsWith("/api/")) return pass(from, to);
        try {
            if (path === "/") await bundle();
            await showFile(path === "/" ? "index.html" : basename(path), to);
        } catch (failure) {
            to.writeHead(path === "/" ? 500 : 404, { "content-type": "text/plain" }).end(String(failure.stderr ?? failure.message));
        }
    });
    await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
    return { url: `http://127.0.0.1:${server.address().port}`, stop: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }) };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
    const { url } = await startDeveloping({
        gateway: process.env.TOLLGATE_URL ?? "http://127.0.0.1:8080",
        token: process.env.TOLLGATE_TOKEN,
        port: Number(process.env.PORT ?? 0),
    });
    console.log(`the dashboard: ${url}`);
}
