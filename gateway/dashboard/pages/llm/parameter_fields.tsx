// Fields of all parameters; those that are seldom wanted are folded away until one of them is set.
import { Select, TextArea, TextField } from "../../components/field";
import { choicesOf, kParameters, type ParameterName, type Typed } from "./parameters";

const kAlwaysShown = 6;

interface ParameterFieldsProps {
    typed: Typed;
    onType: (name: ParameterName, text: string) => void;
    errorOf: (name: ParameterName) => string | null;
}

export function ParameterFields(props: ParameterFieldsProps) {
    const seldom = kParameters.slice(kAlwaysShown);
    const open = seldom.some(({ name }) => (props.typed[name] ?? "") !== "" || props.errorOf(name) !== null);
    return (
        <>
            <Fields {...props} shown={kParameters.slice(0, kAlwaysShown)} />
            <details open={open}>
                <summary>More parameters</summary>
                <Fields {...props} shown={seldom} />
            </details>
        </>
    );
}

function Fields({ typed, onType, errorOf, shown }: ParameterFieldsProps & { shown: typeof kParameters }) {
    return (
        <div class="form-row">
            {shown.map((parameter) => {
                const shared = {
                    key: parameter.name,
                    label: parameter.label,
                    hint: parameter.hint,
                    value: typed[parameter.name] ?? "",
                    error: errorOf(parameter.name),
                };
                const onInput = (text: string) => onType(parameter.name, text);
                if (parameter.choices) return <Select {...shared} choices={choicesOf(parameter)} onChange={onInput} />;
                if (parameter.lines) return <TextArea {...shared} rows={2} onInput={onInput} />;
                return <TextField {...shared} inputMode="decimal" onInput={onInput} />;
            })}
        </div>
    );
}
