// In front of a gateway, on this machine: adds a person's token to calls of the API. For developers
// only; it is no part of the product.
import { createServer, request } from "node:http";

// `answer(path, from, to)`, if given, answers what is not of the API and returns true, or leaves it to the gateway.
export async function startProxy({ gateway, token, port = 0, answer = async () => false }) {
    const pass = (from, to) => {
        const headers = { ...from.headers, host: new URL(gateway).host };
        if (token && from.url.startsWith("/api/")) headers.authorization = `Bearer ${token}`;
        const onward = request(gateway + from.url, { method: from.method, headers }, (reply) => {
            to.writeHead(reply.statusCode, reply.headers);
            reply.pipe(to);
        });
        onward.on("error", () => (to.headersSent ? to.destroy() : to.writeHead(502).end()));
        to.on("close", () => onward.destroy());
        from.pipe(onward);
    };
    const server = createServer(async (from, to) => {
        const path = from.url.split("?")[0];
        if (path.startsWith("/api/") || !(await answer(path, from, to))) pass(from, to);
    });
    await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
    const stop = () =>
        new Promise((done) => {
            server.closeAllConnections();
            server.close(done);
        });
    return { url: `http://127.0.0.1:${server.address().port}`, stop };
}
