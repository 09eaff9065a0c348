// What was typed and is not saved anywhere: whoever leaves it is asked first.
import { useEffect } from "preact/hooks";
import { session } from "../api/session";
import { leaving } from "../router";

type Where = "page" | "dialog";

const unsaved = new Set<{ where: Where }>();
// What another page leaves alone, but the end of this document does not.
const inMemory = new Set<object>();

// As long as `dirty`.
export function useUnsaved(dirty: boolean, where: Where = "page"): void {
    useEffect(() => {
        if (!dirty) return;
        const one = { where };
        unsaved.add(one);
        return () => {
            unsaved.delete(one);
        };
    }, [dirty, where]);
}

export function noteInMemory(what: object, there: boolean): void {
    if (there) inMemory.add(what);
    else inMemory.delete(what);
}

export function mayLose(): boolean {
    return confirm("What you typed here is not saved. Leave it?");
}

// A form of a page stays while its path does; a dialog may go with any change of the URL.
leaving.ask = (pathChanges) => {
    const lost = [...unsaved].some((one) => pathChanges || one.where === "dialog");
    if (!lost) return true;
    if (!mayLose()) return false;
    unsaved.clear();
    return true;
};

addEventListener("beforeunload", (event) => {
    const signedOut = session.peek().kind === "signed_out"; // then nothing of the person may stay
    if (!signedOut && unsaved.size + inMemory.size > 0) event.preventDefault();
});
