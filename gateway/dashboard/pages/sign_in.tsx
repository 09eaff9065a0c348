// Signing in: by password, with a second factor where there is one, by passkey, or at an identity provider. The same
// form comes over a page whose session has ended, which stays as it is under it.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type ApiError } from "../api/client";
import { forgetSession, me } from "../api/session";
import { askPasskey, canUsePasskeys, factorsAsked, loadOffers, signIn, type Credentials, type Factor, type SignInOffers } from "../api/sign_in";
import { Button, LinkButton } from "../components/button";
import { Dialog } from "../components/dialog";
import { TextField } from "../components/field";
import { Logo } from "../components/icon";
import { ErrorNotice, Notice } from "../components/notice";
import { useTitle } from "../components/page";
import { navigate, query, safeTarget } from "../router";

export function AloneFrame({ title, children }: { title: string; children: ComponentChildren }) {
    useTitle(title);
    return (
        <main class="alone" id="main">
            <div class="alone-card">
                <a class="brand" href="#/"><Logo /> Tollgate</a>
                <div class="card stack">
                    <h1 tabIndex={-1}>{title}</h1>
                    {children}
                </div>
            </div>
        </main>
    );
}

export function SignInPage() {
    const target = safeTarget(query.value.to);
    // Who is signed in already has nothing to do here.
    useEffect(() => {
        if (me.peek() !== null) navigate(target, "replace");
    }, []);
    return (
        <AloneFrame title="Sign in">
            <SignInForm onDone={() => navigate(target, "replace")} target={target} />
        </AloneFrame>
    );
}

// Over a page: what was typed there is not lost, and no address changes.
export function SignInAgain() {
    const person = me.value;
    return (
        <Dialog title="Your session has ended" onClose={() => {}} mustAnswer>
            <p class="soft">Sign in again to go on. Nothing that you typed is lost.</p>
            <SignInForm email={person?.user.email} onDone={() => {}} target={location.hash} />
            <Button look="quiet" onClick={forgetSession}>Sign in as somebody else</Button>
        </Dialog>
    );
}

interface FormProps {
    email?: string; // of who must sign in again
    onDone: () => void;
    target: string; // where an identity provider leads back to
}

function SignInForm({ email: known, onDone, target }: FormProps) {
    const [offers, setOffers] = useState<SignInOffers | null>(null);
    const [email, setEmail] = useState(known ?? "");
    const [password, setPassword] = useState("");
    const [factors, setFactors] = useState<Factor[] | null>(null);
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<ApiError | null>(null);
    useEffect(() => {
        void loadOffers().then(setOffers);
    }, []);

    const attempt = async (further: Credentials) => {
        if (busy) return;
        setBusy(true);
        const failed = await signIn({ email, password, ...further });
        setBusy(false);
        if (failed === null) return onDone();
        const asked = factorsAsked(failed);
        if (asked !== null && factors === null) {
            setFactors(asked);
            setError(null);
        } else {
            setError(failed);
        }
    };
    const byPasskey = async (credentials: Credentials) => {
        setBusy(true);
        const said = await askPasskey("/api/sessions/passkey-options", credentials.email ? { email: credentials.email } : {});
        setBusy(false);
        if (said === null) return;
        if (!said.ok) return setError(said.error);
        const failed = await signIn({ ...credentials, passkey: said.value });
        if (failed === null) onDone();
        else setError(failed);
    };

    if (factors !== null) {
        const back = () => {
            setFactors(null);
            setError(null);
        };
        return <SecondFactor factors={factors} busy={busy} error={error} onCode={attempt} onPasskey={() => void byPasskey({ email, password })} onBack={back} />;
    }
    return (
        <form class="form" onSubmit={(event) => { event.preventDefault(); void attempt({}); }}>
            {offers?.set_up === false && <Notice>Nobody has signed in here yet. Open the set-up link that <code>tollgate init</code> or <code>run.sh</code> printed.</Notice>}
            {offers?.providers.map((provider) => (
                <LinkButton key={provider.id} href={`api/sign-in/${encodeURIComponent(provider.id)}?return_to=${encodeURIComponent(target)}`}>
                    Continue with {provider.name}
                </LinkButton>
            ))}
            <TextField label="E-mail" type="email" value={email} onInput={setEmail} autocomplete="username webauthn" required disabled={known !== undefined} />
            <TextField label="Password" type="password" value={password} onInput={setPassword} autocomplete="current-password" required focusFirst={known !== undefined} />
            {error && <SignInError error={error} />}
            <Button type="submit" look="primary" busy={busy}>Sign in</Button>
            {offers?.passkey && canUsePasskeys && <Button icon="key" busy={busy} onClick={() => void byPasskey({})}>Use a passkey</Button>}
            <a class="small" href="#/reset">Forgot the password?</a>
        </form>
    );
}

function SignInError({ error }: { error: ApiError }) {
    if (error.retryAfterSeconds === null) return <ErrorNotice error={error} />;
    return <Notice tone="bad">Too many tries. Wait {error.retryAfterSeconds} seconds, then try again.</Notice>;
}

function SecondFactor({ factors, busy, error, onCode, onPasskey, onBack }: {
    factors: Factor[]; busy: boolean; error: ApiError | null; onCode: (further: Credentials) => Promise<void>; onPasskey: () => void; onBack: () => void;
}) {
    const [recovers, setRecovers] = useState(!factors.includes("totp") && factors.includes("recovery_code"));
    const [code, setCode] = useState("");
    const byCode = factors.includes("totp") || factors.includes("recovery_code");
    const submit = (event: Event) => {
        event.preventDefault();
        void onCode(recovers ? { recovery_code: code.trim() } : { code: code.replace(/\s/g, "") });
    };
    return (
        <form class="form" onSubmit={submit}>
            {byCode && (
                <TextField key={String(recovers)} label={recovers ? "Recovery code" : "Code of your authenticator"} value={code} onInput={setCode} focusFirst mono
                    autocomplete="one-time-code" inputMode={recovers ? "text" : "numeric"} hint={recovers ? "Each works once." : "Six digits, new every half minute."} />
            )}
            {error && <SignInError error={error} />}
            {byCode && <Button type="submit" look="primary" busy={busy}>Sign in</Button>}
            {factors.includes("passkey") && canUsePasskeys && <Button icon="key" busy={busy} onClick={onPasskey}>Use a passkey</Button>}
            <div class="row">
                {factors.includes("totp") && factors.includes("recovery_code") && (
                    <Button look="quiet" onClick={() => { setRecovers(!recovers); setCode(""); }}>{recovers ? "Use the authenticator" : "Use a recovery code"}</Button>
                )}
                <Button look="quiet" onClick={onBack}>Back</Button>
            </div>
        </form>
    );
}
