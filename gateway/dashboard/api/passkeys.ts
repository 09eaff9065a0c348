// Passkeys, by the JSON forms of WebAuthn Level 3 that browsers read and write themselves.
import { callRaw, type ApiError } from "./client";

// Newer than TypeScript's types of the browser.
interface Forms {
    parseCreationOptionsFromJSON(json: unknown): PublicKeyCredentialCreationOptions;
    parseRequestOptionsFromJSON(json: unknown): PublicKeyCredentialRequestOptions;
}
const forms = globalThis.PublicKeyCredential as unknown as Forms | undefined;

export const canUsePasskeys = forms?.parseRequestOptionsFromJSON !== undefined && isSecureContext;

type Asked = { ok: true; credential: unknown } | { ok: false; error: ApiError | null }; // null: the person has cancelled it

// What a passkey says to a challenge of the gateway's.
export async function usePasskey(optionsPath: string): Promise<Asked> {
    const asked = await callRaw<{ publicKey: unknown }>("POST", optionsPath);
    if (!asked.ok) return asked;
    return ceremony(() =>
        navigator.credentials.get({ publicKey: forms!.parseRequestOptionsFromJSON(asked.value.publicKey) }),
    );
}

export async function makePasskey(optionsPath: string): Promise<Asked> {
    const asked = await callRaw<{ publicKey: unknown }>("POST", optionsPath);
    if (!asked.ok) return asked;
    return ceremony(() =>
        navigator.credentials.create({ publicKey: forms!.parseCreationOptionsFromJSON(asked.value.publicKey) }),
    );
}

async function ceremony(act: () => Promise<Credential | null>): Promise<Asked> {
    try {
        const credential = (await act()) as (Credential & { toJSON(): unknown }) | null;
        return credential === null ? { ok: false, error: null } : { ok: true, credential: credential.toJSON() };
    } catch (failure) {
        console.info(failure); // also when the person has closed the browser's own dialog
        return { ok: false, error: null };
    }
}
