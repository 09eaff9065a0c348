// Which organization everything on the page is about, and so whose money is spent. The URL decides; this says it, and
// leads to others.
import { organization, type OrganizationHere } from "../api/organization";
import { isOperator, me } from "../api/session";
import { Icon } from "../components/icon";
import { Menu, type MenuItem } from "../components/menu";
import { accountHref, operatorHref, pageHref, route } from "../router";

export function subjectName(): string {
    if (route.value.kind === "operator") return "This gateway";
    if (route.value.kind === "account") return "Your account";
    return organization.value?.name ?? "No organization";
}

function payerText(one: OrganizationHere | null): string {
    if (one === null) return "Nothing is spent here";
    return one.kind === "personal" ? "Spends your own credit" : "Spends the team's credit";
}

function initials(name: string): string {
    const words = name.split(/\s+/).filter((word) => word !== "");
    return (
        words
            .slice(0, 2)
            .map((word) => [...word][0]!.toUpperCase())
            .join("") || "?"
    );
}

export function OrganizationSwitcher() {
    const current = organization.value;
    const here = route.value;
    const page = here.kind === "organization" ? here.page : "overview";
    const items: MenuItem[] = (me.value?.organizations ?? []).map((one) => ({
        label: one.kind === "personal" ? `${one.name} (personal)` : one.name,
        href: pageHref(page, {}, one.id),
        icon:
            one.id === current?.id
                ? ("check" as const)
                : one.kind === "personal"
                  ? ("person" as const)
                  : ("people" as const),
        group: "Organizations",
    }));
    items.push({ label: "New organization…", href: accountHref("new-organization"), icon: "plus", group: "More" });
    if (isOperator.value)
        items.push({
            label: "Operate this gateway",
            href: operatorHref("organizations"),
            icon: "server",
            group: "More",
        });
    return (
        <Menu label="Switch organization" items={items} class="switcher">
            <span class="avatar" aria-hidden="true">
                {initials(subjectName())}
            </span>
            <span class="switcher-text">
                <strong title={subjectName()}>
                    <bdi>{subjectName()}</bdi>
                </strong>
                <small>{payerText(current)}</small>
            </span>
            <Icon name="chevron_down" />
            <span class="visually-hidden">Switch organization</span>
        </Menu>
    );
}
