// A new provider key, or another secret, place or use of one. It is tried at the provider before it is stored.
import { useState } from "preact/hooks";
import { useModels } from "../../api/models";
import { useAction } from "../../api/use_call";
import { Dialog, DialogActions } from "../../components/dialog";
import { CheckField, Select, TextField } from "../../components/field";
import { NamesField } from "../../components/names_field";
import { ErrorNotice } from "../../components/notice";
import { showToast } from "../../components/toast";
import { organizationId } from "../../router";
import { AllowedKeys } from "./allowed_keys";
import { kindOf, kKinds, kPlaceFields, type PlaceField, type ProviderKey } from "./kinds";

type Place = Record<PlaceField, string>;
const kPlaceNames = Object.keys(kPlaceFields) as PlaceField[];
const kFieldsShown = ["provider", "label", "secret", "allowed_models", ...kPlaceNames];

export function ProviderKeyDialog({
    edited,
    onDone,
    onClose,
}: {
    edited: ProviderKey | null;
    onDone: () => void;
    onClose: () => void;
}) {
    const organization = organizationId.value!;
    const known = useModels(true);
    const create = useAction("POST", "/api/organizations/{organization}/provider-keys");
    const update = useAction("PATCH", "/api/organizations/{organization}/provider-keys/{provider_key}");
    const action = edited === null ? create : update;
    const [provider, setProvider] = useState(edited?.provider ?? "openai");
    const [label, setLabel] = useState(edited?.label ?? "");
    const [secret, setSecret] = useState("");
    const [place, setPlace] = useState(() => placeOf(edited));
    const [models, setModels] = useState<string[]>(edited?.allowed_models ?? []);
    const [keys, setKeys] = useState<string[] | null>(edited?.allowed_keys ?? null);
    const [fallback, setFallback] = useState(edited?.is_fallback ?? false);
    const [untried, setUntried] = useState(false);
    const kind = kindOf(provider);
    const fields = [...kind.needs, ...kind.may];

    const submit = async (event: Event) => {
        event.preventDefault();
        const body = {
            label,
            is_fallback: fallback,
            allowed_models: models.length > 0 ? models : null,
            allowed_keys: keys,
            ...Object.fromEntries(fields.map((field) => [field, place[field].trim() || null])),
            ...(untried ? { skip_test: true } : {}),
        };
        const answer =
            edited === null
                ? await create.run({ path: { organization }, body: { ...body, provider, secret } })
                : await update.run({
                      path: { organization, provider_key: edited.id },
                      body: { ...body, ...(secret === "" ? {} : { secret }) },
                      ifMatch: edited.version,
                  });
        if (!answer.ok) return;
        showToast(edited === null ? `“${label}” is stored.` : `“${label}” is changed.`, "good");
        onDone();
        onClose();
    };
    const kinds = [
        ...kKinds.map((one) => ({ value: one.name, label: one.label })),
        ...[...known.providers, provider]
            .filter((name, at, all) => all.indexOf(name) === at && !kKinds.some((one) => one.name === name))
            .map((name) => ({ value: name, label: name })),
    ];
    const shownInField = action.error?.field != null && kFieldsShown.includes(action.error.field);
    return (
        <Dialog title={edited === null ? "Add a provider key" : `Edit “${edited.label}”`} onClose={onClose}>
            <form class="form" onSubmit={submit}>
                {edited === null && (
                    <Select
                        label="Provider"
                        value={provider}
                        choices={kinds}
                        onChange={setProvider}
                        error={action.fieldError("provider")}
                    />
                )}
                <TextField
                    label="Label"
                    value={label}
                    onInput={setLabel}
                    required
                    error={action.fieldError("label")}
                    hint={
                        provider === "custom"
                            ? `Its models are called ${label.trim() || "LABEL"}/model`
                            : "What you and others call this key"
                    }
                />
                <TextField
                    label={edited === null ? "Secret key" : "New secret key"}
                    type="password"
                    autocomplete="new-password"
                    value={secret}
                    onInput={setSecret}
                    required={edited === null}
                    optional={edited !== null}
                    error={action.fieldError("secret")}
                    hint={
                        edited === null
                            ? "It is stored encrypted. Nobody can read it here again."
                            : `Now ${edited.secret}. Empty leaves it as it is; another address needs it again.`
                    }
                />
                {fields.map((field) => (
                    <TextField
                        key={field}
                        label={kPlaceFields[field].label}
                        hint={kPlaceFields[field].hint}
                        optional={!kind.needs.includes(field)}
                        required={kind.needs.includes(field)}
                        value={place[field]}
                        onInput={(value) => setPlace((before) => ({ ...before, [field]: value }))}
                        error={action.fieldError(field)}
                        type={field === "base_url" ? "url" : "text"}
                    />
                ))}
                <NamesField
                    label="Models"
                    optional
                    values={models}
                    onChange={setModels}
                    suggestions={known.all}
                    error={action.fieldError("allowed_models")}
                    hint={
                        provider === "custom"
                            ? "As the server calls them. They are listed for everybody; without, any can be called by name."
                            : "Empty: all that the provider serves"
                    }
                />
                <AllowedKeys organization={organization} chosen={keys} onChange={setKeys} />
                <CheckField
                    label="Only after the operator's keys"
                    checked={fallback}
                    onChange={setFallback}
                    hint="Otherwise requests go with this key first, and spend credit only when it fails."
                />
                <CheckField
                    label="Store it without trying it"
                    checked={untried}
                    onChange={setUntried}
                    hint="Otherwise the provider is asked for its list of models with it, and must take it."
                />
                {action.error && !shownInField && <ErrorNotice error={action.error} />}
                <DialogActions
                    submit={untried ? "Store" : edited === null ? "Test and store" : "Save"}
                    busy={action.busy}
                    onCancel={onClose}
                />
            </form>
        </Dialog>
    );
}

function placeOf(key: ProviderKey | null): Place {
    return Object.fromEntries(kPlaceNames.map((name) => [name, key?.[name] ?? ""])) as Place;
}
