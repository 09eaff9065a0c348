// By which address tests, and the browser of the tests, reach a gateway: straight, or through nginx below a path.
import { createServer } from "node:net";
import { startDeveloping } from "../develop.mjs";
import { kBasePath, kCertificates, startNginx } from "./nginx.mjs";

export const kBehindNginx = kCertificates !== undefined;
// While developing: the pages as their sources are, in front of a gateway that was built before.
export const kFromSources = process.env.TOLLGATE_DASHBOARD_SOURCES !== undefined;

// Below those that systems give to whoever asks for any: nobody takes it between now and its use.
const kFirstPort = 20_000,
    kPorts = 12_000;
async function freePort() {
    for (;;) {
        const port = kFirstPort + Math.floor(Math.random() * kPorts);
        const server = createServer();
        const free = await new Promise((resolve) => {
            server.once("error", () => resolve(false));
            server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
        });
        if (free) return port;
    }
}

// Known before anything runs, because the gateway is told its public address. `listenPort` is the gateway's own; 0: any.
export async function planFront() {
    const port = await freePort();
    return {
        port,
        url: kBehindNginx ? `https://localhost:${port}${kBasePath}` : `http://localhost:${port}`,
        listenPort: kBehindNginx || kFromSources ? 0 : port,
    };
}

// What stands between the browser and the gateway at the URL `gateway`. `reports`: what browsers reported to nginx.
export async function startFront(plan, gateway) {
    const developing = kFromSources
        ? await startDeveloping({ gateway, anew: false, port: kBehindNginx ? 0 : plan.port })
        : null;
    if (!kBehindNginx) return { reports: [], stop: () => developing?.stop() };
    const upstream = developing?.url ?? gateway;
    const policy = (await fetch(`${upstream}/`)).headers.get("content-security-policy");
    const nginx = await startNginx({ upstream, port: plan.port, policy });
    return {
        reports: nginx.reports,
        async stop() {
            await nginx.stop();
            await developing?.stop();
        },
    };
}
