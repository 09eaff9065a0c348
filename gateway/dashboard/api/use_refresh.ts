// What is asked again while somebody looks: not while the page is hidden, and at once when it is shown again.
import { useEffect, useRef } from "preact/hooks";

// `busy`: the last time is not answered yet.
export function useRefresh(reload: () => void, everyMs: number, busy: boolean): void {
    const waiting = useRef(busy);
    waiting.current = busy;
    useEffect(() => {
        let last = Date.now();
        const look = () => {
            if (document.hidden || waiting.current || Date.now() - last < everyMs) return;
            last = Date.now();
            reload();
        };
        // Timers of hidden pages are slow, but not off.
        const timer = setInterval(look, everyMs / 5);
        document.addEventListener("visibilitychange", look);
        return () => {
            clearInterval(timer);
            document.removeEventListener("visibilitychange", look);
        };
    }, [reload, everyMs]);
}
