// The real gateway on a free port with a fresh data directory, and the sample upstream where a test calls models.
import { spawn, execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { planFront, startFront } from "./front.mjs";

const kRoot = new URL("../../../", import.meta.url).pathname;
export const kBinary = process.env.TOLLGATE_BINARY ?? join(kRoot, "build/release/tollgate");
const kUpstream = process.env.TOLLGATE_SAMPLE_UPSTREAM ?? join(kRoot, "build/release/sample_upstream");
const kStartMs = 200_000;

// The first line on standard output, which both programs print when they listen.
function firstLine(process, name) {
    return new Promise((resolve, reject) => {
        let text = "",
            errors = "";
        const late = setTimeout(() => reject(new Error(`${name} was not ready in time: ${errors}`)), kStartMs);
        process.stderr.on("data", (piece) => {
            errors = (errors + piece).slice(-3000);
        });
        process.stdout.on("data", (piece) => {
            text += piece;
            if (!text.includes("\n")) return;
            clearTimeout(late);
            resolve(text.split("\n", 1)[0]);
        });
        process.on("exit", (status) => reject(new Error(`${name} ended with ${status}: ${errors}`)));
    });
}

function stopProcess(process) {
    if (process.exitCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
        process.once("exit", resolve);
        process.kill("SIGTERM");
    });
}

function upstreamConfig(address) {
    return `
providers:
  - name: sample
    base_url: http://${address}/v1
    api_key: sample
`;
}

// A program that the build puts beside the gateway.
export const besideGateway = (name) => join(dirname(kBinary), name);

async function initialize(data) {
    const made = await promisify(execFile)(kBinary, ["init", "--data-dir", data, "--json"]);
    return JSON.parse(made.stdout);
}

// `config`: further YAML; `accounts`: more of that section. With `upstream`, the models of the sample upstream can be
// called. `fill(data)` makes the data directory where it is not to be an empty one; what it returns has the `root_key`.
// `url` is the public address, by which everything goes, also what tests call themselves; `ownUrl` is the gateway's
// without what may stand before it.
export async function startGateway({ upstream = false, config = "", accounts = {}, fill = initialize } = {}) {
    const front = await planFront();
    const directory = await mkdtemp(join(tmpdir(), "tollgate-dashboard-"));
    const data = join(directory, "data");
    const init = await fill(data);
    let sample = null,
        more = "";
    if (upstream) {
        sample = spawn(kUpstream, ["--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "pipe"] });
        more = upstreamConfig(/[0-9.]+:\d+/.exec(await firstLine(sample, "the sample upstream"))[0]);
    }
    const masterKey = join(directory, "master.key");
    await writeFile(masterKey, randomBytes(32).toString("hex") + "\n", { mode: 0o600 });
    const file = join(directory, "config.yaml");
    await writeFile(
        file,
        `
listen: 127.0.0.1:${front.listenPort}
operations_listen: 127.0.0.1:0
workers: 1
catalogue: [${join(kRoot, "configs/catalogue")}]
data_dir: ${data}
access_log: ${join(directory, "access.log")}
secrets: {master_key_file: ${masterKey}}
accounts: ${JSON.stringify({ public_url: front.url, ...accounts })}
trusted_proxies: [127.0.0.1/32]
${more}${config}`,
    );
    const process = spawn(kBinary, ["serve", "--config", file], { stdio: ["ignore", "pipe", "pipe"] });
    const line = await firstLine(process, "the gateway");
    const { url } = front;
    const ownUrl = /data (http:\/\/\S+)/.exec(line)[1];
    const before = await startFront(front, ownUrl);
    const gateway = {
        url,
        ownUrl,
        directory,
        data,
        pid: process.pid,
        reports: before.reports,
        rootKey: init.root_key,
        init,
        // A management call as the operator, or with another key.
        async call(method, path, body, key = init.root_key) {
            const answer = await fetch(url + path, {
                method,
                headers: {
                    authorization: `Bearer ${key}`,
                    ...(body === undefined ? {} : { "content-type": "application/json" }),
                },
                body: body === undefined ? undefined : JSON.stringify(body),
            });
            const text = await answer.text();
            if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
            return text === "" ? null : JSON.parse(text);
        },
        async stop() {
            await before.stop();
            await stopProcess(process);
            if (sample) await stopProcess(sample);
            await rm(directory, { recursive: true, force: true });
        },
    };
    return gateway;
}
