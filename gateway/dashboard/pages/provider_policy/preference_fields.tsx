// The fields of what providers must be.
import type { KnownModels } from "../../api/models";
import { CheckField, FieldGroup, Select, TextField } from "../../components/field";
import { Fold } from "../../components/fold";
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
            <Figures
                of="throughput"
                label="Tokens a second, at least"
                hint="Slower ones go behind. p90: of nine in ten answers."
                {...props}
            />
            <Figures
                of="latency"
                label="Seconds to the first token, at most"
                hint="Slower ones go behind."
                {...props}
            />
            <Prices {...props} />
            <WhatTheyMustBe {...props} />
        </>
    );
}

const words = (parts: readonly (string | false)[]) => parts.filter(Boolean).join("; ") || null;

function WhoMay({ filled, onFill, errorOf, known, onWant }: FieldsProps) {
    const shared = { optional: true, suggestions: known.providers, onFocus: onWant };
    const now = words([
        filled.only.length > 0 && `only ${filled.only.join(", ")}`,
        filled.ignore.length > 0 && `not ${filled.ignore.join(", ")}`,
    ]);
    return (
        <Fold label="Limits of who may serve" now={now} wrong={!!(errorOf("only") ?? errorOf("ignore"))}>
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
        </Fold>
    );
}

function WhoFirst({ filled, onFill, errorOf, known, onWant }: FieldsProps) {
    const now = words([
        filled.order.length > 0 && filled.order.join(", "),
        filled.sort !== "" && (kSorts.find((one) => one.value === filled.sort)?.label.toLowerCase() ?? filled.sort),
        !filled.allow_fallbacks && "no others when these fail",
    ]);
    return (
        <Fold label="Wishes who goes first" now={now} wrong={!!(errorOf("order") ?? errorOf("sort"))}>
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
        </Fold>
    );
}

function Prices({ filled, onFill, errorOf }: FieldsProps) {
    const set = kPrices.filter(({ name }) => filled.numbers[`price.${name}`]?.trim());
    return (
        <Fold
            label="Limits of prices"
            now={words(set.map(({ name, label }) => `${label.toLowerCase()} $${filled.numbers[`price.${name}`]}`))}
            wrong={kPrices.some(({ name }) => errorOf(fieldOfNumber(`price.${name}`)))}
        >
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
        </Fold>
    );
}

const kDemands = [
    { name: "require_parameters", label: "They take every parameter of the request", short: "all parameters" },
    { name: "deny_storing", label: "They are declared not to store or train", short: "no storing or training" },
    { name: "zdr", label: "They are declared to keep nothing (zero data retention)", short: "zero data retention" },
    {
        name: "enforce_distillable_text",
        label: "Their answers may be used to train others (distillable)",
        short: "distillable",
    },
] as const;

function WhatTheyMustBe({ filled, onFill, errorOf }: FieldsProps) {
    const now = words([
        ...kDemands.map(({ name, short }) => filled[name] && short),
        filled.quantizations.length > 0 && filled.quantizations.join(", "),
    ]);
    return (
        <Fold label="What they must be" now={now} wrong={!!errorOf("quantizations")}>
            <span class="hint">Endpoints that are not are left out.</span>
            <NamesField
                label="Precision"
                optional
                suggestions={kQuantizations}
                values={filled.quantizations}
                onChange={(quantizations) => onFill({ quantizations })}
                error={errorOf("quantizations")}
                hint="Such as fp8. Empty: any"
            />
            {kDemands.map(({ name, label }) => (
                <CheckField
                    key={name}
                    label={label}
                    checked={filled[name]}
                    onChange={(checked) => onFill({ [name]: checked })}
                />
            ))}
        </Fold>
    );
}

type NumberProps = Pick<FieldsProps, "filled" | "onFill" | "errorOf">;

function Figures({
    of,
    label,
    hint,
    filled,
    onFill,
    errorOf,
}: NumberProps & { of: "throughput" | "latency"; label: string; hint: string }) {
    const set = kPercentiles.filter((at) => filled.numbers[`${of}.${at}`]?.trim());
    return (
        <Fold
            label={`Limits of ${of}`}
            now={words(set.map((at) => `${at} ${filled.numbers[`${of}.${at}`]}`))}
            wrong={kPercentiles.some((at) => errorOf(fieldOfNumber(`${of}.${at}`)))}
        >
            <FieldGroup label={label} hint={hint}>
                <div class="form-row" data-narrow="">
                    {kPercentiles.map((at) => (
                        <NumberField key={at} name={`${of}.${at}`} label={at} {...{ filled, onFill, errorOf }} />
                    ))}
                </div>
            </FieldGroup>
        </Fold>
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
