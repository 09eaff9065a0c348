// Numbers that move are asked for again while somebody looks at them.
import { useEffect, useRef } from "preact/hooks";

const kMinuteMs = 60_000;

// Not while the page is hidden; at once when it is shown again after a minute or more.
export function useEachMinute(wanted: boolean, act: () => void): void {
    const latest = useRef(act);
    latest.current = act;
    useEffect(() => {
        if (!wanted) return;
        let last = Date.now();
        const look = () => {
            if (document.hidden || Date.now() - last < kMinuteMs) return;
            last = Date.now();
            latest.current();
        };
        const timer = setInterval(look, kMinuteMs / 12);
        document.addEventListener("visibilitychange", look);
        return () => {
            clearInterval(timer);
            document.removeEventListener("visibilitychange", look);
        };
    }, [wanted]);
}
