// A mailed link that proves an address, or makes the account of who has registered. Mail scanners open links, too: only
// the button uses it.
import { useEffect, useState } from "preact/hooks";
import { call, type AnswerOf, type ApiError } from "../api/client";
import { forgetLinkToken, linkToken } from "../api/links";
import { loadSession, me } from "../api/session";
import { AloneFrame } from "../components/alone_frame";
import { Button } from "../components/button";
import { ErrorNotice, Notice, Skeleton } from "../components/notice";
import { WrongPerson } from "../components/wrong_person";
import { navigate } from "../router";
import { NewAccount } from "./new_account";

type Link = AnswerOf<"POST", "/api/verifications/lookup">;

export function VerificationPage() {
    const token = linkToken("verification");
    const [link, setLink] = useState<Link | null>(null);
    const [error, setError] = useState<ApiError | null>(null);
    const who = me.value?.user.id;
    useEffect(() => {
        void call("POST", "/api/verifications/lookup", { body: { token } }).then((answer) => {
            setLink(answer.ok ? answer.value : null);
            setError(answer.ok ? null : answer.error);
        });
    }, [token, who]);
    return (
        <AloneFrame title={link?.kind === "registration" ? "Make your account" : "Confirm the address"}>
            {error && <ErrorNotice error={error} />}
            {error && <a href="#/">Go on without it</a>}
            {link === null && error === null && <Skeleton />}
            {link?.kind === "registration" && <Register token={token} link={link} />}
            {link?.kind === "verification" && <Confirm token={token} link={link} />}
        </AloneFrame>
    );
}

function Register({ token, link }: { token: string; link: Link }) {
    return (
        <>
            <p>You registered with {link.email_masked}. Choose a password, and the account is yours.</p>
            <NewAccount
                submit="Make the account"
                make={() => call("POST", "/api/verifications/confirm", { body: { token, make_token: false } })}
                onDone={() => {
                    forgetLinkToken("verification");
                    navigate("#/", "replace");
                }}
            />
        </>
    );
}

function Confirm({ token, link }: { token: string; link: Link }) {
    const [email, setEmail] = useState<string | null>(null);
    const [error, setError] = useState<ApiError | null>(null);
    const [busy, setBusy] = useState(false);
    const confirm = async () => {
        setBusy(true);
        const answer = await call("POST", "/api/verifications/confirm", { body: { token } });
        setBusy(false);
        setError(answer.ok ? null : answer.error);
        if (!answer.ok) return;
        forgetLinkToken("verification");
        setEmail(answer.value.user.email);
        void loadSession();
    };
    if (email !== null)
        return (
            <Notice tone="good">
                {email} is yours. <a href="#/">Go on</a>.
            </Notice>
        );
    if (!link.signed_in_matches) return <WrongPerson to="#/verification" masked={link.email_masked} />;
    return (
        <>
            <p>Confirm that {link.signed_in_as}, to which this link was mailed, is yours.</p>
            {error && <ErrorNotice error={error} />}
            <Button look="primary" busy={busy} onClick={() => void confirm()}>
                Confirm
            </Button>
        </>
    );
}
