// An invitation's link: what it is for, and the button that accepts it. Opening it changes nothing.
import { useEffect, useState } from "preact/hooks";
import { call, type AnswerOf, type ApiError } from "../api/client";
import { loadSession, me } from "../api/session";
import { AloneFrame } from "../components/alone_frame";
import { Button, LinkButton } from "../components/button";
import { ErrorNotice, Notice, Skeleton } from "../components/notice";
import { navigate, pageHref, query } from "../router";

export function InvitationPage() {
    const token = query.value.token ?? "";
    const [read, setRead] = useState<AnswerOf<"GET", "/api/invitations/{token}"> | null>(null);
    const [error, setError] = useState<ApiError | null>(null);
    const [busy, setBusy] = useState(false);
    useEffect(() => {
        void call("GET", "/api/invitations/{token}", { path: { token } }).then((answer) => {
            if (answer.ok) setRead(answer.value);
            else setError(answer.error);
        });
    }, [token]);
    const accept = async () => {
        setBusy(true);
        const answer = await call("POST", "/api/invitations/accept", { body: { token } });
        setBusy(false);
        if (!answer.ok) return setError(answer.error);
        await loadSession();
        navigate(pageHref("overview", {}, answer.value.organization.id), "replace");
    };
    return (
        <AloneFrame title="Invitation">
            {error && <ErrorNotice error={error} />}
            {read === null && error === null && <Skeleton />}
            {read !== null && (
                <p>
                    You are invited to <strong>{read.organization.name}</strong> as {read.role}.
                </p>
            )}
            {read !== null &&
                (me.value !== null ? (
                    <Button look="primary" busy={busy} onClick={() => void accept()}>
                        Accept as {me.value.user.email}
                    </Button>
                ) : (
                    <>
                        <Notice>Sign in with the address that was invited, then open this link again.</Notice>
                        <LinkButton look="primary" href={`#/sign-in?to=${encodeURIComponent(location.hash)}`}>
                            Sign in
                        </LinkButton>
                    </>
                ))}
        </AloneFrame>
    );
}
