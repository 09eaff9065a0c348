// Calls that can be pasted, with the address that the page came from.
import { organizationId } from "../router";

export const kKeyPlaceholder = "sk-tg-v1-…";

export function baseUrl(): string {
    return new URL("v1", new URL(".", location.href.split("#")[0])).href;
}

export function curlSnippet(key = kKeyPlaceholder, model = "MODEL"): string {
    return `curl ${baseUrl()}/chat/completions \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "${model}", "messages": [{"role": "user", "content": "Say hello."}]}'`;
}

export function pythonSnippet(key = kKeyPlaceholder, model = "MODEL"): string {
    return `# pip install openai
from openai import OpenAI

client = OpenAI(base_url="${baseUrl()}", api_key="${key}")
answer = client.chat.completions.create(
    model="${model}", messages=[{"role": "user", "content": "Say hello."}]
)
print(answer.choices[0].message.content)`;
}

export function nodeSnippet(key = kKeyPlaceholder, model = "MODEL"): string {
    return `// npm install openai, and save this as first.mjs
import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${baseUrl()}", apiKey: "${key}" });
const answer = await client.chat.completions.create({
    model: "${model}",
    messages: [{ role: "user", content: "Say hello." }],
});
console.log(answer.choices[0].message.content);`;
}

export function managementSnippet(key: string): string {
    const api = new URL("api/organizations", new URL(".", location.href.split("#")[0])).href;
    return `curl ${api}/${organizationId.value ?? "ORGANIZATION"}/keys -H "Authorization: Bearer ${key}"`;
}
