// Keys as these pages speak of them.
import { compareDecimals, type Decimal } from "../../api/decimal";
import { membership } from "../../api/organization";
import { me } from "../../api/session";
import type { components } from "../../api/types";

export type Key = components["schemas"]["Key"];
export type KeyState = "active" | "disabled" | "expired";

export const kKindWords: Record<string, { name: string; about: string }> = {
    inference: { name: "Inference", about: "calls models" },
    service: { name: "Service", about: "calls models for programs that act for others" },
    management: { name: "Management", about: "manages this organization, as far as you may; calls no models" },
};

export function stateOf(key: Key): KeyState {
    if (key.disabled) return "disabled";
    return key.expires_at !== null && new Date(key.expires_at) <= new Date() ? "expired" : "active";
}

// It may what its maker may, so that nobody else gets its secret.
export function actsForMaker(key: Key): boolean {
    return key.kind !== "inference";
}
export function isMine(key: Key): boolean {
    return key.creator_user_id === me.value?.user.id;
}
// Owners and admins see and change all keys, members those that they made.
export function managesAll(): boolean {
    return membership.value !== null && membership.value.role !== "member";
}

export function whyNotRotate(key: Key): string | null {
    if (!actsForMaker(key) || isMine(key)) return null;
    return "It acts for its maker: only its maker gives it another secret. You may take it over.";
}

// What the key spent in the window of its budget.
export function spentOfBudget(key: Key): Decimal {
    const windows = { daily: key.usage_daily, weekly: key.usage_weekly, monthly: key.usage_monthly };
    return key.limit_reset === null ? key.usage : windows[key.limit_reset];
}

// The month that usage_monthly is of, as filters of the feed.
export function thisMonth(now = new Date()): { from: string; to: string } {
    const begin = (month: number) => new Date(Date.UTC(now.getUTCFullYear(), month, 1)).toISOString();
    return { from: begin(now.getUTCMonth()), to: begin(now.getUTCMonth() + 1) };
}

export const byAmount = (one: Decimal, other: Decimal) => compareDecimals(one, other);
export const byTime = (one: string | null, other: string | null) => (one ?? "").localeCompare(other ?? "");
