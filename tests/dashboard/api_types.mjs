// Makes gateway/dashboard/api/types.ts of a gateway's OpenAPI document.
//
//   node api_types.mjs            writes the file, from a gateway that is started for it
//   node api_types.mjs --check    says whether it is as it should be
import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import { startGateway } from "./support/gateway.mjs";

const kFile = new URL("../../gateway/dashboard/api/types.ts", import.meta.url);
const kHead = `// Made by tests/dashboard/api_types.mjs from /api/openapi.json. Do not edit.
import type { Decimal } from "./decimal";

`;

// What the dashboard calls: neither models nor OpenRouter's paths.
function managementOnly(document) {
    const paths = Object.entries(document.paths).filter(
        ([path]) => path.startsWith("/api/") && !path.startsWith("/api/v1/"),
    );
    return {
        ...document,
        paths: Object.fromEntries(paths),
        components: { ...document.components, schemas: reachable(paths, document) },
    };
}

// The schemas that these paths name, and those that they name in turn.
function reachable(paths, document) {
    const found = new Set();
    const visit = (value) => {
        for (const [, name] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
            if (found.has(name)) continue;
            found.add(name);
            visit(document.components.schemas[name]);
        }
    };
    visit(paths);
    visit(document.components.responses ?? {});
    return Object.fromEntries(Object.entries(document.components.schemas).filter(([name]) => found.has(name)));
}

// Amounts are decimal text on the page (api/decimal.ts); JSON's integers are whole, and numbers.
const isDecimal = (schema) =>
    schema.type === "number" || (Array.isArray(schema.type) && schema.type.includes("number"));
function transform(schema) {
    if (!isDecimal(schema)) return undefined;
    const decimal = ts.factory.createTypeReferenceNode("Decimal");
    if (!Array.isArray(schema.type)) return decimal;
    const others = schema.type
        .filter((type) => type !== "number")
        .map((type) =>
            type === "null"
                ? ts.factory.createLiteralTypeNode(ts.factory.createNull())
                : ts.factory.createTypeReferenceNode(type),
        );
    return ts.factory.createUnionTypeNode([decimal, ...others]);
}

export async function typesOf(document) {
    const nodes = await openapiTS(managementOnly(document), {
        transform,
        alphabetize: true,
        emptyObjectsUnknown: true,
    });
    const text = astToString(nodes);
    // Methods that a path does not take, and kinds of parameters that nothing has, are three quarters of it.
    return (
        kHead +
        text
            .replace(/^\s+(get|put|post|delete|options|head|patch|trace|query|header|cookie|path)\?: never;\n/gm, "")
            .replace(/^\s+headers: \{\n\s+\[name: string\]: unknown;\n\s+\};\n/gm, "")
    );
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
    const gateway = await startGateway();
    try {
        const text = await typesOf(await (await fetch(`${gateway.url}/api/openapi.json`)).json());
        if (!process.argv.includes("--check")) {
            await writeFile(kFile, text);
        } else if (text !== (await readFile(kFile, "utf8"))) {
            console.error(
                "gateway/dashboard/api/types.ts differs from the API: renew it by `node tests/dashboard/api_types.mjs`",
            );
            process.exitCode = 1;
        }
    } finally {
        await gateway.stop();
    }
}
