// What the page shows is in the hash, all of it: "#/o/<organization>/activity?model=x". Links can be copied, sent and
// gone back to, and two tabs on two organizations know nothing of each other.
import { computed, signal } from "@preact/signals";

export type Route =
    | { kind: "home" }
    | { kind: "organization"; organization: string; page: string; rest: string[] }
    | { kind: "operator"; page: string; rest: string[] }
    | { kind: "account"; page: string }
    | { kind: "alone"; page: AlonePage } // without the shell around it, and without signing in
    | { kind: "unknown" };

const kAlone = ["sign-in", "setup", "register", "reset", "password", "invitation", "verification"] as const;
export type AlonePage = (typeof kAlone)[number];

export type Query = Record<string, string>;

interface Place {
    path: string[];
    query: Query;
}

function readPlace(hash: string): Place {
    const [path = "", search = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
    const query: Query = {};
    for (const [name, value] of new URLSearchParams(search)) query[name] = value;
    const decode = (part: string) => {
        try {
            return decodeURIComponent(part);
        } catch {
            return part;
        }
    };
    return {
        path: path
            .split("/")
            .filter((part) => part !== "")
            .map(decode),
        query,
    };
}

function routeOf(path: string[]): Route {
    const [first, second, third, ...rest] = path;
    if (first === undefined) return { kind: "home" };
    if (first === "o" && second !== undefined) {
        return { kind: "organization", organization: second, page: third ?? "overview", rest };
    }
    if (first === "operator") return { kind: "operator", page: second ?? "organizations", rest: path.slice(2) };
    if (first === "account") return { kind: "account", page: second ?? "profile" };
    if (kAlone.includes(first as AlonePage) && second === undefined) return { kind: "alone", page: first as AlonePage };
    return { kind: "unknown" };
}

const hash = signal(location.hash);
// Asked before the person goes elsewhere by a link, or back; not before the page itself does.
export const leaving = { ask: (_pathChanges: boolean): boolean => true };

export function mayLeaveFor(to: string): boolean {
    return leaving.ask(readPlace(to).path.join("/") !== pathText.peek());
}

addEventListener("hashchange", () => {
    if (location.hash === hash.peek()) return;
    // The browser has gone already: the way on is lost, what was typed is not.
    if (!mayLeaveFor(location.hash)) return history.pushState(null, "", hash.peek() || "#/");
    hash.value = location.hash;
});
addEventListener(
    "click",
    (event) => {
        const link = event.target instanceof Element ? event.target.closest("a[href^='#/']") : null;
        if (link === null || event.ctrlKey || event.metaKey || event.shiftKey) return; // that is another tab
        if (mayLeaveFor(link.getAttribute("href")!)) return;
        event.preventDefault();
        event.stopPropagation();
    },
    true,
);

const place = computed(() => readPlace(hash.value));
const pathText = computed(() => place.value.path.join("/"));
// Changes with the path only: a filter that changes does not make the page anew.
export const route = computed<Route>(() => {
    void pathText.value;
    return routeOf(place.peek().path);
});
export const query = computed<Query>(() => place.value.query);
// The organization in the URL is the one that everything on the page is about.
export const organizationId = computed(() => (route.value.kind === "organization" ? route.value.organization : null));

function textOf(path: string[], filters: Record<string, string | number | null | undefined> = {}): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(filters)) {
        if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
    }
    const text = search.toString();
    return "#/" + path.map(encodeURIComponent).join("/") + (text ? "?" + text : "");
}

// A page of the organization in the URL, or of another.
export function pageHref(
    page: string,
    filters: Record<string, string | number | null | undefined> = {},
    organization: string | null = organizationId.value,
): string {
    return textOf(organization === null ? [] : ["o", organization, ...page.split("/")], filters);
}
export function operatorHref(page: string, filters: Record<string, string | number | null | undefined> = {}): string {
    return textOf(["operator", ...page.split("/")], filters);
}
export function accountHref(page = "profile"): string {
    return textOf(["account", page]);
}

export function navigate(href: string, how: "push" | "replace" = "push"): void {
    if (how === "replace") {
        history.replaceState(null, "", href);
        hash.value = location.hash;
    } else {
        location.hash = href;
        hash.value = location.hash;
    }
}

// Changes filters in the URL and leaves the others; null and "" take one away.
export function setQuery(
    changes: Record<string, string | number | null | undefined>,
    how: "push" | "replace" = "push",
): void {
    const filters: Record<string, string | number | null | undefined> = { ...query.peek(), ...changes };
    navigate(textOf(place.peek().path, filters), how);
}

// Where somebody wanted to go who must sign in first. A hash of this page and nothing else: no other site can be named.
export function safeTarget(to: string | undefined): string {
    return to !== undefined && /^#\/(o|operator|account|invitation)(\/|$|\?)/.test(to) ? to : "#/";
}
export function signInHref(): string {
    const to = location.hash;
    return textOf(["sign-in"], { to: safeTarget(to) === "#/" ? null : to });
}
