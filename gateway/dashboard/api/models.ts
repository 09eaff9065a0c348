// What can be called in the organization, as a preview of where `auto` would go tells it: every model that the gateway
// knows, who serves it, and what the organization's rules leave out.
import { useEffect, useState } from "preact/hooks";
import { organizationId } from "../router";
import { call } from "./client";

export interface KnownModels {
    chats: readonly string[]; // that a chat may go to now
    all: readonly string[]; // also those of other calls, and those that rules leave out
    providers: readonly string[];
    failed: boolean; // they could not be asked for
}
const kNone: KnownModels = { chats: [], all: [], providers: [], failed: false };

const sorted = (names: Iterable<string>) => [...new Set(names)].sort((one, other) => one.localeCompare(other));

export async function loadModels(organization: string): Promise<KnownModels> {
    const answer = await call("POST", "/api/organizations/{organization}/routing/preview", {
        path: { organization },
        body: { model: "auto" },
    });
    if (!answer.ok) return { ...kNone, failed: true }; // names can be typed all the same
    const { available, removed } = answer.value.endpoints;
    return {
        chats: sorted(available.map((one) => one.model)),
        all: sorted([...available, ...removed].map((one) => one.model)),
        providers: sorted([...available, ...removed].map((one) => one.provider)),
        failed: false,
    };
}

// They are asked for when they are wanted first: a field that suggests them is looked into, or a dialog opens.
export function useModels(wanted: boolean): KnownModels & { known: boolean } {
    const organization = organizationId.value!;
    const [held, setHeld] = useState<{ organization: string; models: KnownModels } | null>(null);
    const here = held?.organization === organization ? held.models : null;
    useEffect(() => {
        if (!wanted || here !== null) return;
        let late = false;
        void loadModels(organization).then((models) => late || setHeld({ organization, models }));
        return () => {
            late = true;
        };
    }, [wanted, organization]);
    return { ...(here ?? kNone), known: here !== null };
}
