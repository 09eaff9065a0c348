// How the person signs in: password, second factors, passkeys, and the sessions that there are.
import { useState } from "preact/hooks";
import { call, type ApiError } from "../../api/client";
import { loadSession, me } from "../../api/session";
import { Button } from "../../components/button";
import { TextField } from "../../components/field";
import { ErrorNotice } from "../../components/notice";
import { Card, PageHead } from "../../components/page";
import { useNewPassword } from "../../components/password_fields";
import { Time } from "../../components/time";
import { showToast } from "../../components/toast";
import { LinkedAccounts } from "./linked_accounts";
import { SecondFactorCards } from "./second_factor_cards";
import { Sessions } from "./sessions";

export function SecurityPage() {
    const [turn, setTurn] = useState(0); // another password ends the other sessions, and so does unlinking
    return (
        <>
            <PageHead title="Signing in" />
            <div class="stack">
                <Password onChanged={() => setTurn(turn + 1)} />
                <SecondFactorCards />
                <LinkedAccounts onUnlinked={() => setTurn(turn + 1)} />
                <Sessions key={turn} />
            </div>
        </>
    );
}

function Password({ onChanged }: { onChanged: () => void }) {
    const [current, setCurrent] = useState("");
    const [form, setForm] = useState(0);
    const chosen = useNewPassword();
    const [error, setError] = useState<ApiError | null>(null);
    const [busy, setBusy] = useState(false);
    const setAt = me.value!.user.password_set_at;
    const submit = async (event: Event) => {
        event.preventDefault();
        if (busy || !chosen.check()) return;
        setBusy(true);
        const answer = await call("PUT", "/api/me/password", {
            body: { current_password: current, password: chosen.password },
        });
        setBusy(false);
        setError(answer.ok ? null : answer.error);
        if (!answer.ok) return;
        setCurrent("");
        setForm(form + 1);
        showToast("The password is changed, and your other sessions have ended.", "good");
        await loadSession();
        onChanged();
    };
    const beside = (name: string) => (error?.field === name ? error.message : null);
    return (
        <Card title="Password">
            <form class="form" onSubmit={submit} key={form}>
                <p class="soft small">
                    {setAt ? (
                        <>
                            Set <Time value={setAt} look="date" />.
                        </>
                    ) : (
                        "You have none. The operator of this gateway gives you a link to choose one."
                    )}
                </p>
                <TextField
                    label="Current password"
                    type="password"
                    value={current}
                    onInput={setCurrent}
                    autocomplete="current-password"
                    error={beside("current_password")}
                />
                {chosen.fields(beside("password"))}
                <ErrorNotice error={error} besides={["current_password", "password"]} />
                <div class="form-actions">
                    <Button type="submit" look="primary" busy={busy} whyNot={setAt ? null : "There is no password yet"}>
                        Change the password
                    </Button>
                </div>
            </form>
        </Card>
    );
}
