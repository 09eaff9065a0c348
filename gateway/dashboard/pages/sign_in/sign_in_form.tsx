// Signing in by password, with a second factor where there is one, by passkey, or at an identity provider.
import { useEffect, useState } from "preact/hooks";
import type { ApiError } from "../../api/client";
import { canUsePasskeys, usePasskey } from "../../api/passkeys";
import { factorsAsked, loadOffers, signIn, type Credentials, type SignInOffers } from "../../api/sign_in";
import { Button } from "../../components/button";
import { TextField } from "../../components/field";
import { Notice } from "../../components/notice";
import { FactorForm, SignInError } from "./factor_form";
import { ProviderButtons } from "./provider_buttons";

interface SignInFormProps {
    email?: string; // of who must sign in again
    target: string; // where an identity provider leads back to
    onDone: () => void;
}

export function SignInForm({ email: known, target, onDone }: SignInFormProps) {
    const [offers, setOffers] = useState<SignInOffers | null>(null);
    const [email, setEmail] = useState(known ?? "");
    const [password, setPassword] = useState("");
    const [asked, setAsked] = useState<ApiError | null>(null); // for a second factor
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<ApiError | null>(null);
    useEffect(() => {
        void loadOffers().then(setOffers);
    }, []);

    const attempt = async (credentials: Credentials) => {
        setBusy(true);
        const failed = await signIn(credentials);
        setBusy(false);
        if (failed === null) return onDone();
        const first = asked === null && factorsAsked(failed) !== null;
        if (first) setAsked(failed);
        setError(first ? null : failed);
    };
    const byPasskey = async (credentials: Credentials) => {
        setBusy(true);
        const said = await usePasskey("/api/sessions/passkey-options");
        setBusy(false);
        if (said.ok) return attempt({ ...credentials, passkey: said.credential });
        setError(said.error);
    };

    if (asked !== null) {
        const back = () => {
            setAsked(null);
            setError(null);
        };
        return (
            <FactorForm
                factors={factorsAsked(asked) ?? []}
                stranded={Number(asked.extra.stranded_passkeys ?? 0)}
                busy={busy}
                error={error}
                submit="Sign in"
                onCode={(shown) => void attempt({ email, password, ...shown })}
                onPasskey={() => void byPasskey({ email, password })}
                onBack={back}
            />
        );
    }
    const submit = (event: Event) => {
        event.preventDefault();
        if (!busy) void attempt({ email, password });
    };
    return (
        <form class="form" onSubmit={submit}>
            {offers?.set_up === false && (
                <Notice>
                    Nobody has signed in here yet. Open the set-up link that <code>tollgate init</code> or{" "}
                    <code>run.sh</code> printed.
                </Notice>
            )}
            <ProviderButtons offers={offers} target={target} purpose="sign_in" />
            {offers?.password !== false && (
                <>
                    <TextField
                        label="E-mail"
                        type="email"
                        value={email}
                        onInput={setEmail}
                        autocomplete="username webauthn"
                        required
                        disabled={known !== undefined}
                    />
                    <TextField
                        label="Password"
                        type="password"
                        value={password}
                        onInput={setPassword}
                        autocomplete="current-password"
                        required
                        focusFirst={known !== undefined}
                    />
                </>
            )}
            {error && <SignInError error={error} />}
            {offers?.password !== false && (
                <Button type="submit" look="primary" busy={busy}>
                    Sign in
                </Button>
            )}
            {offers?.passkey && canUsePasskeys && (
                <Button icon="key" busy={busy} onClick={() => void byPasskey({})}>
                    Use a passkey
                </Button>
            )}
            {known === undefined && (
                <a class="small" href="#/reset">
                    Forgot the password?
                </a>
            )}
            {known === undefined && offers?.registration && (
                <a class="small" href="#/register">
                    Make an account
                </a>
            )}
        </form>
    );
}
