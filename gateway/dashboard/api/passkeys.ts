// Passkeys, by the JSON forms of WebAuthn Level 3 that browsers read and write themselves.
import { call, noAnswer, type ApiError } from "./client";
import type { components } from "./types";

// Newer than TypeScript's types of the browser.
interface Forms {
    parseCreationOptionsFromJSON(json: unknown): PublicKeyCredentialCreationOptions;
    parseRequestOptionsFromJSON(json: unknown): PublicKeyCredentialRequestOptions;
}
const forms = globalThis.PublicKeyCredential as unknown as Forms | undefined;

export const canUsePasskeys = forms?.parseRequestOptionsFromJSON !== undefined && isSecureContext;

type Registration = components["schemas"]["RegistrationResponse"];
type Asked<T> = { ok: true; credential: T } | { ok: false; error: ApiError };

// What a passkey says to a challenge of the gateway's.
export async function usePasskey(
    path: "/api/sessions/passkey-options" | "/api/sessions/current/passkey-options",
): Promise<Asked<unknown>> {
    const asked = await call("POST", path);
    if (!asked.ok) return asked;
    const publicKey = forms!.parseRequestOptionsFromJSON(asked.value.publicKey);
    return ceremony(() => navigator.credentials.get({ publicKey }));
}

export async function makePasskey(): Promise<Asked<Registration>> {
    const asked = await call("POST", "/api/me/passkeys/options");
    if (!asked.ok) return asked;
    const publicKey = forms!.parseCreationOptionsFromJSON(asked.value.publicKey);
    return ceremony(() => navigator.credentials.create({ publicKey }));
}

async function ceremony<T>(act: () => Promise<Credential | null>): Promise<Asked<T>> {
    let failure: unknown = null;
    try {
        const credential = (await act()) as (Credential & { toJSON(): T }) | null;
        if (credential !== null) return { ok: true, credential: credential.toJSON() };
    } catch (caught) {
        failure = caught;
        console.info(caught);
    }
    // Browsers say no more of it, so that a page does not learn which passkeys there are.
    const known = failure instanceof DOMException && failure.name === "InvalidStateError";
    return noAnswer(
        known
            ? "This device has a passkey of yours already."
            : "The browser gave no passkey: it was cancelled, took too long, or there is none. Try again, or another way.",
        "no_passkey",
    );
}
