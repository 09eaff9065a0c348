// A default of one level: the model with its provider, parameters, and what the organization allows.
import { useState } from "preact/hooks";
import type { ApiError, Result } from "../../api/client";
import { useModels } from "../../api/models";
import { Button } from "../../components/button";
import { CheckField, FieldGroup, TextField } from "../../components/field";
import { NamesField } from "../../components/names_field";
import { ErrorNotice, Notice } from "../../components/notice";
import { useUnsaved } from "../../components/unsaved";
import { ParameterFields } from "./parameter_fields";
import { kParameters, readParameters, typedOf, type LlmParameters, type ParameterName } from "./parameters";

export interface LlmDefault {
    model: string | null;
    provider: string | null;
    parameters: LlmParameters;
    available: boolean | null;
    allow_overrides?: boolean; // these two: of the organization
    allowed_models?: string[];
}
export type LlmBody = Pick<LlmDefault, "model" | "provider" | "parameters" | "allow_overrides" | "allowed_models">;

interface LlmFormProps {
    value: LlmDefault;
    save: (body: LlmBody) => Promise<Result<unknown>>;
    clear?: () => void; // where the level can say nothing at all
    busy: boolean;
    error: ApiError | null;
    whyNot: string | null;
}

export function LlmForm({ value, save, clear, busy, error, whyNot }: LlmFormProps) {
    const [wanted, setWanted] = useState(false);
    const known = useModels(wanted);
    const [model, setModel] = useState(value.model ?? "");
    const [provider, setProvider] = useState(value.provider ?? "");
    const [typed, setTyped] = useState(() => typedOf(value.parameters));
    const [overrides, setOverrides] = useState(value.allow_overrides ?? true);
    const [models, setModels] = useState(value.allowed_models ?? []);
    const asRead = [value.model ?? "", value.provider ?? "", typedOf(value.parameters), value.allow_overrides ?? true];
    useUnsaved(
        JSON.stringify([model, provider, typed, overrides, models]) !==
            JSON.stringify([...asRead, value.allowed_models ?? []]),
    );
    const [unreadable, setUnreadable] = useState<ParameterName | null>(null);
    const ofOrganization = value.allowed_models !== undefined;
    const want = () => setWanted(true);

    const submit = (event: Event) => {
        event.preventDefault();
        if (whyNot !== null) return;
        const read = readParameters(typed);
        setUnreadable(read.ok ? null : read.name);
        if (!read.ok) return;
        void save({
            model: model.trim() || null,
            provider: provider.trim() || null,
            parameters: read.parameters,
            ...(ofOrganization ? { allow_overrides: overrides, allowed_models: models } : {}),
        });
    };
    const errorOf = (name: string) => (error?.field === name ? error.message : null);
    const ofParameter = (name: ParameterName) =>
        unreadable === name ? "This is not a number." : errorOf(`parameters.${name}`);
    const shown = ["model", "provider", "allowed_models", ...kParameters.map(({ name }) => `parameters.${name}`)];
    return (
        <form class="form" onSubmit={submit}>
            {value.available === false && (
                <Notice tone="warn">
                    {value.model} cannot be called now. Requests that name no model fail, until another one is set.
                </Notice>
            )}
            <div class="form-row">
                <TextField
                    label="Model"
                    optional
                    value={model}
                    onInput={setModel}
                    suggestions={known.chats}
                    onFocus={want}
                    error={errorOf("model")}
                    hint="Of requests that name none"
                />
                <TextField
                    label="Provider"
                    optional
                    value={provider}
                    onInput={setProvider}
                    suggestions={known.providers}
                    onFocus={want}
                    error={errorOf("provider")}
                    hint="Tried first for that model"
                />
            </div>
            <FieldGroup label="Parameters" hint="Of requests that leave them out. Empty: another level decides.">
                <ParameterFields
                    typed={typed}
                    onType={(name, text) => setTyped((before) => ({ ...before, [name]: text }))}
                    errorOf={ofParameter}
                />
            </FieldGroup>
            {ofOrganization && (
                <>
                    <NamesField
                        label="Allowed models"
                        optional
                        values={models}
                        onChange={setModels}
                        suggestions={known.all}
                        onFocus={want}
                        error={errorOf("allowed_models")}
                        hint="Empty: all. Any other one is refused to everybody here."
                    />
                    <CheckField
                        label="Members may set defaults of their own"
                        checked={overrides}
                        onChange={setOverrides}
                        hint="Otherwise theirs do not count. They come back when it is allowed again."
                    />
                </>
            )}
            <ErrorNotice error={error} besides={shown} />
            <div class="form-actions">
                {clear && (
                    <Button whyNot={whyNot} onClick={clear}>
                        Clear
                    </Button>
                )}
                <Button type="submit" look="primary" busy={busy} whyNot={whyNot}>
                    Save
                </Button>
            </div>
        </form>
    );
}
