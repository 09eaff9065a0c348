// A mailed link that proves an address. Mail scanners open links, too: only the button uses it.
import { useState } from "preact/hooks";
import { call, type ApiError } from "../api/client";
import { AloneFrame } from "../components/alone_frame";
import { Button } from "../components/button";
import { ErrorNotice, Notice } from "../components/notice";
import { query } from "../router";

export function VerificationPage() {
    const token = query.value.token ?? "";
    const [email, setEmail] = useState<string | null>(null);
    const [error, setError] = useState<ApiError | null>(null);
    const [busy, setBusy] = useState(false);
    const confirm = async () => {
        setBusy(true);
        const answer = await call("POST", "/api/verifications/confirm", { body: { token } });
        setBusy(false);
        if (answer.ok) setEmail(answer.value.user.email);
        else setError(answer.error);
    };
    return (
        <AloneFrame title="Confirm the address">
            {email !== null ? (
                <Notice tone="good">
                    {email} is yours. <a href="#/">Go on</a>.
                </Notice>
            ) : (
                <>
                    <p>Confirm that the address that this link was mailed to is yours.</p>
                    {error && <ErrorNotice error={error} />}
                    <Button look="primary" busy={busy} onClick={() => void confirm()}>
                        Confirm
                    </Button>
                </>
            )}
        </AloneFrame>
    );
}
