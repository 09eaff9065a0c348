// Requests as CSV and ledger say them, summed up in whole nano-dollars.
import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

// The fields of a line of CSV; none of ours has a line break in it.
export function fieldsOf(line) {
    if (!line.includes('"')) return line.split(",");
    const fields = [];
    for (const [, quoted, plain] of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g))
        fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    return fields;
}

// "1.5" is 1500000000. A single request is far from what a double cannot hold; sums are made of big integers.
export function nanoOf(decimal) {
    const found = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(decimal);
    if (!found) throw new Error(`not an amount: ${decimal}`);
    const [, sign, whole, parts = ""] = found;
    const nano = Number(whole) * 1e9 + Number(parts.padEnd(9, "0"));
    return sign ? -nano : nano;
}

async function* rowsOf(stream) {
    let names = null;
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
        const fields = fieldsOf(line);
        if (names === null) {
            names = Object.fromEntries(fields.map((name, at) => [name, at]));
            continue;
        }
        if (fields.length !== Object.keys(names).length) throw new Error(`a row of another length: ${line}`);
        yield (name) => fields[names[name]];
    }
}

// When each request was settled and what it was charged, of activity's CSV.
export async function readActivity(file) {
    const found = { ids: new Set(), at: [], charged: [] };
    for await (const field of rowsOf(createReadStream(file))) {
        found.ids.add(field("id"));
        found.at.push(Date.parse(field("settled_at")));
        found.charged.push(nanoOf(field("charged")));
    }
    return found;
}

// The same of an organization's entries in the ledger, of a gateway that runs. What was free has no entry.
export async function readLedger(binary, data, organization) {
    const found = { at: [], charged: [] };
    const program = spawn(
        binary,
        ["ledger", "export", "--data-dir", data, "--what", "entries", "--org", organization],
        {
            stdio: ["ignore", "pipe", "inherit"],
        },
    );
    const ended = new Promise((done) => program.once("close", done));
    for await (const field of rowsOf(program.stdout)) {
        if (field("kind") !== "usage" || field("account") !== "organization:available") continue;
        found.at.push(Date.parse(field("at")));
        found.charged.push(-Number(field("amount_nano")));
    }
    const status = await ended;
    if (status !== 0) throw new Error(`ledger export ended with ${status}`);
    return found;
}

// Of each span between two edges: how many, and what they were charged together.
export function sumsBetween(edges, { at, charged }) {
    const sums = edges.slice(1).map(() => ({ requests: 0, charged: 0n }));
    const parts = sums.map(() => 0); // of a day: exact in a double, and much faster
    for (let row = 0; row < at.length; ++row) {
        let low = 0,
            high = edges.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (edges[middle] <= at[row]) low = middle + 1;
            else high = middle;
        }
        if (low === 0 || low === edges.length) continue;
        sums[low - 1].requests += 1;
        parts[low - 1] += charged[row];
    }
    return sums.map(({ requests }, place) => {
        if (!Number.isSafeInteger(parts[place])) throw new Error("the sum is not exact");
        return { requests, charged: BigInt(parts[place]) };
    });
}
