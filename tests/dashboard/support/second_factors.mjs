// What people have beside a password: an authenticator app, and a passkey of the browser's own making.
import { createHmac } from "node:crypto";
import { callAsPage } from "./signing_in.mjs";

const kStepMs = 30_000;
const kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function bytesOf(secret) {
    let bits = "";
    for (const letter of secret.replace(/[\s=]/g, "")) bits += kAlphabet.indexOf(letter).toString(2).padStart(5, "0");
    return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

// RFC 6238, with SHA-1 and six digits.
export function codeAt(secret, step) {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(step));
    const hash = createHmac("sha1", bytesOf(secret)).update(counter).digest();
    const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
    return String(number % 1_000_000).padStart(6, "0");
}

// An app with the secret. A code counts once, and for the step before and after its own: each call gives one that has not
// been used, without waiting for its time where it can.
export function authenticatorApp(secret) {
    let last = 0;
    return {
        async code() {
            const now = () => Math.floor(Date.now() / kStepMs);
            while (last > now()) await new Promise((done) => setTimeout(done, 200));
            last = Math.max(last + 1, now() - 1);
            return codeAt(secret, last);
        },
        wrongCode() {
            const now = Math.floor(Date.now() / kStepMs);
            const good = [-3, -2, -1, 0, 1, 2, 3].map((step) => codeAt(secret, now + step));
            for (let at = 0; ; ++at) {
                const code = String(at).padStart(6, "0");
                if (!good.includes(code)) return code;
            }
        },
    };
}

// Set up through the API by a session that has just begun.
export async function setUpApp(gateway, cookie) {
    const begun = await (await callAsPage(gateway, "POST", "/api/me/totp", undefined, cookie)).json();
    const app = authenticatorApp(begun.secret);
    const body = { code: await app.code() };
    const done = await (await callAsPage(gateway, "POST", "/api/me/totp/confirm", body, cookie)).json();
    return { app, recoveryCodes: done.recovery_codes };
}

// A device of the browser's that makes passkeys without asking anybody. `verifies`: it looks who is there, by a finger.
export async function addAuthenticator(tab, { verifies = true } = {}) {
    const session = await tab.createCDPSession();
    await session.send("WebAuthn.enable");
    const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
        options: {
            protocol: "ctap2",
            transport: verifies ? "internal" : "usb",
            hasResidentKey: true,
            hasUserVerification: verifies,
            isUserVerified: verifies,
            automaticPresenceSimulation: true,
        },
    });
    return {
        async credentials() {
            return (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
        },
    };
}
