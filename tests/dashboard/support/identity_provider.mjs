// An identity provider of OpenID Connect on this machine, which signs in at once whoever comes, as `claims` say.
import { createHash, createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";

const kClient = "tollgate",
    kSecret = "secret-of-the-client",
    kKeyId = "one";
const part = (members) => Buffer.from(JSON.stringify(members)).toString("base64url");

export async function startIdentityProvider(claims = {}) {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const asked = new Map(); // by code
    const sign = (members) => {
        const text = `${part({ alg: "RS256", kid: kKeyId, typ: "JWT" })}.${part(members)}`;
        return `${text}.${createSign("sha256").update(text).sign(privateKey, "base64url")}`;
    };
    const answers = {
        "/.well-known/openid-configuration": () => ({
            issuer: provider.issuer,
            authorization_endpoint: `${provider.issuer}/auth`,
            token_endpoint: `${provider.issuer}/token`,
            jwks_uri: `${provider.issuer}/keys`,
        }),
        "/keys": () => ({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: kKeyId, use: "sig", alg: "RS256" }] }),
        "/token": (form) => {
            const begun = asked.get(form.get("code"));
            asked.delete(form.get("code"));
            const challenge = createHash("sha256").update(form.get("code_verifier")).digest("base64url");
            if (!begun || begun.code_challenge !== challenge || begun.redirect_uri !== form.get("redirect_uri"))
                return { error: "invalid_grant" };
            const now = Math.floor(Date.now() / 1000);
            const { nonce } = begun;
            const usual = { iss: provider.issuer, aud: kClient, nonce, iat: now, exp: now + 60 };
            return { access_token: "none", token_type: "Bearer", id_token: sign({ ...usual, ...provider.claims }) };
        },
    };
    const server = createServer(async (from, to) => {
        const url = new URL(from.url, provider.issuer);
        if (url.pathname === "/auth") {
            const begun = Object.fromEntries(url.searchParams);
            const code = randomUUID();
            asked.set(code, begun);
            provider.redirects.push(begun.redirect_uri);
            const back = new URL(begun.redirect_uri);
            back.search = new URLSearchParams({ code, state: begun.state });
            return to.writeHead(302, { location: back.href }).end();
        }
        let text = "";
        for await (const piece of from) text += piece;
        const answer = answers[url.pathname]?.(new URLSearchParams(text));
        to.writeHead(answer === undefined ? 404 : answer.error ? 400 : 200, { "content-type": "application/json" });
        return to.end(JSON.stringify(answer ?? {}));
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const provider = {
        issuer: `http://127.0.0.1:${server.address().port}`,
        claims,
        redirects: [], // each address that somebody was to be sent back to
        stop: () => (server.closeAllConnections(), server.close()),
    };
    // Of the gateway.
    provider.config = `sign_in:
  allowed_networks: [127.0.0.0/8]
  providers:
    - {id: acme, name: Acme account, issuer: "${provider.issuer}", client_id: ${kClient}, client_secret: ${kSecret}}
`;
    return provider;
}
