// A new password, twice. Its only rule is its length: what a person can remember, or a program keeps.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { TextField } from "./field";

const kLeastPassword = 12;

export interface NewPassword {
    password: string;
    check: () => boolean; // whether it may be sent; else its field says why not
    fields: (refused: string | null) => ComponentChildren; // `refused`: what the gateway said of it
}

export function useNewPassword(): NewPassword {
    const [password, setPassword] = useState("");
    const [again, setAgain] = useState("");
    const [problem, setProblem] = useState<string | null>(null);
    const check = () => {
        const wrong = passwordProblem(password, again);
        setProblem(wrong);
        return wrong === null;
    };
    const fields = (refused: string | null) => (
        <PasswordFields
            password={password}
            again={again}
            onPassword={setPassword}
            onAgain={setAgain}
            error={problem ?? refused}
        />
    );
    return { password, check, fields };
}

function passwordProblem(password: string, again: string): string | null {
    if ([...password].length < kLeastPassword) return `At least ${kLeastPassword} characters.`;
    return password === again ? null : "The two are not the same.";
}

function PasswordFields({
    password,
    again,
    onPassword,
    onAgain,
    error,
}: {
    password: string;
    again: string;
    onPassword: (text: string) => void;
    onAgain: (text: string) => void;
    error: string | null;
}) {
    return (
        <>
            <TextField
                label="New password"
                type="password"
                value={password}
                onInput={onPassword}
                autocomplete="new-password"
                error={error}
                required
                hint={`At least ${kLeastPassword} characters; a few words are good. No other rules.`}
            />
            <TextField
                label="The same again"
                type="password"
                value={again}
                onInput={onAgain}
                autocomplete="new-password"
                required
            />
        </>
    );
}
