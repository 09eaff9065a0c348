// What a model writes, as elements of the page: never as HTML of its own. What is not known here stays as it was typed:
// HTML, pictures, and links to anything but the web and mail.
import type { ComponentChildren } from "preact";
import { Code } from "./code";

const kMostDepth = 6; // of lists and quotes in each other, and of emphasis
const kMostInline = 10_000; // characters of a paragraph that are looked through

export function Markdown({ text }: { text: string }) {
    return <div class="markdown">{blocksOf(text.split(/\r?\n/), 0)}</div>;
}

const kInline = new RegExp(
    [
        /\\(?<escaped>[\\`*_{}[\]()#+\-.!~|>])/,
        /(?<ticks>`+)(?<code>[^`]|[^`].*?[^`])\k<ticks>(?!`)/,
        /\*\*(?<strong>(?=\S).*?\S)\*\*(?!\*)/,
        /(?<![\w_])__(?<strong2>(?=\S).*?\S)__(?!\w)/,
        /\*(?<em>(?=[^\s*]).*?[^\s*])\*(?!\*)/,
        /(?<![\w_])_(?<em2>(?=[^\s_]).*?[^\s_])_(?!\w)/,
        /~~(?<gone>(?=\S).*?\S)~~/,
        /(?<!!)\[(?<label>[^\]]+)\]\((?<href>(?:https?:\/\/|mailto:)[^\s()]+)\)/,
        /(?<address>\bhttps?:\/\/[^\s<>()[\]"'`]*[^\s<>()[\]"'`.,;:!?*_])/,
    ]
        .map((one) => one.source)
        .join("|"),
    "gs",
);

function inlineOf(text: string, depth: number): ComponentChildren {
    if (depth > kMostDepth || text.length > kMostInline) return text;
    const parts: ComponentChildren[] = [];
    let at = 0;
    for (const found of text.matchAll(kInline)) {
        parts.push(text.slice(at, found.index), pieceOf(found.groups!, depth + 1));
        at = found.index + found[0].length;
    }
    return [...parts, text.slice(at)];
}

function pieceOf(found: Record<string, string | undefined>, depth: number): ComponentChildren {
    const strong = found.strong ?? found.strong2,
        em = found.em ?? found.em2,
        href = found.href ?? found.address;
    if (found.escaped !== undefined) return found.escaped;
    if (found.code !== undefined) return <code>{found.code}</code>;
    if (strong !== undefined) return <strong>{inlineOf(strong, depth)}</strong>;
    if (em !== undefined) return <em>{inlineOf(em, depth)}</em>;
    if (found.gone !== undefined) return <s>{inlineOf(found.gone, depth)}</s>;
    return (
        <a href={href} target="_blank" rel="noopener noreferrer" title={href}>
            {found.label ?? href}
        </a>
    );
}

const kFence = /^ {0,3}(```+|~~~+) *([^`\s]*)/,
    kHeading = /^ {0,3}#{1,6} +(.*?)#* *$/,
    kLine = /^ {0,3}([-*_])(?: *\1){2,} *$/,
    kQuote = /^ {0,3}> ?/,
    kItem = /^( *)([-*+]|\d{1,9}[.)]) +(.*)$/,
    kColumns = /^ *\|?(?: *:?-+:? *\|)+(?: *:?-+:?)? *$/;

const isBlank = (line: string | undefined) => line === undefined || line.trim() === "";
const indentOf = (line: string) => line.length - line.trimStart().length;
const isTable = (lines: readonly string[], at: number) =>
    lines[at]!.includes("|") && kColumns.test(lines[at + 1] ?? "");
const beginsBlock = (lines: readonly string[], at: number) =>
    [kFence, kHeading, kLine, kQuote, kItem].some((one) => one.test(lines[at]!)) || isTable(lines, at);

// A block and where the next one begins. Each takes a line at least.
type Taken = [ComponentChildren, number];

function blocksOf(lines: readonly string[], depth: number): ComponentChildren {
    const blocks: ComponentChildren[] = [];
    for (let at = 0; at < lines.length;) {
        if (isBlank(lines[at])) {
            ++at;
            continue;
        }
        const [block, next] = depth > kMostDepth ? paragraph(lines, at) : take(lines, at, depth);
        blocks.push(block);
        at = next;
    }
    return blocks;
}

function take(lines: readonly string[], at: number, depth: number): Taken {
    const line = lines[at]!;
    if (kFence.test(line)) return fenced(lines, at);
    const heading = kHeading.exec(line);
    // No heading of the page: its outline is the page's own.
    if (heading) return [<p class="markdown-heading">{inlineOf(heading[1]!, depth)}</p>, at + 1];
    if (kLine.test(line)) return [<hr />, at + 1];
    if (kQuote.test(line)) return quote(lines, at, depth);
    if (kItem.test(line)) return list(lines, at, depth);
    return isTable(lines, at) ? table(lines, at, depth) : paragraph(lines, at);
}

function paragraph(lines: readonly string[], at: number): Taken {
    let end = at + 1;
    while (!isBlank(lines[end]) && !beginsBlock(lines, end)) ++end;
    return [<p>{inlineOf(lines.slice(at, end).join("\n"), 0)}</p>, end];
}

// Without an end as long as it is being written.
function fenced(lines: readonly string[], at: number): Taken {
    const [, fence = "", language = ""] = kFence.exec(lines[at]!)!;
    let end = at + 1;
    while (end < lines.length && !(lines[end]!.trim().startsWith(fence) && /^[`~]+$/.test(lines[end]!.trim()))) ++end;
    return [<Code text={lines.slice(at + 1, end).join("\n")} label={language || undefined} />, end + 1];
}

function quote(lines: readonly string[], at: number, depth: number): Taken {
    let end = at;
    while (end < lines.length && kQuote.test(lines[end]!)) ++end;
    const inner = lines.slice(at, end).map((line) => line.replace(kQuote, ""));
    return [<blockquote>{blocksOf(inner, depth + 1)}</blockquote>, end];
}

function list(lines: readonly string[], at: number, depth: number): Taken {
    const [, margin = "", first = ""] = kItem.exec(lines[at]!)!;
    const isOrdered = (mark: string) => /\d/.test(mark);
    const items: string[][] = [];
    let width = 0,
        end = at;
    for (; end < lines.length; ++end) {
        const line = lines[end]!;
        const found = kItem.exec(line);
        const inside = indentOf(line) > margin.length + 1;
        if (found && !inside && isOrdered(found[2]!) === isOrdered(first)) {
            items.push([found[3]!]);
            width = found[1]!.length + found[2]!.length + 1;
        } else if (isBlank(line)) {
            const next = lines[end + 1];
            if (isBlank(next) || (indentOf(next!) <= margin.length + 1 && !kItem.test(next!))) break;
            items.at(-1)!.push("");
        } else if (inside || (!isBlank(lines[end - 1]) && !beginsBlock(lines, end))) {
            items.at(-1)!.push(line.slice(Math.min(width, indentOf(line))));
        } else {
            break;
        }
    }
    const shown = items.map((item) => <li>{blocksOf(item, depth + 1)}</li>);
    return [isOrdered(first) ? <ol start={parseInt(first, 10)}>{shown}</ol> : <ul>{shown}</ul>, end];
}

const cellsOf = (line: string) =>
    line
        .trim()
        .replace(/^\||\|$/g, "")
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim());

function table(lines: readonly string[], at: number, depth: number): Taken {
    let end = at + 2;
    while (!isBlank(lines[end]) && lines[end]!.includes("|")) ++end;
    const head = cellsOf(lines[at]!);
    return [
        <div class="table-frame" tabIndex={0}>
            <table class="table">
                <thead>
                    <tr>
                        {head.map((cell) => (
                            <th scope="col">{inlineOf(cell, depth)}</th>
                        ))}
                    </tr>
                </thead>
                <tbody>
                    {lines.slice(at + 2, end).map((line) => (
                        <tr>
                            {cellsOf(line)
                                .slice(0, head.length)
                                .map((cell) => (
                                    <td>{inlineOf(cell, depth)}</td>
                                ))}
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>,
        end,
    ];
}
