// Who is signed in, as /api/me says it, and what becomes of the page when nobody is any more.
import { computed, effect, signal } from "@preact/signals";
import type { components } from "./types";
import { callRaw, refusedAsUnknown, type ApiError } from "./client";

export type Me = components["schemas"]["Me"];
export type MyOrganization = components["schemas"]["MyOrganization"];

export type SessionState =
    | { kind: "unknown" } // not asked yet
    | { kind: "signed_in"; me: Me }
    | { kind: "signed_out" }
    // It was good when the page was opened: the page stays, with what was typed, until its person is back.
    | { kind: "ended"; me: Me }
    | { kind: "failed"; error: ApiError };

export const session = signal<SessionState>({ kind: "unknown" });

export const me = computed<Me | null>(() => {
    const state = session.value;
    return state.kind === "signed_in" || state.kind === "ended" ? state.me : null;
});
export const isOperator = computed(
    () => (me.value?.user as { is_operator?: boolean } | undefined)?.is_operator === true,
);

export function myOrganization(id: string): MyOrganization | undefined {
    return me.value?.organizations.find((one) => one.id === id);
}

export async function loadSession(): Promise<void> {
    const answer = await callRaw<Me>("GET", "/api/me");
    if (answer.ok) {
        session.value = { kind: "signed_in", me: answer.value };
    } else if (answer.error.status === 401) {
        noteSignedOut();
    } else {
        session.value = { kind: "failed", error: answer.error };
    }
}

function noteSignedOut(): void {
    const state = session.peek();
    if (state.kind === "signed_in") session.value = { kind: "ended", me: state.me };
    if (state.kind === "unknown" || state.kind === "failed") session.value = { kind: "signed_out" };
}

// However many calls are refused at once, the page asks once to sign in, and makes no call again by itself.
effect(() => {
    if (refusedAsUnknown.value > 0) noteSignedOut();
});

// `to`: where the next person goes on.
export async function signOut(to?: string): Promise<ApiError | null> {
    const answer = await callRaw("DELETE", "/api/sessions/current");
    if (!answer.ok && answer.error.status !== 401) return answer.error;
    forgetSession(to);
    return null;
}

// Nothing of the person stays in the page: it is loaded anew.
export function forgetSession(to = "#/sign-in"): void {
    session.value = { kind: "signed_out" };
    location.hash = to;
    location.reload();
}
