// An account of somebody who came by a mailed link: its password, and its person is signed in.
import { useState } from "preact/hooks";
import { callRaw, type ApiError, type Result } from "../api/client";
import { signIn } from "../api/sign_in";
import { Button } from "../components/button";
import { TextField } from "../components/field";
import { ErrorNotice } from "../components/notice";
import { useNewPassword } from "../components/password_fields";

export interface MadeAccount {
    user?: { email: string };
    password_token?: string; // chooses the first password, once
}

interface NewAccountProps<Made extends MadeAccount> {
    asksName?: boolean;
    submit: string;
    make: (name: string) => Promise<Result<Made>>; // makes the account; once it has, it is not called again
    onDone: (made: Made) => void;
}

export function NewAccount<Made extends MadeAccount>({
    asksName = false,
    submit,
    make,
    onDone,
}: NewAccountProps<Made>) {
    const [name, setName] = useState("");
    const chosen = useNewPassword();
    const [made, setMade] = useState<Made | null>(null); // a refused password is tried again for the same one
    const [error, setError] = useState<ApiError | null>(null);
    const [busy, setBusy] = useState(false);
    const finish = async (): Promise<ApiError | null> => {
        const answer = made === null ? await make(name) : null;
        if (answer?.ok === false) return answer.error;
        const account = answer?.value ?? made!;
        setMade(account);
        const { password } = chosen;
        const set = await callRaw("POST", "/api/password-resets/confirm", {
            body: { token: account.password_token, password },
        });
        const failed = set.ok ? await signIn({ email: account.user?.email, password }) : set.error;
        if (failed === null) onDone(account);
        return failed;
    };
    const press = async (event: Event) => {
        event.preventDefault();
        if (busy || !chosen.check()) return;
        setBusy(true);
        const failed = await finish();
        setBusy(false);
        setError(failed);
    };
    const ofField = (field: string) => (error?.field === field ? error.message : null);
    return (
        <form class="form" onSubmit={press}>
            {asksName && (
                <TextField
                    label="Name"
                    value={name}
                    onInput={setName}
                    autocomplete="name"
                    required
                    disabled={made !== null}
                    error={ofField("name")}
                />
            )}
            {chosen.fields(ofField("password"))}
            <ErrorNotice error={error} besides={["name", "password"]} />
            <Button type="submit" look="primary" busy={busy}>
                {submit}
            </Button>
        </form>
    );
}
