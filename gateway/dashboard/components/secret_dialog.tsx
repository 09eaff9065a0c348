// What is shown once: a new key or token, with a call that uses it. It closes by its button only.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Button, CopyButton } from "./button";
import { Code } from "./code";
import { Dialog } from "./dialog";
import { CheckField } from "./field";

interface SecretDialogProps {
    title: string;
    secret: string;
    about: ComponentChildren;
    snippet?: string; // with the secret in it
    onClose: () => void;
}

export function SecretDialog({ title, secret, about, snippet, onClose }: SecretDialogProps) {
    const [kept, setKept] = useState(false);
    useEffect(() => {
        const warn = (event: BeforeUnloadEvent) => event.preventDefault();
        addEventListener("beforeunload", warn);
        return () => removeEventListener("beforeunload", warn);
    }, []);
    return (
        <Dialog title={title} onClose={onClose} mustAnswer>
            <p>{about}</p>
            <div class="secret">
                <code data-secret>{secret}</code>
                <CopyButton text={secret} />
            </div>
            {snippet && <Code text={snippet} label="Try it" />}
            <CheckField
                label="I have put it where I keep secrets"
                checked={kept}
                onChange={setKept}
                hint="It is not stored in readable form, and cannot be shown again."
            />
            <div class="form-actions">
                <Button look="primary" onClick={onClose} whyNot={kept ? null : "First say that you have kept it"}>
                    Done
                </Button>
            </div>
        </Dialog>
    );
}
