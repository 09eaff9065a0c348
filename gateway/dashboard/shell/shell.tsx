// The frame around the pages: whose money is spent, where one may go, and how one is.
import type { ComponentChildren } from "preact";
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { may, membership } from "../api/organization";
import { isOperator } from "../api/session";
import { Button } from "../components/button";
import { Icon, Logo } from "../components/icon";
import { accountHref, operatorHref, organizationId, pageHref, route } from "../router";
import { kAccountPages, kOperatorPages, kPages, type Page } from "../pages/table";
import { Banners } from "./banners";
import { openPalette } from "./palette";
import { PersonMenu } from "./person_menu";
import { OrganizationSwitcher, subjectName } from "./switcher";

const sidebarOpen = signal(false);

export function Shell({ children }: { children: ComponentChildren }) {
    const close = () => {
        sidebarOpen.value = false;
    };
    // Going somewhere closes it, where it lies over the page.
    const here = route.value;
    useEffect(close, [here]);
    return (
        <div class="shell">
            <a class="skip-link" href="#main" onClick={skipToContent}>
                Skip to the content
            </a>
            <aside
                class="sidebar"
                aria-label="Navigation"
                data-open={sidebarOpen.value ? "" : undefined}
                onKeyDown={(event) => event.key === "Escape" && close()}
            >
                <a class="brand" href={pageHref("overview")}>
                    <Logo /> Tollgate
                </a>
                <OrganizationSwitcher />
                <Button icon="search" onClick={openPalette}>
                    Jump to… <kbd class="soft small">{kPaletteKeys}</kbd>
                </Button>
                <Navigation />
                <div class="sidebar-end">
                    <PersonMenu />
                </div>
            </aside>
            {sidebarOpen.value && (
                <button type="button" class="sidebar-backdrop" aria-label="Close the navigation" onClick={close} />
            )}
            <div class="main">
                <header class="topbar">
                    <Button
                        look="quiet"
                        icon="menu"
                        label="Navigation"
                        attributes={{ "aria-expanded": sidebarOpen.value }}
                        onClick={() => {
                            sidebarOpen.value = !sidebarOpen.value;
                        }}
                    />
                    <strong title={subjectName()}>
                        <bdi>{subjectName()}</bdi>
                    </strong>
                </header>
                <main class="content" id="main" tabIndex={-1}>
                    <Banners />
                    {children}
                </main>
            </div>
        </div>
    );
}

export const kPaletteKeys = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘K" : "Ctrl K";

// "#main" would be a page of the router's.
function skipToContent(event: MouseEvent): void {
    event.preventDefault();
    document.getElementById("main")?.focus();
}

function Navigation() {
    const groups: [string, Page[]][] = [];
    for (const page of pagesHere()) {
        const group = groups.find(([name]) => name === page.group);
        if (group) group[1].push(page);
        else groups.push([page.group, [page]]);
    }
    const here = route.value;
    const current = "page" in here ? here.page : "";
    return (
        <nav class="nav" aria-label="Pages">
            {groups.map(([name, pages]) => (
                <div key={name}>
                    <h2>{name}</h2>
                    <ul>
                        {pages.map((page) => (
                            <li key={page.path}>
                                <a
                                    href={hrefOf(page)}
                                    aria-current={page.path === current && page.group !== "" ? "page" : undefined}
                                >
                                    <Icon name={page.icon} /> {page.title}
                                </a>
                            </li>
                        ))}
                    </ul>
                </div>
            ))}
        </nav>
    );
}

// The pages of what the URL is about, as far as the person may see them.
export function pagesHere(): readonly Page[] {
    const here = route.value;
    if (here.kind === "account") return kAccountPages;
    if (here.kind === "operator") return isOperator.value ? kOperatorPages : [];
    if (organizationId.value === null || membership.value === null) return kPages.slice(0, 1);
    return kPages.filter((page) => page.permission === undefined || may(page.permission));
}

export function hrefOf(page: Page): string {
    if (kAccountPages.includes(page)) return accountHref(page.path);
    return kOperatorPages.includes(page) ? operatorHref(page.path) : pageHref(page.path);
}
