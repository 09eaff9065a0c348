// What a key of each kind of provider needs beside its secret. Others that the operator has configured need nothing.
import type { components } from "../../api/types";

export type ProviderKey = components["schemas"]["ProviderKey"];
export type PlaceField = "base_url" | "region" | "resource" | "deployment" | "project";

interface Kind {
    name: string;
    label: string;
    needs: readonly PlaceField[];
    may: readonly PlaceField[];
}

export const kKinds: readonly Kind[] = [
    { name: "openai", label: "OpenAI", needs: [], may: ["base_url"] },
    { name: "anthropic", label: "Anthropic", needs: [], may: ["base_url"] },
    { name: "google-ai-studio", label: "Google AI Studio", needs: [], may: ["base_url"] },
    { name: "google-vertex", label: "Google Vertex AI", needs: ["region", "project"], may: ["base_url"] },
    { name: "amazon-bedrock", label: "Amazon Bedrock", needs: ["region"], may: ["base_url"] },
    { name: "azure", label: "Azure OpenAI", needs: ["resource"], may: ["deployment", "base_url"] },
    { name: "alibaba", label: "Alibaba Cloud", needs: [], may: ["base_url"] },
    { name: "custom", label: "Own endpoint (OpenAI's API)", needs: ["base_url"], may: [] },
];

export const kPlaceFields: Record<PlaceField, { label: string; hint: string }> = {
    base_url: {
        label: "Address of its API",
        hint: "Such as https://llm.example.com/v1. It must be https, and public.",
    },
    region: { label: "Region", hint: "Such as us-east-1" },
    resource: { label: "Resource", hint: "The first part of the host of your Azure resource" },
    deployment: { label: "Deployment", hint: "Empty: as requests name their model" },
    project: { label: "Project", hint: "The id of your Google Cloud project" },
};

export function kindOf(provider: string): Kind {
    return (
        kKinds.find((one) => one.name === provider) ?? { name: provider, label: provider, needs: [], may: ["base_url"] }
    );
}

// As requests take them: the least priority first, those for afterwards at the end.
export function inOrder(keys: readonly ProviderKey[]): ProviderKey[] {
    const rank = (key: ProviderKey) => (key.is_fallback ? 1 : 0);
    return [...keys].sort(
        (one, other) =>
            rank(one) - rank(other) || one.priority - other.priority || one.created_at.localeCompare(other.created_at),
    );
}
