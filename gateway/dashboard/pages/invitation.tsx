// An invitation's link: what it is for, and what accepts it. Opening it changes nothing.
import { useEffect, useState } from "preact/hooks";
import { call, type AnswerOf, type ApiError } from "../api/client";
import { forgetLinkToken, linkToken } from "../api/links";
import { loadSession, me } from "../api/session";
import { AloneFrame } from "../components/alone_frame";
import { Button } from "../components/button";
import { ErrorNotice, Notice, Skeleton } from "../components/notice";
import { WrongPerson } from "../components/wrong_person";
import { navigate, pageHref } from "../router";
import { NewAccount } from "./new_account";

type Link = AnswerOf<"POST", "/api/invitations/lookup">;

async function enter(organization: string) {
    forgetLinkToken("invitation");
    await loadSession();
    navigate(pageHref("overview", {}, organization), "replace");
}

export function InvitationPage() {
    const token = linkToken("invitation");
    const [link, setLink] = useState<Link | null>(null);
    const [error, setError] = useState<ApiError | null>(null);
    const who = me.value?.user.id;
    useEffect(() => {
        void call("POST", "/api/invitations/lookup", { body: { token } }).then((answer) => {
            setLink(answer.ok ? answer.value : null);
            setError(answer.ok ? null : answer.error);
        });
    }, [token, who]);
    return (
        <AloneFrame title="Invitation">
            {error && <ErrorNotice error={error} />}
            {error && (
                <p class="soft">It was revoked, or a newer one took its place. Ask who invited you for another.</p>
            )}
            {link === null && error === null && <Skeleton />}
            {link !== null && (
                <p>
                    You are invited to <strong>{link.organization.name}</strong> as {link.role}.
                </p>
            )}
            {link !== null && <WayIn token={token} link={link} />}
        </AloneFrame>
    );
}

function WayIn({ token, link }: { token: string; link: Link }) {
    if (link.state === "accepted")
        return (
            <Notice>
                It was accepted already. <a href="#/">Go on</a>.
            </Notice>
        );
    if (link.state === "expired")
        return <Notice tone="warn">It has expired. Ask who invited you for another one.</Notice>;
    if (link.signed_in_matches) return <Accept token={token} />;
    if (link.makes_account && me.value === null) return <Join token={token} link={link} />;
    return <WrongPerson to="#/invitation" masked={link.email_masked} />;
}

function Accept({ token }: { token: string }) {
    const [error, setError] = useState<ApiError | null>(null);
    const [busy, setBusy] = useState(false);
    const accept = async () => {
        setBusy(true);
        const answer = await call("POST", "/api/invitations/accept", { body: { token } });
        setBusy(false);
        if (!answer.ok) return setError(answer.error);
        await enter(answer.value.organization.id);
    };
    return (
        <>
            {error && <ErrorNotice error={error} />}
            <Button look="primary" busy={busy} onClick={() => void accept()}>
                Accept as {me.value?.user.email}
            </Button>
        </>
    );
}

// Whoever got the mail has the address: nothing else is asked of who has no account yet.
function Join({ token, link }: { token: string; link: Link }) {
    return (
        <>
            <p>{link.email_masked} has no account here yet. Choose a password, and you are in.</p>
            <NewAccount
                asksName
                submit="Make the account and accept"
                make={(name) => call("POST", "/api/invitations/accept", { body: { token, name, make_token: false } })}
                onDone={(accepted) => void enter(accepted.organization.id)}
            />
        </>
    );
}
