// A second factor: the code of an authenticator app, a recovery code, or a passkey.
import { useState } from "preact/hooks";
import type { ApiError } from "../../api/client";
import { canUsePasskeys } from "../../api/passkeys";
import type { Credentials, Factor } from "../../api/sign_in";
import { Button } from "../../components/button";
import { TextField } from "../../components/field";
import { ErrorNotice, Notice } from "../../components/notice";

export function SignInError({ error }: { error: ApiError }) {
    if (error.retryAfterSeconds === null) return <ErrorNotice error={error} />;
    return <Notice tone="bad">Too many tries. Wait {error.retryAfterSeconds} seconds, then try again.</Notice>;
}

interface FactorFormProps {
    factors: readonly Factor[];
    stranded?: number; // passkeys that stopped because the gateway has another host
    busy: boolean;
    error: ApiError | null;
    submit: string;
    onCode: (shown: Credentials) => void;
    onPasskey: () => void;
    onBack: () => void;
}

export function FactorForm({ factors, stranded = 0, busy, error, submit, onCode, onPasskey, onBack }: FactorFormProps) {
    const byApp = factors.includes("totp"),
        byRecovery = factors.includes("recovery_code");
    const [recovers, setRecovers] = useState(!byApp && byRecovery);
    const [code, setCode] = useState("");
    const send = (event: Event) => {
        event.preventDefault();
        onCode(recovers ? { recovery_code: code.trim() } : { code: code.replace(/\s/g, "") });
    };
    return (
        <form class="form" onSubmit={send}>
            {stranded > 0 && (
                <Notice tone="warn">
                    {stranded === 1 ? "Your passkey" : `${stranded} of your passkeys`} stopped working: the gateway has
                    another address now. Use another way, then make a new one.
                </Notice>
            )}
            {(byApp || byRecovery) && (
                <TextField
                    key={String(recovers)}
                    label={recovers ? "Recovery code" : "Code of your authenticator app"}
                    value={code}
                    onInput={setCode}
                    focusFirst
                    mono
                    autocomplete="one-time-code"
                    inputMode={recovers ? "text" : "numeric"}
                    hint={recovers ? "Each counts once." : "Six digits, new every half minute."}
                />
            )}
            {error && <SignInError error={error} />}
            {(byApp || byRecovery) && (
                <Button type="submit" look="primary" busy={busy}>
                    {submit}
                </Button>
            )}
            {factors.includes("passkey") && canUsePasskeys && (
                <Button icon="key" busy={busy} onClick={onPasskey}>
                    Use a passkey
                </Button>
            )}
            <div class="row">
                {byApp && byRecovery && (
                    <Button
                        look="quiet"
                        onClick={() => {
                            setRecovers(!recovers);
                            setCode("");
                        }}
                    >
                        {recovers ? "Use the authenticator app" : "Use a recovery code"}
                    </Button>
                )}
                <Button look="quiet" onClick={onBack}>
                    Back
                </Button>
            </div>
        </form>
    );
}
