// The frame of pages without the shell.
import type { ComponentChildren } from "preact";
import { Logo } from "./icon";
import { useTitle } from "./page";

export function AloneFrame({ title, children }: { title: string; children: ComponentChildren }) {
    useTitle(title);
    return (
        <main class="alone" id="main">
            <div class="alone-card">
                <a class="brand" href="#/">
                    <Logo /> Tollgate
                </a>
                <div class="card stack">
                    <h1 tabIndex={-1}>{title}</h1>
                    {children}
                </div>
            </div>
        </main>
    );
}
