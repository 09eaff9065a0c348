// Does what a new user does, from a clone to the first answer in an SDK, and tells how long each step took. Like a person
// it follows what is printed and shown: no address and no key is known beforehand.
//
//   node first_use.mjs            clones, and builds: minutes
//   TOLLGATE_BINARY=… TOLLGATE_SAMPLE_UPSTREAM=… node first_use.mjs
//                                 the clone gets these programs, and its build is skipped
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { byName, fill, press, startBrowser, textOf } from "./support/browser.mjs";
import { dialogGone, eventually, fieldOf, retype, tick, waitForText } from "./support/forms.mjs";

const kRoot = new URL("../../", import.meta.url).pathname;
const kMostSeconds = 300; // after the build
const run = promisify(execFile);
const steps = [];

async function step(name, act) {
    const begun = performance.now();
    const made = await act();
    const seconds = (performance.now() - begun) / 1000;
    steps.push({ name, seconds });
    console.log(`${seconds.toFixed(1).padStart(7)} s  ${name}`);
    return made;
}

// In place of what cmake would build.
async function giveBuild(clone, tools) {
    await mkdir(join(clone, "build/release"), { recursive: true });
    await copyFile(process.env.TOLLGATE_BINARY, join(clone, "build/release/tollgate"));
    await copyFile(process.env.TOLLGATE_SAMPLE_UPSTREAM, join(clone, "build/release/sample_upstream"));
    await mkdir(tools);
    await writeFile(join(tools, "cmake"), "#!/bin/sh\n");
    await chmod(join(tools, "cmake"), 0o755);
}

// Until it says that it is ready; what it printed.
function startRunSh(clone, path) {
    const env = { ...process.env, PATH: path };
    for (const name of ["TOLLGATE_LISTEN", "TOLLGATE_OPS_LISTEN", "TOLLGATE_SAMPLE_LISTEN"]) env[name] = "127.0.0.1:0";
    const child = spawn("./run.sh", { cwd: clone, env, stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    const ready = new Promise((resolve, reject) => {
        child.stdout.on("data", (piece) => {
            printed += piece;
            if (printed.includes("Ctrl-C stops it.")) resolve(printed);
        });
        child.on("exit", (status) => reject(new Error(`run.sh ended with ${status}: ${printed}`)));
    });
    const stop = () =>
        new Promise((resolve) => {
            if (child.exitCode !== null) return resolve();
            child.once("exit", resolve);
            child.kill("SIGTERM");
        });
    return { ready, stop };
}

async function walk(tab, link) {
    await step("the link opens; name, address and password make the first person", async () => {
        await tab.goto(link);
        await fill(tab, "Name", "Nora New");
        await fill(tab, "E-mail", "nora@example.com");
        await fill(tab, "New password", "a password of her own");
        await fill(tab, "The same again", "a password of her own");
        await press(tab, "button", "Make the account");
        await tab.waitForSelector(".shell");
    });
    await step("an organization is made, and she is in it", async () => {
        await tab.click(".switcher");
        await press(tab, "menuitem", "New organization…");
        await retype(tab, "Name", "Example Company");
        await press(tab, "button", "Make the organization");
        await waitForText(tab, "Example Company", ".switcher");
    });
    await step("credit is granted to it", async () => {
        await press(tab, "link", "Add credit");
        await press(tab, "button", "Grant");
        await retype(tab, "Amount (USD)", "10");
        await tab.$eval("dialog[open] button[type=submit]", (one) => one.click());
        await dialogGone(tab);
        await waitForText(tab, "$10.00");
    });
    await step("the first request is answered in the playground", async () => {
        await press(tab, "link", "Playground");
        await eventually(async () => (await fieldOf(tab, "Model")).evaluate((one) => one.value !== ""), true);
        await retype(tab, "Message", "Hello from the playground");
        await tab.keyboard.press("Enter");
        await tab.waitForSelector(".turn-report");
        assert.match(await textOf(tab, "[data-role=assistant]"), /Hello from the playground/);
    });
    return step("a key is made, and its program copied", async () => {
        await press(tab, "link", "API keys");
        await press(tab, "button", "New key");
        await retype(tab, "Name", "First program");
        await tab.keyboard.press("Enter");
        const code = await byName(tab, "group", "Python");
        await tab.waitForFunction((one) => !one.textContent.includes("MODEL"), {}, code);
        const program = await code.evaluate((one) => one.textContent);
        await tick(tab, "I have put it where I keep secrets");
        await press(tab, "button", "Done");
        await dialogGone(tab);
        return program;
    });
}

const folder = await mkdtemp(join(tmpdir(), "tollgate-first-use-"));
const clone = join(folder, "tollgate");
let started = null,
    browser = null;
try {
    await step("git clone", () => run("git", ["clone", "--quiet", kRoot, clone]));
    const given = process.env.TOLLGATE_BINARY !== undefined;
    if (given) await giveBuild(clone, join(folder, "tools"));
    const path = given ? `${join(folder, "tools")}:${process.env.PATH}` : process.env.PATH;
    started = startRunSh(clone, path);
    const printed = await step(given ? "./run.sh, without its build" : "./run.sh", () => started.ready);
    const link = /set up +(http\S+)/.exec(printed)[1];
    browser = await startBrowser();
    const tab = await browser.newPage();
    await tab.setViewport({ width: 1440, height: 900 });
    const program = await walk(tab, link);
    const python = join(folder, "venv/bin/python");
    await step("pip install openai", async () => {
        await run("python3", ["-m", "venv", join(folder, "venv")]);
        await run(python, ["-m", "pip", "install", "--quiet", "openai"]);
    });
    await step("the program runs, and is answered", async () => {
        await writeFile(join(folder, "first.py"), program);
        assert.match((await run(python, [join(folder, "first.py")])).stdout, /hello/i);
    });
    await step("the request is in the activity", async () => {
        await press(tab, "link", "Activity");
        await waitForText(tab, "First program");
    });
    const counted = steps.filter((one) => given || one.name !== "./run.sh");
    const seconds = counted.reduce((sum, one) => sum + one.seconds, 0);
    console.log(`${seconds.toFixed(1).padStart(7)} s  in all${given ? "" : ", without run.sh"}`);
    assert.ok(seconds < kMostSeconds, `a new user must be done in ${kMostSeconds} s`);
} finally {
    await browser?.close();
    await started?.stop();
    await rm(folder, { recursive: true, force: true });
}
