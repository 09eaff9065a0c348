// A forgotten or first password: asking for a link, and, with one, a new password. The link alone decides whose.
import { useState } from "preact/hooks";
import { callRaw, type ApiError } from "../api/client";
import { AloneFrame } from "../components/alone_frame";
import { Button } from "../components/button";
import { TextField } from "../components/field";
import { ErrorNotice, Notice } from "../components/notice";
import { useNewPassword } from "../components/password_fields";
import { query } from "../router";

export function ResetPage() {
    return (
        <AloneFrame title="Reset the password">
            <AskForLink />
        </AloneFrame>
    );
}

export function NewPasswordPage() {
    const token = query.value.token ?? "";
    return (
        <AloneFrame title="Choose a password">
            {token === "" ? (
                <Notice tone="warn">This link has no token. Open the whole link that you were given.</Notice>
            ) : (
                <NewPassword token={token} />
            )}
        </AloneFrame>
    );
}

function AskForLink() {
    const [email, setEmail] = useState("");
    const [sent, setSent] = useState(false);
    const [error, setError] = useState<ApiError | null>(null);
    const [busy, setBusy] = useState(false);
    const submit = async (event: Event) => {
        event.preventDefault();
        if (busy) return;
        setBusy(true);
        const answer = await callRaw("POST", "/api/password-resets", { body: { email } });
        setBusy(false);
        setSent(answer.ok);
        setError(answer.ok ? null : answer.error);
    };
    if (sent) {
        return (
            <Notice tone="good">
                If there is an account with this address, a link is on its way to it. If no mail comes, ask the operator
                of this gateway for a link.
            </Notice>
        );
    }
    return (
        <form class="form" onSubmit={submit}>
            <TextField label="E-mail" type="email" value={email} onInput={setEmail} autocomplete="username" required />
            {error && <ErrorNotice error={error} />}
            <Button type="submit" look="primary" busy={busy}>
                Send a link
            </Button>
            <a class="small" href="#/sign-in">
                Back to signing in
            </a>
        </form>
    );
}

function NewPassword({ token }: { token: string }) {
    const chosen = useNewPassword();
    const [done, setDone] = useState(false);
    const [error, setError] = useState<ApiError | null>(null);
    const [busy, setBusy] = useState(false);
    const submit = async (event: Event) => {
        event.preventDefault();
        if (!chosen.check() || busy) return;
        setBusy(true);
        const answer = await callRaw("POST", "/api/password-resets/confirm", {
            body: { token, password: chosen.password },
        });
        setBusy(false);
        setDone(answer.ok);
        setError(answer.ok ? null : answer.error);
    };
    if (done)
        return (
            <Notice tone="good">
                The password is set, and every session of yours has ended. <a href="#/sign-in">Sign in</a>.
            </Notice>
        );
    return (
        <form class="form" onSubmit={submit}>
            {chosen.fields(error?.field === "password" ? error.message : null)}
            {error && error.field !== "password" && <ErrorNotice error={error} />}
            <Button type="submit" look="primary" busy={busy}>
                Set the password
            </Button>
        </form>
    );
}
