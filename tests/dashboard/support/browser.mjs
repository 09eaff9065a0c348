// Debian's Chromium, and what every test wants to know of a page: what it loaded, what it violated, what it complained of.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import puppeteer from "puppeteer-core";
import { kBehindNginx } from "./front.mjs";
import { certificatePin } from "./nginx.mjs";

const kChromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
const kAxe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export async function startBrowser() {
    const args = ["--no-sandbox", "--lang=en-US", "--force-color-profile=srgb"];
    if (kBehindNginx) args.push(`--ignore-certificate-errors-spki-list=${await certificatePin()}`);
    return puppeteer.launch({ executablePath: kChromium, args });
}

// What Chromium itself counts as an offence of the page, before any script of it runs and in its frames, too.
const kOffences = ["ContentSecurityPolicyIssue", "MixedContentIssue", "BlockedByResponseIssue"];
async function watchOffences(tab, violations) {
    const session = await tab.createCDPSession();
    session.on("Audits.issueAdded", ({ issue }) => {
        if (!kOffences.includes(issue.code) || issue.details.contentSecurityPolicyIssueDetails?.isReportOnly) return;
        violations.push(`${issue.code} ${JSON.stringify(issue.details)}`);
    });
    await session.send("Audits.enable");
}

// A page loads from where the gateway is, and from below its path there. What it makes itself is of no host.
const kOwnSchemes = ["data:", "blob:", "about:"];
const isElsewhere = (address, url) =>
    !address.startsWith(`${url}/`) && !kOwnSchemes.includes(new URL(address).protocol);

// A tab that has the look given, in a context of its own: no cookie of another test. `url` is the gateway's. `seen` has what
// happened in it; the paths of `calls` are those below `url`. `close()` fails if the page did what no page may: a test that
// provokes it looks at `violations`, `errors` or `elsewhere` itself, and empties it. What the
// page asks by the browser's own box is `asked`, and answered by `answer`.
export async function openTab(browser, { url, width = 1440, height = 900, theme = "light", zone = "Europe/Berlin" }) {
    const context = await browser.createBrowserContext();
    const tab = await context.newPage();
    tab.setDefaultTimeout(150000);
    tab.setDefaultNavigationTimeout(200000);
    const seen = { urls: [], calls: [], violations: [], errors: [], elsewhere: [], asked: [], answer: true };
    const base = new URL(url).pathname.replace(/\/$/, "");
    await tab.setViewport({ width, height });
    await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
    await tab.emulateTimezone(zone);
    tab.on("request", (request) => {
        seen.urls.push(request.url());
        if (isElsewhere(request.url(), url)) seen.elsewhere.push(request.url());
        const path = new URL(request.url()).pathname.slice(base.length);
        if (path.includes("/api/")) seen.calls.push(`${request.method()} ${path}`);
    });
    tab.on("dialog", (one) => {
        seen.asked.push(one.message());
        return seen.answer ? one.accept() : one.dismiss();
    });
    tab.on("pageerror", (error) => seen.errors.push(error.message));
    await watchOffences(tab, seen.violations);
    await tab.exposeFunction("noteViolation", (text) => seen.violations.push(text));
    await tab.evaluateOnNewDocument(() => {
        document.addEventListener("securitypolicyviolation", (event) => {
            if (event.disposition !== "enforce") return; // the copy that reports to nginx
            window.noteViolation(
                `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`,
            );
        });
    });
    const check = () => {
        const { violations, errors, elsewhere } = seen;
        assert.deepEqual({ violations, errors, elsewhere }, { violations: [], errors: [], elsewhere: [] });
    };
    const close = async () => {
        await context.close();
        check();
    };
    return { tab, seen, check, close };
}

// Until nothing is loading: no call under way, no skeleton. Before that the page is given the frames that it needs to begin: on
// a busy machine a press may be heard, drawn and asked about later than the network is idle.
const kFramesToBegin = 4;
export async function settle(tab) {
    await frames(tab);
    await tab.waitForNetworkIdle({ idleTime: 150, timeout: 150_000 });
    await frames(tab);
    await tab.waitForFunction(() => document.querySelector(".skeleton") === null, { timeout: 150_000 });
}
async function frames(tab) {
    const drawn = (count) =>
        new Promise((done) => {
            const turn = (left) => (left === 0 ? done() : requestAnimationFrame(() => setTimeout(turn, 0, left - 1)));
            turn(count);
        });
    await tab.evaluate(drawn, kFramesToBegin).catch(() => {}); // of a page that is being left
}

// What axe finds, as text; empty: nothing.
export async function faultsOfAccess(tab) {
    // Colours on their way from one theme to the other are of neither.
    await tab.evaluate(() => {
        const ends = (one) => Number.isFinite(Number(one.effect.getComputedTiming().endTime));
        const all = document.getAnimations().filter(ends);
        return Promise.all(all.map((one) => one.finished.catch(() => {})));
    });
    const axe = await readFile(kAxe, "utf8");
    // As the browser's own tools do: the page's policy does not hold for it.
    await tab.evaluate(axe);
    const { violations } = await tab.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
    return violations
        .map(
            (one) =>
                `${one.id}: ${one.help}\n` +
                one.nodes
                    .slice(0, 4)
                    .map(
                        (node) =>
                            `    ${node.html.slice(0, 200)}\n    ${node.failureSummary.split("\n").slice(1, 3).join(" ")}`,
                    )
                    .join("\n"),
        )
        .join("\n");
}

export const kThemes = ["light", "dark"];
export const kWidths = [360, 768, 1440];

// The button, link or other control with this name, as a screen reader calls it.
export function byName(tab, role, name) {
    return tab.waitForSelector(`aria/${name}[role="${role}"]`, { timeout: 120_000 });
}
export async function press(tab, role, name) {
    const found = await byName(tab, role, name);
    await found.click();
}
export async function fill(tab, label, text) {
    const input = await tab.waitForSelector(`aria/${label}`, { timeout: 120_000 });
    await input.click({ clickCount: 3 });
    await input.type(text);
}
export const textOf = (tab, selector = "main") => tab.$eval(selector, (element) => element.innerText);
export const focused = (tab) =>
    tab.evaluate(
        () =>
            document.activeElement?.getAttribute("aria-label") ||
            document.activeElement?.labels?.[0]?.innerText ||
            document.activeElement?.innerText ||
            document.activeElement?.tagName,
    );
