// Which keys of the organization may use a provider key: all, or those that are ticked.
import { useList } from "../../api/use_call";
import { CheckField, FieldGroup } from "../../components/field";
import { ErrorNotice, Skeleton } from "../../components/notice";

interface AllowedKeysProps {
    organization: string;
    chosen: string[] | null; // hashes; null: all
    onChange: (chosen: string[] | null) => void;
}

export function AllowedKeys({ organization, chosen, onChange }: AllowedKeysProps) {
    const keys = useList("/api/organizations/{organization}/keys", chosen === null ? null : { path: { organization } });
    const turn = (hash: string, on: boolean) =>
        onChange(on ? [...(chosen ?? []), hash] : (chosen ?? []).filter((one) => one !== hash));
    return (
        <FieldGroup label="Who may use it">
            <CheckField
                label="Only some API keys of the organization"
                checked={chosen !== null}
                onChange={(on) => onChange(on ? [] : null)}
            />
            {chosen !== null && keys.rows === null && !keys.error && <Skeleton lines={2} />}
            {keys.error && <ErrorNotice error={keys.error} retry={keys.reload} />}
            {chosen !== null && (
                <div class="plain-list">
                    {keys.rows?.map((key) => (
                        <CheckField
                            key={key.hash}
                            label={key.name || key.label}
                            checked={chosen.includes(key.hash)}
                            onChange={(on) => turn(key.hash, on)}
                        />
                    ))}
                    {keys.more && (
                        <button type="button" class="button" onClick={keys.more}>
                            Show more
                        </button>
                    )}
                </div>
            )}
        </FieldGroup>
    );
}
