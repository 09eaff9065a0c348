// Debian's Chromium, and what every test wants to know of a page: what it loaded, what it violated, what it complained of.
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import puppeteer from "puppeteer-core";

const kChromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
const kAxe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export async function startBrowser() {
    return puppeteer.launch({
        executablePath: kChromium,
        args: ["--no-sandbox", "--lang=en-US", "--force-color-profile=srgb"],
    });
}

// A tab that has the look given, in a context of its own: no cookie of another test. `seen` has what happened in it.
export async function openTab(browser, { width = 1440, height = 900, theme = "light", zone = "Europe/Berlin" } = {}) {
    const context = await browser.createBrowserContext();
    const tab = await context.newPage();
    tab.setDefaultTimeout(150000);
    tab.setDefaultNavigationTimeout(200000);
    const seen = { urls: [], calls: [], violations: [], errors: [] };
    await tab.setViewport({ width, height });
    await tab.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
    await tab.emulateTimezone(zone);
    tab.on("request", (request) => {
        seen.urls.push(request.url());
        const { pathname } = new URL(request.url());
        if (pathname.includes("/api/")) seen.calls.push(`${request.method()} ${pathname}`);
    });
    tab.on("pageerror", (error) => seen.errors.push(error.message));
    await tab.exposeFunction("noteViolation", (text) => seen.violations.push(text));
    await tab.evaluateOnNewDocument(() => {
        document.addEventListener("securitypolicyviolation", (event) =>
            window.noteViolation(
                `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber} ${event.sample}`,
            ),
        );
    });
    return { tab, seen, close: () => context.close() };
}

// Until nothing is loading: no skeleton, no call under way.
export async function settle(tab) {
    await tab.waitForNetworkIdle({ idleTime: 150, timeout: 150_000 });
    await tab.waitForFunction(() => document.querySelector(".skeleton") === null, { timeout: 150_000 });
}

// What axe finds, as text; empty: nothing.
export async function faultsOfAccess(tab) {
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
