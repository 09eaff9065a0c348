// A list of names: each is typed or chosen from what is suggested, and taken away by its own button.
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { Field } from "./field";
import { Icon } from "./icon";

interface NamesProps {
    label: string;
    values: readonly string[];
    onChange: (values: string[]) => void;
    hint?: ComponentChildren;
    error?: string | null;
    optional?: boolean;
    placeholder?: string;
    suggestions?: readonly string[];
    onFocus?: () => void; // now suggestions are wanted
    disabled?: boolean;
}

export function NamesField(props: NamesProps) {
    const { label, values, onChange, hint, error, optional, placeholder, suggestions = [], onFocus, disabled } = props;
    const [typed, setTyped] = useState("");
    const input = useRef<HTMLInputElement>(null);
    const list = useId();
    const add = (text: string) => {
        const names = text
            .split(/[,\s]+/)
            .map((one) => one.trim())
            .filter((one) => one !== "" && !values.includes(one));
        if (names.length > 0) onChange([...values, ...new Set(names)]);
        setTyped("");
    };
    const remove = (name: string) => {
        onChange(values.filter((one) => one !== name));
        input.current?.focus();
    };
    const onInput = (text: string, event: Event) => {
        // A suggestion that was chosen, or a name that was ended by a comma, is whole.
        const chosen = !(event instanceof InputEvent) || event.inputType === "insertReplacementText";
        if (/[,\s]$/.test(text) || (chosen && suggestions.includes(text))) add(text);
        else setTyped(text);
    };
    const onKey = (event: KeyboardEvent) => {
        if (event.key === "Enter" && typed.trim() !== "") {
            event.preventDefault(); // the form is sent by the next one
            add(typed);
        } else if (event.key === "Backspace" && typed === "" && values.length > 0) {
            onChange(values.slice(0, -1));
        }
    };
    return (
        <Field label={label} hint={hint} error={error} optional={optional}>
            {(tied) => (
                <div class="names">
                    {values.length > 0 && (
                        <ul aria-label={`${label}: chosen`}>
                            {values.map((name) => (
                                <li key={name} class="badge">
                                    <span>{name}</span>
                                    {!disabled && (
                                        <button
                                            type="button"
                                            aria-label={`Remove ${name}`}
                                            onClick={() => remove(name)}
                                        >
                                            <Icon name="close" />
                                        </button>
                                    )}
                                </li>
                            ))}
                        </ul>
                    )}
                    <input
                        ref={input}
                        class="input"
                        spellcheck={false}
                        autocomplete="off"
                        value={typed}
                        list={list}
                        placeholder={placeholder}
                        disabled={disabled}
                        {...tied}
                        onFocus={onFocus}
                        onInput={(event) => onInput(event.currentTarget.value, event)}
                        onKeyDown={onKey}
                        onBlur={() => add(typed)}
                    />
                    <datalist id={list}>
                        {suggestions
                            .filter((one) => !values.includes(one))
                            .map((one) => (
                                <option key={one} value={one} />
                            ))}
                    </datalist>
                </div>
            )}
        </Field>
    );
}
