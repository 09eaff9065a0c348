// What the sources have that lies over or beside a page: each dialog, menu and side panel, by its title there.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";

const kSources = new URL("../../../gateway/dashboard/", import.meta.url).pathname;
// The components, and the attribute that has the name.
const kNamed = {
    Dialog: "title",
    ConfirmDialog: "title",
    SecretDialog: "title",
    LimitsDialog: "title",
    Menu: "label",
    SidePanel: "label",
    dialog: "aria-label",
};
// Where what the browser has itself is used: nothing else may make a dialog of its own.
export const kByHand = {
    showModal: ["components/dialog.tsx", "shell/palette.tsx"],
    popover: ["components/menu.tsx", "components/toast.tsx"],
};

async function sources() {
    const found = [];
    for (const entry of await readdir(kSources, { recursive: true })) {
        if (!/\.tsx?$/.test(entry) || entry.startsWith("vendor")) continue;
        const text = await readFile(join(kSources, entry), "utf8");
        found.push({ file: entry, text });
    }
    return found.sort((one, other) => one.file.localeCompare(other.file));
}

// Every text that an expression may be: "Change ${name}" as a pattern.
function textsOf(node) {
    if (ts.isStringLiteralLike(node)) return [escapeText(node.text)];
    if (ts.isTemplateExpression(node))
        return [
            escapeText(node.head.text) + node.templateSpans.map((one) => ".+" + escapeText(one.literal.text)).join(""),
        ];
    if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
    if (ts.isJsxExpression(node) || ts.isParenthesizedExpression(node)) return textsOf(node.expression);
    return [];
}
const escapeText = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

// `words.title` is one of the titles that the file has in its tables.
function titlesInTables(file) {
    const found = [];
    const visit = (node) => {
        if (ts.isPropertyAssignment(node) && node.name.getText() === "title") found.push(...textsOf(node.initializer));
        ts.forEachChild(node, visit);
    };
    visit(file);
    return found;
}

// [{file, tag, pattern}]; the pattern is of the whole name.
export async function dialogsOfSources() {
    const found = [];
    for (const { file, text } of await sources()) {
        if (!file.endsWith(".tsx")) continue;
        const parsed = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
        const visit = (node) => {
            ts.forEachChild(node, visit);
            if (!ts.isJsxOpeningElement(node) && !ts.isJsxSelfClosingElement(node)) return;
            const tag = node.tagName.getText();
            const named = node.attributes.properties.find((one) => one.name?.getText() === kNamed[tag]);
            const value = named?.initializer;
            if (value === undefined) return;
            const handedOn = ts.isJsxExpression(value) && ["title", "label"].includes(value.expression.getText());
            if (file.startsWith("components/") && handedOn) return; // whoever uses the component says it
            let patterns = textsOf(value);
            if (patterns.length === 0) patterns = titlesInTables(parsed);
            if (patterns.length === 0) throw new Error(`${file}: nobody can tell the name of this <${tag}>`);
            for (const pattern of patterns) found.push({ file, tag, pattern });
        };
        visit(parsed);
    }
    return found;
}

// The files that use what makes a dialog or popover in browsers, as kByHand has them.
export async function madeByHand() {
    const all = await sources();
    const having = (word) => all.filter(({ text }) => word.test(text)).map(({ file }) => file);
    return { showModal: having(/\.showModal\(/), popover: having(/\bpopover=|"popover"/) };
}
