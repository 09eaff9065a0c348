// Signing in, by the routes that need no session yet.
import { callRaw, type ApiError, type Result } from "./client";
import { loadSession, session } from "./session";

// What the sign-in page may offer (GET /api/sign-in).
export interface SignInOffers {
    password: boolean;
    passkey: boolean;
    providers: { id: string; name: string }[];
    set_up: boolean; // false: nobody has signed in here yet
    mail: boolean; // a forgotten password's link can be sent
}

export type Factor = "totp" | "passkey" | "recovery_code";

export interface Credentials {
    email?: string;
    password?: string;
    code?: string;
    recovery_code?: string;
    passkey?: unknown;
}

const kStandardOffers: SignInOffers = { password: true, passkey: false, providers: [], set_up: true, mail: false };

export async function loadOffers(): Promise<SignInOffers> {
    const answer = await callRaw<Partial<SignInOffers>>("GET", "/api/sign-in");
    return answer.ok ? { ...kStandardOffers, ...answer.value } : kStandardOffers;
}

// Null: it is done, and the session is loaded.
export async function signIn(credentials: Credentials): Promise<ApiError | null> {
    const answer = await callRaw("POST", "/api/sessions", { body: credentials });
    if (!answer.ok) return answer.error;
    session.value = { kind: "unknown" };
    await loadSession();
    const state = session.peek();
    if (state.kind === "signed_in") return null;
    // The cookie is not kept: on an address without TLS that is not this machine's own.
    return {
        status: 0, code: "cookie_not_kept", reason: null, field: null, retryAfterSeconds: null, extra: {},
        message: "The browser did not keep the session. The dashboard needs HTTPS, or the address localhost.",
    };
}

export function factorsAsked(error: ApiError): Factor[] | null {
    if (error.code !== "second_factor_required") return null;
    const factors = error.extra.factors;
    return Array.isArray(factors) ? (factors as Factor[]) : ["totp"];
}

// --- Passkeys: what the browser calls bytes is base64url in JSON.

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
    const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
function textOf(bytes: ArrayBuffer): string {
    return btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export const canUsePasskeys = typeof PublicKeyCredential !== "undefined" && isSecureContext;

interface RequestOptionsJson {
    challenge: string;
    rpId?: string;
    timeout?: number;
    userVerification?: UserVerificationRequirement;
    allowCredentials?: { type: "public-key"; id: string; transports?: AuthenticatorTransport[] }[];
}

// What a passkey says to a challenge of the gateway's. Null: the person has cancelled it.
export async function askPasskey(path: string, body: unknown): Promise<Result<unknown> | null> {
    const asked = await callRaw<RequestOptionsJson | { publicKey: RequestOptionsJson }>("POST", path, { body });
    if (!asked.ok) return asked;
    const options = "publicKey" in asked.value ? asked.value.publicKey : asked.value;
    try {
        const credential = (await navigator.credentials.get({
            publicKey: {
                ...options,
                challenge: bytesOf(options.challenge),
                allowCredentials: options.allowCredentials?.map((one) => ({ ...one, id: bytesOf(one.id) })),
            },
        })) as PublicKeyCredential | null;
        if (credential === null) return null;
        const response = credential.response as AuthenticatorAssertionResponse;
        return {
            ...asked,
            value: {
                id: credential.id,
                type: credential.type,
                response: {
                    client_data_json: textOf(response.clientDataJSON),
                    authenticator_data: textOf(response.authenticatorData),
                    signature: textOf(response.signature),
                    user_handle: response.userHandle === null ? null : textOf(response.userHandle),
                },
            },
        };
    } catch (failure) {
        console.info(failure);
        return null;
    }
}
