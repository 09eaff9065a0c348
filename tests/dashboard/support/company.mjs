// A gateway whose store has what a large customer has left in it after months (tests/support/build_company.cc): three
// organizations, the first of which has nine tenths of the requests.
import { execFile } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { newKey, newOperator, newPerson } from "./accounts.mjs";
import { besideGateway, startGateway } from "./gateway.mjs";

export const kDayMs = 86_400_000;

async function build(data, requests, days) {
    const size = [data, requests, days, Date.now()].map(String);
    return JSON.parse((await promisify(execFile)(besideGateway("build_company"), size)).stdout);
}

// Into `data`. While one works on what asks: TOLLGATE_COMPANY names a directory in which the store is kept, so that it is
// built once and copied then. It is for one number of requests, and grows old with the days.
async function fill(data, requests, days) {
    const kept = process.env.TOLLGATE_COMPANY;
    if (kept === undefined) return build(data, requests, days);
    const told = join(kept, "company.json");
    let made = await readFile(told, "utf8").then(JSON.parse, () => null);
    if (made === null) {
        made = await build(join(kept, "data"), requests, days);
        await writeFile(told, JSON.stringify(made));
    }
    await cp(join(kept, "data"), data, { recursive: true });
    return made;
}

// `requests` in the `days` up to now; their detail is kept for all of the days. Any key of the company can call models.
export async function startCompany({ requests, days }) {
    const gateway = await startGateway({
        upstream: true,
        config: `retention: {classes: {standard: {number: 0, days: ${days + 30}}, minimal: {number: 1, days: 1}}}\n`,
        fill: (data) => fill(data, requests, days),
    });
    try {
        const { organizations } = gateway.init;
        for (const { id } of organizations)
            await gateway.call("PUT", `/api/organizations/${id}/plan`, { plan: "enterprise" });
        const [team] = organizations;
        const owner = await newPerson(gateway, { name: "Olivia Owner", team });
        const operator = await newOperator(gateway);
        const key = await newKey(gateway, team, "Chats meanwhile");
        return { gateway, team, owner, operator, key };
    } catch (failure) {
        await gateway.stop();
        throw failure;
    }
}
