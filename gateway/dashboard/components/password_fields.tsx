// A new password, twice. Its only rule is its length: what a person can remember, or a program keeps.
import { TextField } from "./field";

export const kLeastPassword = 12;

export function passwordProblem(password: string, again: string): string | null {
    if ([...password].length < kLeastPassword) return `At least ${kLeastPassword} characters.`;
    return password === again ? null : "The two are not the same.";
}

export function PasswordFields({ password, again, onPassword, onAgain, error }: {
    password: string; again: string; onPassword: (text: string) => void; onAgain: (text: string) => void; error?: string | null;
}) {
    return (
        <>
            <TextField label="New password" type="password" value={password} onInput={onPassword} autocomplete="new-password" error={error} required
                hint={`At least ${kLeastPassword} characters; a few words are good. No other rules.`} />
            <TextField label="The same again" type="password" value={again} onInput={onAgain} autocomplete="new-password" required />
        </>
    );
}
