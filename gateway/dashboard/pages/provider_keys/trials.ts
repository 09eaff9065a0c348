// Keys that were tried at their providers since the page was opened, and what these said.
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import type { components } from "../../api/types";
import { showToast } from "../../components/toast";
import type { ProviderKey } from "./kinds";

export type Trial = components["schemas"]["ProviderKeyTest"] | "running";

export function useTrials(organization: string) {
    const [trials, setTrials] = useState<Record<string, Trial>>({});
    const note = (key: ProviderKey, trial: Trial | null) =>
        setTrials((before) => {
            const { [nameOf(key)]: _old, ...others } = before;
            return trial === null ? others : { ...others, [nameOf(key)]: trial };
        });
    const run = async (key: ProviderKey) => {
        note(key, "running");
        const answer = await call("POST", "/api/organizations/{organization}/provider-keys/{provider_key}/test", {
            path: { organization, provider_key: key.id },
        });
        note(key, answer.ok ? answer.value : null);
        if (!answer.ok) showToast(answer.error.message, "bad");
        else if (answer.value.accepted) showToast(`“${key.label}” is accepted.`, "good");
        else showToast(`“${key.label}”: ${answer.value.message ?? "the provider refused it."}`, "bad");
    };
    return { run, of: (key: ProviderKey) => trials[nameOf(key)] ?? null };
}

// What was tried is this version of the key.
const nameOf = (key: ProviderKey) => `${key.id} ${key.secret_set_at} ${key.origin}`;
