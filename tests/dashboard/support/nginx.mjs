// Debian's nginx in front of a gateway, by the configuration that operators are given: configs/nginx.conf, with the
// addresses of this machine put in. Beside it a copy of the page's policy that only reports, and what browsers report.
import { spawn } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const kExample = new URL("../../../configs/nginx.conf", import.meta.url);
const kNginx = process.env.NGINX ?? "/usr/sbin/nginx";
const kStartMs = 30_000;
export const kBasePath = "/two/segments";

// The folder with cert.pem and key.pem, which `run --behind-nginx` makes; undefined: the other form of the tests.
export const kCertificates = process.env.TOLLGATE_BEHIND_NGINX;

// By which Chromium knows this one certificate, and trusts no other that nobody vouches for.
export async function certificatePin() {
    const certificate = new X509Certificate(await readFile(join(kCertificates, "cert.pem")));
    return createHash("sha256")
        .update(certificate.publicKey.export({ type: "spki", format: "der" }))
        .digest("base64");
}

// Each of `changes` must be in the example: else the test would try something else than what operators are given.
async function exampleWith(changes) {
    let text = await readFile(kExample, "utf8");
    for (const [from, to] of changes) {
        if (!text.includes(from)) throw new Error(`configs/nginx.conf has no "${from}"`);
        text = text.replaceAll(from, to);
    }
    return text;
}

async function collectReports(reports) {
    const server = createServer((from, to) => {
        let text = "";
        from.on("data", (piece) => (text += piece));
        from.on("end", () => {
            reports.push(text);
            to.writeHead(204).end();
        });
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return server;
}

function answers(port) {
    return new Promise((resolve) => {
        const socket = connect(port, "127.0.0.1");
        socket.on("connect", () => (socket.destroy(), resolve(true)));
        socket.on("error", () => resolve(false));
    });
}

async function start(directory, port) {
    const main = join(directory, "nginx.conf");
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((name) => `    ${name}_temp_path ${join(directory, name)};\n`)
        .join("");
    await writeFile(
        main,
        `daemon off;
${process.getuid() === 0 ? "user root;" : ""}
pid ${join(directory, "pid")};
error_log stderr warn;
events {}
http {
    access_log off;
${temporary}    include ${join(directory, "tollgate.conf")};
}
`,
    );
    const nginx = spawn(kNginx, ["-p", directory, "-c", main], { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    nginx.stderr.on("data", (piece) => (errors = (errors + piece).slice(-3000)));
    const end = Date.now() + kStartMs;
    while (!(await answers(port))) {
        if (nginx.exitCode !== null || Date.now() > end) throw new Error(`nginx does not start: ${errors}`);
        await new Promise((done) => setTimeout(done, 20));
    }
    return nginx;
}

// `upstream`: URL of the gateway. `policy`: the page's Content-Security-Policy.
export async function startNginx({ upstream, port, policy }) {
    const directory = await mkdtemp(join(tmpdir(), "tollgate-nginx-"));
    const reports = [];
    const collector = await collectReports(reports);
    const reporting = `
    add_header Content-Security-Policy-Report-Only "${policy}; report-uri /csp-reports" always;
    location = /csp-reports {
        proxy_pass http://127.0.0.1:${collector.address().port};
    }
`;
    const name = "server_name tollgate.example.com;";
    const text = await exampleWith([
        ["listen 443 ssl http2;", `listen 127.0.0.1:${port} ssl http2;`],
        ["    listen [::]:443 ssl http2;\n", ""],
        [name, `server_name localhost;\n${reporting}`],
        ["/etc/ssl/certs/tollgate.pem", join(kCertificates, "cert.pem")],
        ["/etc/ssl/private/tollgate.key", join(kCertificates, "key.pem")],
        ["127.0.0.1:8080", new URL(upstream).host],
    ]);
    if (!text.includes(`location ${kBasePath}/ {`)) throw new Error(`configs/nginx.conf is not for ${kBasePath}`);
    await writeFile(join(directory, "tollgate.conf"), text);
    const nginx = await start(directory, port);
    return {
        reports,
        async stop() {
            await new Promise((resolve) => {
                nginx.once("exit", resolve);
                nginx.kill("SIGTERM");
            });
            collector.closeAllConnections();
            await new Promise((resolve) => collector.close(resolve));
            await rm(directory, { recursive: true, force: true });
        },
    };
}
