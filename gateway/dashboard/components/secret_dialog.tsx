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
    snippets?: readonly { label: string; text: string }[]; // with the secret in them
    onClose: () => void;
}

export function SecretDialog({ title, secret, about, snippets = [], onClose }: SecretDialogProps) {
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
            {snippets.map((one) => (
                <Code key={one.label} {...one} />
            ))}
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
