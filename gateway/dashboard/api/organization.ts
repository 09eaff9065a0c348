// What the person may in the organization that the URL names, as the server's own table of permissions has it.
import { computed, effect, signal } from "@preact/signals";
import { organizationId } from "../router";
import { call, type ApiError } from "./client";
import { me, session } from "./session";
import type { components } from "./types";

export type OwnMembership = components["schemas"]["OwnMembership"];

interface Asked {
    organization: string;
    membership: OwnMembership | null;
    error: ApiError | null;
}
const asked = signal<Asked | null>(null);

// Null while it is not known.
export const membership = computed<OwnMembership | null>(() =>
    asked.value !== null && asked.value.organization === organizationId.value ? asked.value.membership : null,
);
export const membershipError = computed<ApiError | null>(() =>
    asked.value !== null && asked.value.organization === organizationId.value ? asked.value.error : null,
);

export async function loadMembership(organization: string): Promise<void> {
    const answer = await call("GET", "/api/organizations/{organization}/me", { path: { organization } });
    if (organizationId.peek() !== organization) return; // switched since
    asked.value = { organization, membership: answer.ok ? answer.value : null, error: answer.ok ? null : answer.error };
}

effect(() => {
    const organization = organizationId.value;
    const signedIn = session.value.kind === "signed_in";
    if (organization === null || !signedIn || asked.peek()?.organization === organization) return;
    void loadMembership(organization);
});

export function may(permission: string): boolean {
    return membership.value?.permissions.includes(permission) ?? false;
}
// Why a control is disabled; null: it is not.
export function whyNot(permission: string): string | null {
    if (membership.value === null || may(permission)) return null;
    const role = membership.value.role;
    return `Your role here (${role}) does not allow this. Ask an owner or admin of the organization.`;
}

export const organization = computed(
    () => me.value?.organizations.find((one) => one.id === organizationId.value) ?? null,
);
