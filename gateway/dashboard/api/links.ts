// Links that people get by mail or by hand: each leads to a page of its own here, and carries a token.
import { query } from "../router";

// To copy. The gateway writes its public address before a link; where it knows none, this page knows where it is.
export function absoluteLink(link: string): string {
    return link.startsWith("/") ? location.href.split("#")[0] + link.slice(link.indexOf("#")) : link;
}

export type TokenPage = "invitation" | "verification";
const keyOf = (page: TokenPage) => `tollgate.${page}`;

// The token of the link that was opened, in this tab. Who must sign in first comes back by the page's route alone: what
// an identity provider is told to come back to stands in the logs of servers, and no token may.
export function linkToken(page: TokenPage): string {
    const given = query.value.token;
    if (given !== undefined) sessionStorage.setItem(keyOf(page), given);
    return given ?? sessionStorage.getItem(keyOf(page)) ?? "";
}
export function forgetLinkToken(page: TokenPage): void {
    sessionStorage.removeItem(keyOf(page));
}
