// The page for signing in; also where an identity provider's answer and the host's link lead.
import { useEffect, useState } from "preact/hooks";
import type { ApiError } from "../../api/client";
import { me } from "../../api/session";
import { signIn } from "../../api/sign_in";
import { AloneFrame } from "../../components/alone_frame";
import { Button, LinkButton } from "../../components/button";
import { Notice } from "../../components/notice";
import { navigate, query, safeTarget } from "../../router";
import { SignInError } from "./factor_form";
import { providerFault } from "./provider_faults";
import { SignInForm } from "./sign_in_form";

export function SignInPage() {
    const { to, token, error } = query.value;
    const target = safeTarget(to);
    // Who is signed in already has nothing to do here, but to learn that he has not proven again who he is.
    const signedIn = me.value !== null && token === undefined;
    useEffect(() => {
        if (signedIn && error === undefined) navigate(target, "replace");
    }, [signedIn, error]);
    const done = () => navigate(target, "replace");
    return (
        <AloneFrame title="Sign in">
            {error !== undefined && <Notice tone="bad">{providerFault(error)}</Notice>}
            {token !== undefined ? (
                <ByLink token={token} onDone={done} />
            ) : signedIn ? (
                <LinkButton href={target}>Go back</LinkButton>
            ) : (
                <SignInForm onDone={done} target={target} />
            )}
        </AloneFrame>
    );
}

// Opening the link uses nothing up; the button does.
function ByLink({ token, onDone }: { token: string; onDone: () => void }) {
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<ApiError | null>(null);
    const press = async () => {
        setBusy(true);
        const failed = await signIn({ link_token: token });
        setBusy(false);
        setError(failed);
        if (failed === null) onDone();
    };
    return (
        <div class="form">
            <p>This link signs you in, once.</p>
            {error && <SignInError error={error} />}
            <Button look="primary" busy={busy} onClick={() => void press()}>
                Sign in
            </Button>
        </div>
    );
}
