// People of the organization, as lists and as names of ids.
import { organizationId } from "../router";
import { me } from "./session";
import type { components } from "./types";
import { useList, type List } from "./use_call";

export type Member = components["schemas"]["Member"];
export type Project = components["schemas"]["Project"];

const kMost = 1000; // in one page of a list that is wanted whole

export interface MemberFilter {
    email?: string;
    role?: Member["role"];
    status?: Member["status"];
    limit?: number;
}

// Null: nothing is asked.
export function useMembers(filter: MemberFilter | null): List<Member> {
    const path = { organization: organizationId.value! };
    // The other shape of the route's answer is for who pages as OpenHands does.
    return useList(
        "/api/organizations/{organization}/members",
        filter && { path, query: filter },
    ) as unknown as List<Member>;
}

export function useProjects(wanted: boolean): List<Project> {
    const path = { organization: organizationId.value! };
    return useList("/api/organizations/{organization}/projects", wanted ? { path, query: { limit: kMost } } : null);
}

export function useAllMembers(wanted: boolean): List<Member> {
    return useMembers(wanted ? { limit: kMost } : null);
}

export function memberName(members: readonly Member[] | null, id: string | null): string {
    if (id === null) return "The operator";
    const found = members?.find((one) => one.user_id === id);
    if (found) return found.name || found.email;
    if (id === me.value?.user.id) return me.value.user.name || me.value.user.email;
    return members === null ? "…" : "A former member";
}
