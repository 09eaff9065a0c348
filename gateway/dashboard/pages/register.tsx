// Asks for an account. The answer is the same whoever has the address; only the mail says more.
import { useEffect, useState } from "preact/hooks";
import { callRaw, type ApiError } from "../api/client";
import { loadOffers } from "../api/sign_in";
import { AloneFrame } from "../components/alone_frame";
import { Button } from "../components/button";
import { TextField } from "../components/field";
import { ErrorNotice, Notice } from "../components/notice";

export function RegisterPage() {
    const [closed, setClosed] = useState(false);
    useEffect(() => {
        void loadOffers().then((offers) => setClosed(!offers.registration));
    }, []);
    return (
        <AloneFrame title="Make an account">
            {closed ? (
                <Notice tone="warn">
                    Nobody registers here. Ask the operator of this gateway for an account, or an organization for an
                    invitation.
                </Notice>
            ) : (
                <AskForAccount />
            )}
            <a class="small" href="#/sign-in">
                Back to signing in
            </a>
        </AloneFrame>
    );
}

function AskForAccount() {
    const [name, setName] = useState("");
    const [email, setEmail] = useState("");
    const [sent, setSent] = useState(false);
    const [error, setError] = useState<ApiError | null>(null);
    const [busy, setBusy] = useState(false);
    const submit = async (event: Event) => {
        event.preventDefault();
        if (busy) return;
        setBusy(true);
        const answer = await callRaw("POST", "/api/registrations", { body: { name, email } });
        setBusy(false);
        setSent(answer.ok);
        setError(answer.ok ? null : answer.error);
    };
    if (sent) return <Notice tone="good">A mail is on its way to {email}. Its link goes on from here.</Notice>;
    const ofField = (field: string) => (error?.field === field ? error.message : null);
    return (
        <form class="form" onSubmit={submit}>
            <TextField
                label="Name"
                value={name}
                onInput={setName}
                autocomplete="name"
                required
                error={ofField("name")}
            />
            <TextField
                label="E-mail"
                type="email"
                value={email}
                onInput={setEmail}
                autocomplete="username"
                required
                error={ofField("email")}
            />
            <ErrorNotice error={error} besides={["name", "email"]} />
            <Button type="submit" look="primary" busy={busy}>
                Send a link
            </Button>
        </form>
    );
}
