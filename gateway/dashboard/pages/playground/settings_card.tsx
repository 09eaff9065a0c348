// For whom a chat is, with which model, parameters and tools. Model and payer are in the URL.
import { useEffect, useState } from "preact/hooks";
import { may } from "../../api/organization";
import { useModels } from "../../api/models";
import { useList, useQuery } from "../../api/use_call";
import { BareSelect, TextArea, TextField } from "../../components/field";
import { Card } from "../../components/page";
import { organizationId, query, setQuery } from "../../router";
import { ParameterFields } from "../llm/parameter_fields";
import { readParameters, type ParameterName } from "../llm/parameters";
import type { Draft } from "./chat";

export function whoInUrl(): Record<string, string> {
    const { key, project } = query.value;
    return key ? { key } : project ? { project } : {};
}

export type ReadDraft = { ok: true; settings: Record<string, unknown> } | { ok: false; field: string; message: string };

export function readDraft(draft: Draft, model: string): ReadDraft {
    const read = readParameters(draft.typed);
    if (!read.ok) return { ok: false, field: read.name, message: "This is not a number." };
    let tools: unknown = undefined;
    if (draft.tools.trim() !== "") {
        try {
            tools = JSON.parse(draft.tools);
        } catch (failure) {
            return { ok: false, field: "tools", message: `This is no JSON: ${String(failure)}` };
        }
        if (!Array.isArray(tools)) return { ok: false, field: "tools", message: "A list of tools: [{…}]" };
    }
    return { ok: true, settings: { ...(model ? { model } : {}), ...read.parameters, ...(tools ? { tools } : {}) } };
}

export function SettingsCard({
    draft,
    onDraft,
    problem,
}: {
    draft: Draft;
    onDraft: (change: Partial<Draft>) => void;
    problem: { field: string; message: string } | null;
}) {
    const known = useModels(true);
    const [model, setModel] = useModel(known.chats);
    const errorOf = (name: string) => (problem?.field === name ? problem.message : null);
    return (
        <Card title="Request">
            <div class="form">
                <TextField
                    label="Model"
                    optional
                    value={model}
                    suggestions={known.chats}
                    onInput={setModel}
                    hint={
                        known.known && known.chats.length === 0
                            ? "No model can be called here now: see the provider policy"
                            : "Empty: your default. Those that you may call are suggested."
                    }
                />
                <Payer />
                <TextArea
                    label="System prompt"
                    optional
                    rows={3}
                    value={draft.system}
                    onInput={(system) => onDraft({ system })}
                />
                <details>
                    <summary>Parameters</summary>
                    <div class="form">
                        <ParameterFields
                            typed={draft.typed}
                            onType={(name: ParameterName, text) => onDraft({ typed: { ...draft.typed, [name]: text } })}
                            errorOf={errorOf}
                        />
                    </div>
                </details>
                <details>
                    <summary>Tools</summary>
                    <TextArea
                        label="Tools as JSON"
                        optional
                        mono
                        rows={6}
                        value={draft.tools}
                        onInput={(tools) => onDraft({ tools })}
                        error={errorOf("tools")}
                        placeholder='[{"type": "function", "function": {"name": "weather", "parameters": {}}}]'
                    />
                </details>
            </div>
        </Card>
    );
}

// What is typed, or comes by the link. Where there is neither, nor a default, it is the first model that may be called: a new
// organization has none, and its first message would be refused.
function useModel(chats: readonly string[]): [string, (text: string) => void] {
    const linked = query.value.model ?? "";
    const [typed, setTyped] = useState<string | null>(linked || null);
    const path = { organization: organizationId.value! };
    const own = useQuery(
        "/api/organizations/{organization}/members/me/llm",
        typed === null && may("override_llm") && Object.keys(whoInUrl()).length === 0 ? { path } : null,
    );
    const set = (text: string) => {
        setTyped(text);
        setQuery({ model: text.trim() }, "replace");
    };
    const [first] = chats;
    const without = typed === null && own.value !== null && own.value.effective.model === null;
    useEffect(() => {
        if (without && first !== undefined) set(first);
    }, [without, first]);
    return [typed ?? "", set];
}

// Whose rights, limits and budget hold: one's own in a project, or those of a key. The key itself stays on the server.
function Payer() {
    const organization = organizationId.value!;
    const path = { organization };
    const [wanted, setWanted] = useState(Object.keys(whoInUrl()).length > 0);
    const projects = useList("/api/organizations/{organization}/projects", wanted ? { path } : null);
    const keys = useList("/api/organizations/{organization}/keys", wanted && may("see_keys") ? { path } : null);
    const { key, project } = whoInUrl();
    const value = key ? `key=${key}` : project ? `project=${project}` : "";
    const choices = [
        { value: "", label: "Myself, in the default project" },
        ...(projects.rows ?? [])
            .filter((one) => !one.is_default)
            .map((one) => ({
                value: `project=${one.id}`,
                label: `Myself, in ${one.name}${one.archived ? " (archived)" : ""}`,
                disabled: one.archived,
            })),
        ...(keys.rows ?? []).map((one) => ({
            value: `key=${one.hash}`,
            label: `The key ${one.name || one.label}${one.disabled ? " (disabled)" : ""}`,
            disabled: one.disabled,
        })),
    ];
    if (value !== "" && !choices.some((one) => one.value === value)) choices.push({ value, label: "As in the link" });
    const choose = (text: string) => {
        const [name = "", id = ""] = text.split("=", 2);
        setQuery({ key: null, project: null, ...(text === "" ? {} : { [name]: id }) }, "replace");
    };
    return (
        <div class="field" onFocusIn={() => setWanted(true)} onPointerEnter={() => setWanted(true)}>
            <span class="label" id="payer">
                As whom
            </span>
            <BareSelect name="As whom" value={value} choices={choices} onChange={choose} />
            <span class="hint">
                Its rights and limits hold, and it is billed to the organization's credit. No key gets into the browser.
            </span>
        </div>
    );
}
