// The fields of what providers must be.
import type { KnownModels } from "../../api/models";
import { CheckField, FieldGroup, Select, TextField } from "../../components/field";
import { NamesField } from "../../components/names_field";
import { fieldOfNumber, kPercentiles, kPrices, kQuantizations, kSorts, type Filled } from "./preferences";

interface FieldsProps {
    filled: Filled;
    onFill: (change: Partial<Filled>) => void;
    errorOf: (field: string) => string | null;
    known: KnownModels;
    onWant: () => void; // names of providers are wanted
}

export function PreferenceFields(props: FieldsProps) {
    return (
        <>
            <WhoMay {...props} />
            <WhoFirst {...props} />
            <WhatTheyMustBe {...props} />
        </>
    );
}

function WhoMay({ filled, onFill, errorOf, known, onWant }: FieldsProps) {
    const shared = { optional: true, suggestions: known.providers, onFocus: onWant };
    return (
        <div class="form-row">
            <NamesField
                {...shared}
                label="Only these providers"
                values={filled.only}
                onChange={(only) => onFill({ only })}
                error={errorOf("only")}
                hint="Empty: any"
            />
            <NamesField
                {...shared}
                label="None of these"
                values={filled.ignore}
                onChange={(ignore) => onFill({ ignore })}
                error={errorOf("ignore")}
            />
        </div>
    );
}

function WhoFirst({ filled, onFill, errorOf, known, onWant }: FieldsProps) {
    return (
        <FieldGroup label="Who goes first">
            <NamesField
                label="In this order"
                optional
                suggestions={known.providers}
                onFocus={onWant}
                values={filled.order}
                onChange={(order) => onFill({ order })}
                error={errorOf("order")}
                hint="The first goes first; then the others"
            />
            <CheckField
                label="Go on with others when these fail"
                checked={filled.allow_fallbacks}
                onChange={(allow_fallbacks) => onFill({ allow_fallbacks })}
                hint="Otherwise a request fails with the first of them; with an order, with the last that it names."
            />
            <Select
                label="Others by"
                value={filled.sort}
                choices={kSorts}
                onChange={(sort) => onFill({ sort })}
                error={errorOf("sort")}
            />
            <Figures
                of="throughput"
                label="At least so many tokens a second"
                hint="Slower ones go behind. p90: of nine in ten answers."
                {...{ filled, onFill, errorOf }}
            />
            <Figures
                of="latency"
                label="At most so many seconds to the first token"
                hint="Slower ones go behind."
                {...{ filled, onFill, errorOf }}
            />
        </FieldGroup>
    );
}

function WhatTheyMustBe({ filled, onFill, errorOf }: FieldsProps) {
    return (
        <FieldGroup label="What they must be" hint="Endpoints that are not are left out.">
            <div class="form-row">
                {kPrices.map(({ name, label, hint }) => (
                    <NumberField
                        key={name}
                        name={`price.${name}`}
                        label={`${label} at most (USD)`}
                        hint={hint}
                        {...{ filled, onFill, errorOf }}
                    />
                ))}
            </div>
            <NamesField
                label="Precision"
                optional
                suggestions={kQuantizations}
                values={filled.quantizations}
                onChange={(quantizations) => onFill({ quantizations })}
                error={errorOf("quantizations")}
                hint="Such as fp8. Empty: any"
            />
            <CheckField
                label="They take every parameter of the request"
                checked={filled.require_parameters}
                onChange={(require_parameters) => onFill({ require_parameters })}
            />
            <CheckField
                label="They are declared not to store or train"
                checked={filled.deny_storing}
                onChange={(deny_storing) => onFill({ deny_storing })}
            />
            <CheckField
                label="They are declared to keep nothing (zero data retention)"
                checked={filled.zdr}
                onChange={(zdr) => onFill({ zdr })}
            />
            <CheckField
                label="Their answers may be used to train others (distillable)"
                checked={filled.enforce_distillable_text}
                onChange={(enforce_distillable_text) => onFill({ enforce_distillable_text })}
            />
        </FieldGroup>
    );
}

type NumberProps = Pick<FieldsProps, "filled" | "onFill" | "errorOf">;

function Figures({
    of,
    label,
    hint,
    ...rest
}: NumberProps & { of: "throughput" | "latency"; label: string; hint: string }) {
    return (
        <FieldGroup label={label} hint={hint}>
            <div class="form-row" data-narrow="">
                {kPercentiles.map((at) => (
                    <NumberField key={at} name={`${of}.${at}`} label={at} {...rest} />
                ))}
            </div>
        </FieldGroup>
    );
}

function NumberField({
    name,
    label,
    hint,
    filled,
    onFill,
    errorOf,
}: NumberProps & { name: string; label: string; hint?: string }) {
    const field = fieldOfNumber(name);
    return (
        <TextField
            label={label}
            hint={hint}
            inputMode="decimal"
            value={(filled.numbers as Record<string, string>)[name] ?? ""}
            onInput={(text) => onFill({ numbers: { ...filled.numbers, [name]: text } })}
            error={errorOf(field) ?? (field.endsWith(".p50") ? errorOf(field.slice(0, -4)) : null)}
        />
    );
}
