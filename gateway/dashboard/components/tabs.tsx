// Parts of a page, each with a link of its own: they are navigation, and the URL says which is shown.
export interface Tab {
    label: string;
    href: string;
    current: boolean;
}

export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
    return (
        <nav class="tabs" aria-label={label}>
            {tabs.map((tab) => (
                <a key={tab.href} href={tab.href} aria-current={tab.current ? "page" : undefined}>
                    {tab.label}
                </a>
            ))}
        </nav>
    );
}
