// The head of each page, and the title of the window with it.
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

export function PageHead({
    title,
    children,
    actions,
}: {
    title: string;
    children?: ComponentChildren;
    actions?: ComponentChildren;
}) {
    useTitle(title);
    return (
        <header class="page-head">
            <div>
                <h1 tabIndex={-1}>{title}</h1>
                {children && <p>{children}</p>}
            </div>
            {actions && <div class="page-actions">{actions}</div>}
        </header>
    );
}

export function useTitle(title: string): void {
    useEffect(() => {
        document.title = `${title} · Tollgate`;
    }, [title]);
}

export function Card({
    title,
    children,
    action,
}: {
    title?: string;
    children: ComponentChildren;
    action?: ComponentChildren;
}) {
    return (
        <section class="card" aria-label={title}>
            {(title || action) && (
                <header>
                    {title && <h2>{title}</h2>}
                    {action}
                </header>
            )}
            {children}
        </section>
    );
}
