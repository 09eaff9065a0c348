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
import { SignInForm } from "./sign_in_form";

// What a sign-in at an identity provider came to (gateway/single_sign_on/sign_in_fault.h).
const kFaults: Record<string, string> = {
    expired: "It took too long, or did not begin in this browser. Try again.",
    cancelled: "It was cancelled at the identity provider.",
    provider_refused: "The identity provider refused it. Ask whoever runs it.",
    provider_failed: "The identity provider cannot be reached now.",
    token_refused: "What the identity provider says of you cannot be believed. Ask the operator of this gateway.",
    email_not_verified: "The identity provider does not say that your address is yours.",
    no_account: "There is no account for you here. Ask for an invitation.",
    account_taken: "The account with your address belongs to another identity.",
    account_not_verified: "There is an account with your address, and nobody has shown that it is yours.",
    operator_account: "Operators link their accounts themselves, when they are signed in.",
    another_person: "Somebody else signed in there than you are here.",
    suspended: "Your account is suspended.",
    busy: "Too many people sign in at the moment. Try again.",
    store_unavailable: "The gateway cannot store anything now. Try again later.",
};

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
            {error !== undefined && <Notice tone="bad">{kFaults[error] ?? "Signing in has failed. Try again."}</Notice>}
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
