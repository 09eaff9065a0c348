// Where the keyboard is while something lies over the page, and where it goes back to.

const kFields =
    "[data-focus-first], input:not([type=hidden]):not(:disabled), select:not(:disabled), textarea:not(:disabled)";

// As long as the dialog is open, until what is returned is called: the keyboard is in its first field, also where that
// comes after the dialog itself; at the field that is wrong after the form was sent; and never lost with what it was in.
export function leadKeyboard(dialog: HTMLDialogElement): () => void {
    let untouched = true; // the person has pressed nothing yet
    let sentFrom: Element | null = null;
    const lead = () => {
        const active = document.activeElement;
        const lost = active === null || active === document.body;
        const wrong = dialog.querySelector<HTMLElement>("[aria-invalid=true]");
        const answered = dialog.querySelector(".spinner") === null;
        if (sentFrom !== null && wrong !== null && answered && (lost || active === sentFrom)) {
            sentFrom = null;
            wrong.focus();
        } else if (lost || (untouched && active?.closest("dialog") === dialog)) {
            focusFirst(dialog);
        }
    };
    const noteSent = () => {
        sentFrom = document.activeElement;
        requestAnimationFrame(lead); // what the page finds wrong by itself may have been said before, too
    };
    const noteTouched = () => {
        untouched = false;
    };
    const changes = new MutationObserver(lead);
    changes.observe(dialog, { subtree: true, childList: true, attributeFilter: ["aria-invalid"] });
    dialog.addEventListener("submit", noteSent);
    dialog.addEventListener("keydown", noteTouched);
    dialog.addEventListener("pointerdown", noteTouched);
    lead();
    return () => {
        changes.disconnect();
        sentFrom = null;
    };
}

function focusFirst(dialog: HTMLDialogElement): void {
    const body = dialog.querySelector(".dialog-body");
    const first = body?.querySelector<HTMLElement>("[data-focus-first]") ?? body?.querySelector<HTMLElement>(kFields);
    (first ?? body?.querySelector<HTMLElement>("button, a, [tabindex='0']"))?.focus();
}

// What the keyboard is on its way back to. A dialog that follows another one leads back to what opened the first.
let goingBackTo: HTMLElement | null = null;

// Where the keyboard is now, and the way back there when it can be seen again: to the row, or to its neighbour where the
// row is gone.
export function rememberFocus(): () => void {
    const active = document.activeElement as HTMLElement | null;
    const opener = active === document.body && goingBackTo !== null ? goingBackTo : active;
    const row = opener?.closest<HTMLElement>("tr[data-row]");
    const nameOf = (one: Element | null | undefined) => one?.getAttribute("data-row") ?? null;
    const rows = [nameOf(row), nameOf(row?.nextElementSibling), nameOf(row?.previousElementSibling)];
    const table = opener?.closest<HTMLElement>(".table-frame");
    return () => {
        goingBackTo = opener;
        requestAnimationFrame(() => {
            goingBackTo = null;
            const now = document.activeElement;
            if (now !== null && now !== document.body && now.isConnected && now !== opener) return;
            if (opener?.isConnected && opener.offsetParent !== null) return opener.focus();
            for (const name of rows) {
                if (name === null) continue;
                const found = document.querySelector<HTMLElement>(`tr[data-row="${CSS.escape(name)}"]`);
                const target = found?.querySelector<HTMLElement>(".row-actions button, a, button");
                if (target) return target.focus();
            }
            (table?.isConnected ? table : document.querySelector<HTMLElement>("main h1"))?.focus();
        });
    };
}
