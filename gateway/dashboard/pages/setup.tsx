// The first person: from the one-time link that init and run.sh print. Opening it changes nothing; the button does.
import { useState } from "preact/hooks";
import { callRaw, type ApiError } from "../api/client";
import { beginSession } from "../api/sign_in";
import { AloneFrame } from "../components/alone_frame";
import { Button } from "../components/button";
import { TextField } from "../components/field";
import { ErrorNotice, Notice } from "../components/notice";
import { useNewPassword } from "../components/password_fields";
import { navigate, query } from "../router";

export function SetupPage() {
    const [token] = useState(query.value.token ?? "");
    const [name, setName] = useState("");
    const [email, setEmail] = useState("");
    const chosen = useNewPassword();
    const [error, setError] = useState<ApiError | null>(null);
    const [busy, setBusy] = useState(false);

    const submit = async (event: Event) => {
        event.preventDefault();
        if (!chosen.check() || busy) return;
        setBusy(true);
        const made = await callRaw("POST", "/api/setup", { body: { token, name, email, password: chosen.password } });
        const failed = made.ok ? await beginSession() : made.error;
        setBusy(false);
        setError(failed);
        if (failed === null) navigate("#/", "replace");
    };
    const ofField = (field: string) => (error?.field === field ? error.message : null);
    return (
        <AloneFrame title="Set up Tollgate">
            {token === "" ? (
                <Notice tone="warn">This link has no set-up token. Open the whole link that was printed.</Notice>
            ) : (
                <form class="form" onSubmit={submit}>
                    <p class="soft">
                        Make your own account. It operates this gateway: it makes organizations and gives them credit.
                    </p>
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
                    {chosen.fields(ofField("password"))}
                    {error && error.field === null && <ErrorNotice error={error} />}
                    <Button type="submit" look="primary" busy={busy}>
                        Make the account
                    </Button>
                </form>
            )}
        </AloneFrame>
    );
}
