// An authenticator app: RFC 6238 with SHA-1, six digits, thirty seconds. And what its camera sees.
import { createHmac } from "node:crypto";
import jsqr from "jsqr";
import { PNG } from "pngjs";

const kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const kStepS = 30;

function bytesOf(secret) {
    const bits = [...secret].map((one) => kAlphabet.indexOf(one).toString(2).padStart(5, "0")).join("");
    return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

export function codeOf(secret, atMs = Date.now()) {
    const step = Buffer.alloc(8);
    step.writeBigUInt64BE(BigInt(Math.floor(atMs / 1000 / kStepS)));
    const digest = createHmac("sha1", bytesOf(secret)).update(step).digest();
    const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
    return String(number % 1_000_000).padStart(6, "0");
}

// The text of the QR code on a picture; null: it has none.
export function readQrCode(png) {
    const { data, width, height } = PNG.sync.read(Buffer.from(png));
    return jsqr(new Uint8ClampedArray(data), width, height)?.data ?? null;
}
