// Before what is dangerous: the person proves again who he is, and what he pressed goes on.
import { useEffect, useState } from "preact/hooks";
import type { ApiError } from "../../api/client";
import { canUsePasskeys, usePasskey } from "../../api/passkeys";
import { me } from "../../api/session";
import { factorsAsked, loadOffers, stepUp, stepUpWaits, type Credentials, type SignInOffers } from "../../api/sign_in";
import { Button } from "../../components/button";
import { Dialog, DialogActions } from "../../components/dialog";
import { TextField } from "../../components/field";
import { FactorForm, SignInError } from "./factor_form";
import { ProviderButtons } from "./provider_buttons";

export function StepUpDialog() {
    const goOn = stepUpWaits.value;
    return goOn === null ? null : <OpenStepUp onDone={goOn} />;
}

function OpenStepUp({ onDone }: { onDone: (proven: boolean) => void }) {
    const [password, setPassword] = useState("");
    const [asked, setAsked] = useState<ApiError | null>(null);
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<ApiError | null>(null);
    const [offers, setOffers] = useState<SignInOffers | null>(null);
    // Who came from an identity provider may have no password here. The way there leaves the page.
    const byProvider = me.value?.session?.proofs.includes("identity_provider") === true;
    useEffect(() => {
        if (byProvider) void loadOffers().then(setOffers);
    }, [byProvider]);

    const attempt = async (credentials: Credentials) => {
        setBusy(true);
        const failed = await stepUp(credentials);
        setBusy(false);
        if (failed === null) return onDone(true);
        const first = asked === null && factorsAsked(failed) !== null;
        if (first) setAsked(failed);
        setError(first ? null : failed);
    };
    const byPasskey = async (credentials: Credentials) => {
        setBusy(true);
        const said = await usePasskey("/api/sessions/current/passkey-options");
        setBusy(false);
        if (said.ok) return attempt({ ...credentials, passkey: said.credential });
        setError(said.error);
    };
    const submit = (event: Event) => {
        event.preventDefault();
        if (!busy) void attempt({ password });
    };
    return (
        <Dialog losesNothing title="Is it you?" onClose={() => onDone(false)}>
            <p class="soft">This needs a proof that is younger than ten minutes.</p>
            {asked !== null ? (
                <FactorForm
                    factors={factorsAsked(asked) ?? []}
                    busy={busy}
                    error={error}
                    submit="Go on"
                    onCode={(shown) => void attempt({ password, ...shown })}
                    onPasskey={() => void byPasskey({ password })}
                    onBack={() => {
                        setAsked(null);
                        setError(null);
                    }}
                />
            ) : (
                <form class="form" onSubmit={submit}>
                    <ProviderButtons offers={offers} target={location.hash} purpose="step_up" />
                    <TextField
                        label="Your password"
                        type="password"
                        value={password}
                        onInput={setPassword}
                        autocomplete="current-password"
                        focusFirst
                    />
                    {error && <SignInError error={error} />}
                    {canUsePasskeys && (
                        <Button icon="key" busy={busy} onClick={() => void byPasskey({})}>
                            Use a passkey
                        </Button>
                    )}
                    <DialogActions submit="Go on" busy={busy} onCancel={() => onDone(false)} />
                </form>
            )}
        </Dialog>
    );
}
