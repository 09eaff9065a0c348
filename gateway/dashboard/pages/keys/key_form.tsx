// The fields of a key: only its name is required. What most keys do not need is folded away.
import { useState } from "preact/hooks";
import { useModels } from "../../api/models";
import type { Member, Project } from "../../api/members";
import { may } from "../../api/organization";
import { me } from "../../api/session";
import { ExpiryField } from "../../components/expiry_field";
import { AmountField, CheckField, FieldGroup, Select, TextField } from "../../components/field";
import { BudgetFields, RateFields } from "../../components/limit_fields";
import { NamesField } from "../../components/names_field";
import { timeText } from "../../components/time";
import { kKindWords, managesAll, type Key } from "./key";
import type { KeyDraft } from "./key_draft";

interface FormProps {
    draft: KeyDraft;
    onChange: (draft: KeyDraft) => void;
    problem: (name: string) => string | null;
    before?: Key; // of one that is changed
    projects?: readonly Project[] | null;
    members?: readonly Member[] | null;
}

export function KeyFields({ draft, onChange, problem, before, projects, members }: FormProps) {
    const kind = before?.kind ?? draft.kind;
    const calls = kind !== "management";
    const limits = {
        draft: draft.limits,
        problem,
        onChange: (changed: KeyDraft["limits"]) => onChange({ ...draft, limits: changed }),
    };
    return (
        <>
            <TextField
                label="Name"
                value={draft.name}
                onInput={(name) => onChange({ ...draft, name })}
                maxLength={100}
                hint={before ? undefined : "What uses it: each program gets its own."}
                error={problem("name")}
            />
            {!before && <Belongs {...{ draft, onChange, problem, projects, members }} />}
            {calls && <BudgetFields {...limits} />}
            <ExpiryField
                expiry={draft.expiry}
                onChange={(expiry) => onChange({ ...draft, expiry })}
                now={before ? (before.expires_at ? timeText(new Date(before.expires_at)) : "never") : null}
                error={problem("expires_at")}
            />
            {calls && (
                <details open={before !== undefined && before.rules !== null}>
                    <summary>Rates, models and prices</summary>
                    <div class="form">
                        {may("manage_limits") ? (
                            <RateFields {...limits} />
                        ) : (
                            <p class="soft small">Rates are set by owners and admins.</p>
                        )}
                        <RuleFields draft={draft} onChange={onChange} problem={problem} />
                    </div>
                </details>
            )}
        </>
    );
}

function Belongs({ draft, onChange, problem, projects, members }: Omit<FormProps, "before">) {
    const usable = (projects ?? []).filter((one) => !one.archived);
    return (
        <>
            {usable.length > 1 && draft.kind !== "management" && (
                <Select
                    label="Project"
                    value={draft.project_id}
                    onChange={(project_id) => onChange({ ...draft, project_id })}
                    choices={usable.map((one) => ({
                        value: one.id,
                        label: one.is_default ? `${one.name} (the default)` : one.name,
                    }))}
                    error={problem("project_id")}
                />
            )}
            {managesAll() && (
                <Select
                    label="Kind"
                    value={draft.kind}
                    onChange={(kind) => onChange({ ...draft, kind: kind as KeyDraft["kind"] })}
                    choices={Object.entries(kKindWords).map(([value, words]) => ({
                        value,
                        label: `${words.name}: ${words.about}`,
                    }))}
                    error={problem("kind")}
                />
            )}
            {draft.kind === "service" && (
                <CheckField
                    label="Bills organizations by their Git claims"
                    hint="Requests name a repository, and the organization that has claimed it pays, if you are a member there."
                    checked={draft.attributes}
                    onChange={(attributes) => onChange({ ...draft, attributes })}
                />
            )}
            {managesAll() && draft.kind === "inference" && (members?.length ?? 0) > 1 && (
                <Select
                    label="Made for"
                    value={draft.maker}
                    onChange={(maker) => onChange({ ...draft, maker })}
                    choices={[
                        { value: "", label: "Yourself" },
                        ...members!
                            .filter((one) => one.user_id !== me.value?.user.id && one.status === "active")
                            .map((one) => ({ value: one.user_id, label: one.name || one.email })),
                    ]}
                    hint="Whose key it is: that member's budget holds, too."
                    error={problem("creator_user_id")}
                />
            )}
        </>
    );
}

function RuleFields({ draft, onChange, problem }: Pick<FormProps, "draft" | "onChange" | "problem">) {
    const { rules } = draft;
    const [wanted, setWanted] = useState(false);
    const known = useModels(wanted);
    const change = (part: Partial<KeyDraft["rules"]>) => onChange({ ...draft, rules: { ...rules, ...part } });
    const names = (
        name: "allow_models" | "deny_models" | "allow_providers" | "deny_providers",
        label: string,
        suggestions: readonly string[],
        placeholder?: string,
    ) => (
        <NamesField
            label={label}
            values={rules[name]}
            onChange={(values) => change({ [name]: values })}
            onFocus={() => setWanted(true)}
            suggestions={suggestions}
            placeholder={placeholder}
            error={problem(`rules.${name}`) ?? problem(name)}
        />
    );
    return (
        <FieldGroup label="What it may call" hint="Beside what the organization allows. Empty: everything.">
            {names("allow_models", "Only these models", known.all, "author/model")}
            {names("deny_models", "Not these models", known.all)}
            {names("allow_providers", "Only these providers", known.providers)}
            {names("deny_providers", "Not these providers", known.providers)}
            <div class="form-row">
                <AmountField
                    label="Dearest prompt, a million tokens"
                    value={rules.prompt}
                    onInput={(prompt) => change({ prompt })}
                    placeholder="Any price"
                    error={problem("prompt")}
                />
                <AmountField
                    label="Dearest answer, a million tokens"
                    value={rules.completion}
                    onInput={(completion) => change({ completion })}
                    placeholder="Any price"
                    error={problem("completion")}
                />
            </div>
        </FieldGroup>
    );
}
