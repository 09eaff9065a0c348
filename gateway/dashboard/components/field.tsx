// A labelled input with its hint and its error, each tied to it for those who do not see the page.
import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Labelled {
    label: string;
    hint?: ComponentChildren;
    error?: string | null;
    optional?: boolean;
}

interface Tied {
    id: string;
    "aria-describedby": string | undefined;
    "aria-invalid": "true" | undefined;
}

export function Field({
    label,
    hint,
    error,
    optional,
    children,
}: Labelled & { children: (tied: Tied) => ComponentChildren }) {
    const id = useId();
    const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
    return (
        <div class="field">
            <label for={id}>
                {label}
                {optional && <span class="soft small"> (optional)</span>}
            </label>
            {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? "true" : undefined })}
            {hint && (
                <span class="hint" id={`${id}-hint`}>
                    {hint}
                </span>
            )}
            {error && (
                <span class="error" id={`${id}-error`} role="alert">
                    {error}
                </span>
            )}
        </div>
    );
}

interface TextProps extends Labelled {
    value: string;
    onInput: (value: string) => void;
    type?: "text" | "email" | "password" | "url" | "search" | "datetime-local" | "date";
    placeholder?: string;
    required?: boolean;
    autocomplete?: string;
    inputMode?: "text" | "decimal" | "numeric";
    maxLength?: number;
    disabled?: boolean;
    mono?: boolean;
    focusFirst?: boolean; // the keyboard goes there as it comes, from the form that it is in or took the place of
    suggestions?: readonly string[]; // anything else may be typed, too
    onFocus?: () => void; // now suggestions are wanted
}

export function TextField(props: TextProps) {
    const {
        label,
        hint,
        error,
        optional,
        value,
        onInput,
        type = "text",
        mono,
        autocomplete,
        focusFirst,
        suggestions,
        ...rest
    } = props;
    const list = useId();
    const input = useRef<HTMLInputElement>(null);
    useEffect(() => {
        const active = document.activeElement;
        const near =
            active === null || active === document.body || active.closest("form, dialog")?.contains(input.current);
        if (focusFirst && near) input.current?.focus();
    }, []);
    return (
        <Field label={label} hint={hint} error={error} optional={optional}>
            {(tied) => (
                <>
                    <input
                        ref={input}
                        class={mono ? "input mono" : "input"}
                        spellcheck={false}
                        data-focus-first={focusFirst ? "" : undefined}
                        {...({
                            type,
                            value,
                            ...tied,
                            ...rest,
                            list: suggestions && list,
                            autocomplete: autocomplete ?? "off",
                        } as InputHTMLAttributes<HTMLInputElement>)}
                        onInput={(event) => onInput(event.currentTarget.value)}
                    />
                    {suggestions && (
                        <datalist id={list}>
                            {suggestions.map((one) => (
                                <option key={one} value={one} />
                            ))}
                        </datalist>
                    )}
                </>
            )}
        </Field>
    );
}

export function TextArea({
    label,
    hint,
    error,
    optional,
    value,
    onInput,
    rows = 4,
    mono,
    placeholder,
}: Labelled & {
    value: string;
    onInput: (value: string) => void;
    rows?: number;
    mono?: boolean;
    placeholder?: string;
}) {
    return (
        <Field label={label} hint={hint} error={error} optional={optional}>
            {(tied) => (
                <textarea
                    class={mono ? "input mono" : "input"}
                    rows={rows}
                    value={value}
                    placeholder={placeholder}
                    {...tied}
                    onInput={(event) => onInput(event.currentTarget.value)}
                />
            )}
        </Field>
    );
}

// An amount in USD, as text: parseDecimal() reads it.
export function AmountField(props: Omit<TextProps, "type" | "inputMode">) {
    return <TextField inputMode="decimal" placeholder="0.00" {...props} label={`${props.label} (USD)`} />;
}

export interface Choice {
    value: string;
    label: string;
    disabled?: boolean;
}

export function Select({
    label,
    hint,
    error,
    optional,
    value,
    onChange,
    choices,
    disabled,
}: Labelled & {
    value: string;
    onChange: (value: string) => void;
    choices: readonly Choice[];
    disabled?: boolean;
}) {
    return (
        <Field label={label} hint={hint} error={error} optional={optional}>
            {(tied) => <BareSelect {...{ value, onChange, choices, disabled, tied }} />}
        </Field>
    );
}

// Where the label is said another way: `name` is read out.
export function BareSelect({
    value,
    onChange,
    choices,
    disabled,
    name,
    tied,
}: {
    value: string;
    onChange: (value: string) => void;
    choices: readonly Choice[];
    disabled?: boolean;
    name?: string;
    tied?: Tied;
}) {
    return (
        <select
            class="input select"
            value={value}
            disabled={disabled}
            aria-label={name}
            {...tied}
            onChange={(event) => onChange(event.currentTarget.value)}
        >
            {choices.map((choice) => (
                <option key={choice.value} value={choice.value} disabled={choice.disabled}>
                    {choice.label}
                </option>
            ))}
        </select>
    );
}

export function CheckField({
    label,
    hint,
    checked,
    onChange,
    disabled,
}: {
    label: ComponentChildren;
    hint?: ComponentChildren;
    checked: boolean;
    onChange: (checked: boolean) => void;
    disabled?: boolean;
}) {
    const id = useId();
    return (
        <div class="check">
            <input
                type="checkbox"
                id={id}
                checked={checked}
                disabled={disabled}
                aria-describedby={hint ? `${id}-hint` : undefined}
                onChange={(event) => onChange(event.currentTarget.checked)}
            />
            <span class="field">
                <label for={id}>{label}</label>
                {hint && (
                    <span class="hint" id={`${id}-hint`}>
                        {hint}
                    </span>
                )}
            </span>
        </div>
    );
}

// Several inputs under one name.
export function FieldGroup({
    label,
    hint,
    children,
}: {
    label: string;
    hint?: ComponentChildren;
    children: ComponentChildren;
}) {
    return (
        <fieldset class="field" role="group">
            <legend>{label}</legend>
            {hint && <span class="hint">{hint}</span>}
            {children}
        </fieldset>
    );
}
