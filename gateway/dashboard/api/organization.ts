// What the person may in the organization that the URL names, as the server's own table of permissions has it.
import { computed, effect, signal } from "@preact/signals";
import { organizationId, route } from "../router";
import { call, ownerWithoutFactor, type ApiError } from "./client";
import { writeJson } from "./json";
import { isOperator, me, myOrganization, session, type MyOrganization } from "./session";
import type { components } from "./types";

export type OwnMembership = components["schemas"]["OwnMembership"];
// A member's, or that of the gateway's operator, who belongs to the organization or not.
export type Standing = Omit<OwnMembership, "role" | "limits"> & {
    role: OwnMembership["role"] | "operator";
    limits: OwnMembership["limits"] | null; // null: none of a member
};
export type OrganizationHere = Omit<MyOrganization, "role" | "status"> & { status: string };

interface Asked {
    organization: string;
    membership: Standing | null;
    visited: OrganizationHere | null; // by the operator, who is no member
    error: ApiError | null;
}
const asked = signal<Asked | null>(null);

// Null while it is not known.
export const membership = computed<Standing | null>(() =>
    asked.value !== null && asked.value.organization === organizationId.value ? asked.value.membership : null,
);
export const membershipError = computed<ApiError | null>(() =>
    asked.value !== null && asked.value.organization === organizationId.value ? asked.value.error : null,
);

// An owner may here what a member may, until he has a second factor.
export const ownerNeedsFactor = computed<boolean>(() => {
    const own = membership.value;
    if (own === null || own.role !== "owner" || own.status !== "active") return false;
    return ownerWithoutFactor.value === own.org_id || !own.permissions.includes("delete_organization");
});

// It is asked for again when it is wanted.
export function forgetMembership(): void {
    ownerWithoutFactor.value = null;
    asked.value = null;
}

// The gateway answers an operator's session as it does the operator, wherever he is no member.
async function visit(organization: string): Promise<Asked> {
    const [shown, permissions] = await Promise.all([
        call("GET", "/api/organizations/{organization}", { path: { organization } }),
        call("GET", "/api/organizations/permissions"),
    ]);
    const failed = (error: ApiError) => ({ organization, membership: null, visited: null, error });
    if (!shown.ok) return failed(shown.error);
    if (!permissions.ok) return failed(permissions.error);
    const { id, email } = me.peek()!.user;
    const may = permissions.value.data.filter((one) => one.operator === "yes").map((one) => one.permission);
    return {
        organization,
        visited: shown.value,
        membership: {
            user_id: id,
            email,
            org_id: organization,
            role: "operator",
            status: "active",
            limits: null,
            permissions: may,
        },
        error: null,
    };
}

async function askAsMember(organization: string): Promise<Asked> {
    const answer = await call("GET", "/api/organizations/{organization}/me", { path: { organization } });
    const error = answer.ok ? null : answer.error;
    return { organization, membership: answer.ok ? answer.value : null, visited: null, error };
}

const kFreshMs = 30_000; // so old a membership is asked for again when the tab is looked at

let askedAt = 0;
const asking = new Set<string>(); // organizations

export async function loadMembership(organization: string): Promise<void> {
    if (asking.has(organization)) return;
    asking.add(organization);
    const visits = !myOrganization(organization) && isOperator.peek();
    const found = await (visits ? visit(organization) : askAsMember(organization));
    asking.delete(organization);
    if (organizationId.peek() !== organization) return; // switched since
    askedAt = performance.now();
    const before = asked.peek();
    const known = before?.organization === organization && before.membership !== null ? before : null;
    // What was known stays while the gateway cannot be asked; that one is no member any more is an answer.
    const status = found.error?.status ?? 0;
    const gone = status >= 400 && status < 500 && status !== 429;
    if (known !== null && found.error !== null && !gone) return;
    if (known !== null && writeJson(known) === writeJson(found)) return;
    asked.value = found;
}

// Asked once for an organization, and after an error at each step to another page.
effect(() => {
    void route.value;
    const organization = organizationId.value;
    const signedIn = session.value.kind === "signed_in";
    if (organization === null || !signedIn) return;
    const held = asked.peek();
    if (held?.organization === organization && held.error === null) return;
    void loadMembership(organization);
});

// A role may have changed while another tab was looked at.
function askAgain(): void {
    const organization = organizationId.peek();
    if (organization === null || document.hidden || session.peek().kind !== "signed_in") return;
    if (membershipError.peek() !== null || performance.now() - askedAt > kFreshMs) void loadMembership(organization);
}
addEventListener("focus", askAgain);
addEventListener("visibilitychange", askAgain);

// Of several, one is enough.
export function may(permission: string | readonly string[]): boolean {
    return [permission].flat().some((one) => membership.value?.permissions.includes(one));
}
// Why a control is disabled; null: it is not.
export function whyNot(permission: string | readonly string[]): string | null {
    if (membership.value === null || may(permission)) return null;
    if (ownerNeedsFactor.value) return "Owners need a second factor here: set one up in your account first.";
    const role = membership.value.role;
    return `Your role here (${role}) does not allow this. Ask an owner or admin of the organization.`;
}

export const organization = computed<OrganizationHere | null>(
    () =>
        me.value?.organizations.find((one) => one.id === organizationId.value) ??
        (asked.value?.organization === organizationId.value ? asked.value.visited : null),
);
