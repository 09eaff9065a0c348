// A new preset, or the next version of one. Whoever may not change it sees it here.
import { useState } from "preact/hooks";
import { whyNot } from "../../api/organization";
import { useModels } from "../../api/models";
import type { components } from "../../api/types";
import { useAction } from "../../api/use_call";
import { Code } from "../../components/code";
import { Dialog, DialogActions } from "../../components/dialog";
import { FieldGroup, Select, TextArea, TextField } from "../../components/field";
import { NamesField } from "../../components/names_field";
import { ErrorNotice } from "../../components/notice";
import { showToast } from "../../components/toast";
import { organizationId } from "../../router";
import { ParameterFields } from "../llm/parameter_fields";
import { readParameters, typedOf, type ParameterName } from "../llm/parameters";
import { PreferenceFields } from "../provider_policy/preference_fields";
import { filledOf, readPreferences } from "../provider_policy/preferences";
import { curlSnippet } from "../snippets";

type Preset = components["schemas"]["Preset"];
const kNotANumber = "This is not a number.";

export function PresetDialog({
    edited,
    onDone,
    onClose,
}: {
    edited: Preset | null;
    onDone: () => void;
    onClose: () => void;
}) {
    const organization = organizationId.value!;
    const known = useModels(true);
    const create = useAction("POST", "/api/organizations/{organization}/presets");
    const update = useAction("PUT", "/api/organizations/{organization}/presets/{preset}");
    const action = edited === null ? create : update;
    const form = usePresetForm(edited);
    const submit = async (event: Event) => {
        event.preventDefault();
        const body = form.read();
        if (body === null) return;
        const answer =
            edited === null
                ? await create.run({ path: { organization }, body: { ...body, slug: form.slug.trim() } })
                : await update.run({
                      path: { organization, preset: edited.slug },
                      body,
                      ifMatch: edited.version,
                  });
        if (!answer.ok) return;
        showToast(`“${answer.value.slug}” is stored as version ${answer.value.version}.`, "good");
        onDone();
        onClose();
    };
    const errorOf = (field: string) => (form.unreadable === field ? kNotANumber : action.fieldError(field));
    return (
        <Dialog title={edited === null ? "New preset" : `Preset “${edited.slug}”`} onClose={onClose} size="wide">
            <form class="form" onSubmit={submit}>
                <div class="form-row">
                    {edited === null && (
                        <TextField
                            label="Name for requests"
                            value={form.slug}
                            onInput={form.setSlug}
                            required
                            error={errorOf("slug")}
                            hint="Lower-case letters and digits, with dashes between"
                        />
                    )}
                    <TextField
                        label="What it is"
                        optional
                        value={form.name}
                        onInput={form.setName}
                        error={errorOf("name")}
                    />
                    <TextField
                        label="Description"
                        optional
                        value={form.description}
                        onInput={form.setDescription}
                        error={errorOf("description")}
                    />
                </div>
                <TextArea
                    label="System prompt"
                    optional
                    rows={6}
                    value={form.prompt}
                    onInput={form.setPrompt}
                    error={errorOf("system_prompt")}
                    hint="Before the messages of a chat that has none of its own. It counts as a part of the prompt."
                />
                <NamesField
                    label="Models"
                    optional
                    values={form.models}
                    onChange={form.setModels}
                    suggestions={known.chats}
                    error={errorOf("models") ?? errorOf("model")}
                    hint="The first that can be called answers. Empty: another level decides."
                />
                <FieldGroup label="Parameters" hint="Of requests that leave them out">
                    <ParameterFields
                        typed={form.typed}
                        onType={form.setParameter}
                        errorOf={(name: ParameterName) => errorOf(`parameters.${name}`)}
                    />
                </FieldGroup>
                <div class="form-row">
                    <Select
                        label="Answers from the cache"
                        value={form.cache}
                        onChange={form.setCache}
                        choices={[
                            { value: "", label: "As the request asks" },
                            { value: "on", label: "Yes, unless the request says no" },
                            { value: "off", label: "Never" },
                        ]}
                    />
                    {form.cache === "on" && (
                        <TextField
                            label="Kept for seconds"
                            optional
                            inputMode="numeric"
                            value={form.ttl}
                            onInput={form.setTtl}
                            error={errorOf("cache_ttl_seconds")}
                        />
                    )}
                </div>
                <details>
                    <summary>Provider preferences of this preset</summary>
                    <div class="form">
                        <PreferenceFields
                            filled={form.filled}
                            onFill={form.fill}
                            errorOf={(field) => errorOf(`provider.${field}`)}
                            known={known}
                            onWant={() => undefined}
                        />
                    </div>
                </details>
                {edited !== null && <Code text={curlSnippet(undefined, `@preset/${edited.slug}`)} label="Use it" />}
                {action.error && <ErrorNotice error={action.error} />}
                <DialogActions
                    submit={edited === null ? "Create preset" : "Save as a new version"}
                    busy={action.busy}
                    whyNot={whyNot("manage_presets")}
                    onCancel={onClose}
                />
            </form>
        </Dialog>
    );
}

// What is typed, and how it is read: null where something is no number.
function usePresetForm(from: Preset | null) {
    const [slug, setSlug] = useState("");
    const [name, setName] = useState(from?.name ?? "");
    const [description, setDescription] = useState(from?.description ?? "");
    const [prompt, setPrompt] = useState(from?.system_prompt ?? "");
    const [models, setModels] = useState<string[]>(from?.models ?? []);
    const [typed, setTyped] = useState(() => typedOf(from?.parameters ?? {}));
    const [filled, setFilled] = useState(() => filledOf(from?.provider ?? {}));
    const [cache, setCache] = useState(from?.cache_enabled === null || !from ? "" : from.cache_enabled ? "on" : "off");
    const [ttl, setTtl] = useState(from?.cache_ttl_seconds == null ? "" : String(from.cache_ttl_seconds));
    const [unreadable, setUnreadable] = useState<string | null>(null);
    const read = () => {
        const parameters = readParameters(typed),
            preferences = readPreferences(filled, from?.provider ?? {});
        const seconds = cache === "on" && ttl.trim() !== "" ? Number(ttl) : null;
        const wrong = !parameters.ok
            ? `parameters.${parameters.name}`
            : !preferences.ok
              ? `provider.${preferences.field}`
              : Number.isNaN(seconds)
                ? "cache_ttl_seconds"
                : null;
        setUnreadable(wrong);
        if (!parameters.ok || !preferences.ok || wrong !== null) return null;
        const provider = Object.fromEntries(
            Object.entries(preferences.preferences).filter(([, value]) => value !== null),
        );
        return {
            name: name.trim() || null,
            description: description.trim() || null,
            system_prompt: prompt || null,
            models,
            parameters: parameters.parameters,
            provider: Object.keys(provider).length > 0 ? provider : null,
            cache_enabled: cache === "" ? null : cache === "on",
            cache_ttl_seconds: seconds,
        };
    };
    return {
        ...{ slug, setSlug, name, setName, description, setDescription, prompt, setPrompt, models, setModels },
        ...{ typed, filled, cache, setCache, ttl, setTtl, unreadable, read },
        setParameter: (of: ParameterName, text: string) => setTyped((before) => ({ ...before, [of]: text })),
        fill: (change: Partial<typeof filled>) => setFilled((before) => ({ ...before, ...change })),
    };
}
