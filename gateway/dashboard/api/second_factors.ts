// A person's second factors: docs/signing_in.md has what they are.
import { callRaw, type Result } from "./client";

export interface SecondFactors {
    totp: { since: string } | null;
    recovery_codes: { left: number; made_at: string } | null;
    passkeys: number;
    stranded_passkeys: number; // that stopped because the gateway has another host
    passkeys_available: boolean;
    required_by: string[]; // organizations that demand one of their owners
}

export interface Passkey {
    id: string;
    name: string;
    works_here: boolean;
    backed_up: boolean;
    created_at: string;
    last_used_at: string | null;
}

export interface NewCodes {
    recovery_codes: string[] | null; // null: those of before are still good
}

export const kSecondFactors = "/api/me/second-factors";
export const kPasskeys = "/api/me/passkeys";

export function beginApp(): Promise<Result<{ secret: string; otpauth_url: string }>> {
    return callRaw("POST", "/api/me/totp");
}
export function confirmApp(code: string): Promise<Result<NewCodes>> {
    return callRaw("POST", "/api/me/totp/confirm", { body: { code } });
}
export function removeApp(): Promise<Result<unknown>> {
    return callRaw("DELETE", "/api/me/totp");
}
export function newRecoveryCodes(): Promise<Result<NewCodes>> {
    return callRaw("POST", "/api/me/recovery-codes");
}
export function addPasskey(name: string, credential: unknown): Promise<Result<NewCodes>> {
    return callRaw("POST", kPasskeys, { body: { name, credential } });
}
export function removePasskey(passkey: string): Promise<Result<unknown>> {
    return callRaw("DELETE", `${kPasskeys}/{passkey}`, { path: { passkey } });
}
