// Signing in, and proving again who one is before what is dangerous.
import { signal } from "@preact/signals";
import { callRaw, type ApiError } from "./client";
import { loadSession, session } from "./session";

// What the page may offer (GET /api/sign-in).
export interface SignInOffers {
    set_up: boolean; // false: nobody operates the gateway who signs in
    password: boolean;
    password_reset: boolean; // by mail
    registration: boolean; // some people may make an account for themselves
    passkey: boolean;
    identity_providers: { id: string; name: string }[];
}
const kLeastOffers: SignInOffers = {
    set_up: true,
    password: true,
    password_reset: false,
    registration: false,
    passkey: true,
    identity_providers: [],
};

export async function loadOffers(): Promise<SignInOffers> {
    const answer = await callRaw<Partial<SignInOffers>>("GET", "/api/sign-in");
    return answer.ok ? { ...kLeastOffers, ...answer.value } : kLeastOffers;
}

export type Factor = "totp" | "passkey" | "recovery_code";

export interface Credentials {
    email?: string;
    password?: string;
    code?: string;
    recovery_code?: string;
    passkey?: unknown;
    link_token?: string;
}

// Null: it is done, and the session is loaded.
export async function signIn(credentials: Credentials): Promise<ApiError | null> {
    const answer = await callRaw("POST", "/api/sessions", { body: credentials });
    return answer.ok ? beginSession() : answer.error;
}

// After an answer that has set the cookie.
export async function beginSession(): Promise<ApiError | null> {
    await loadSession();
    if (session.peek().kind === "signed_in") return null;
    return {
        status: 0,
        code: "cookie_not_kept",
        reason: null,
        field: null,
        retryAfterSeconds: null,
        extra: {},
        message: "The browser did not keep the session. The dashboard needs HTTPS, or the address localhost.",
    };
}

// What must be shown beside the password; null: it is another error.
export function factorsAsked(error: ApiError): Factor[] | null {
    if (error.code !== "second_factor_required") return null;
    return (error.extra.factors as Factor[] | undefined) ?? [];
}

// Set while a call waits for its person to prove who he is; calling it goes on, with true if he has.
export const stepUpWaits = signal<((proven: boolean) => void) | null>(null);
let asking: Promise<boolean> | null = null;

// However many calls need it, it is asked for once.
export function askForStepUp(): Promise<boolean> {
    asking ??= new Promise<boolean>((resolve) => {
        stepUpWaits.value = (proven) => {
            stepUpWaits.value = null;
            asking = null;
            resolve(proven);
        };
    });
    return asking;
}

export async function stepUp(credentials: Credentials): Promise<ApiError | null> {
    const answer = await callRaw("POST", "/api/sessions/current/step-up", { body: credentials });
    return answer.ok ? null : answer.error;
}
