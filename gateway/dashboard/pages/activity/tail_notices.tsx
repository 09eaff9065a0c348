// What the live view does not show, and why.
import { Button } from "../../components/button";
import { Notice } from "../../components/notice";
import { timeText } from "../../components/time";
import type { Tail } from "./live_tail";

export function TailNotices({ tail, onLoadAnew }: { tail: Tail; onLoadAnew: () => void }) {
    const anew = (
        <Button look="quiet" onClick={onLoadAnew}>
            Load anew
        </Button>
    );
    return (
        <>
            {tail.gap && (
                <Notice tone="warn" action={anew}>
                    Requests are missing here{spanText(tail.gap.from, tail.gap.to)}: too many were settled while nobody
                    watched, or they could not be asked for.
                </Notice>
            )}
            {tail.full && (
                <Notice tone="warn" action={anew}>
                    The newest {tail.rows.length} requests are shown live. Older ones that came since are left out.
                </Notice>
            )}
            {tail.state.kind === "waiting" && (
                <Notice tone="warn">The live view is interrupted; it is tried again. {tail.state.words}</Notice>
            )}
            {tail.state.kind === "refused" && (
                <Notice tone="bad" action={anew}>
                    The live view has ended: {tail.state.words}
                </Notice>
            )}
        </>
    );
}

function spanText(from: string | null, to: string | null): string {
    const text = (time: string) => timeText(new Date(time), "seconds");
    return (from === null ? "" : ` from ${text(from)}`) + (to === null ? "" : ` to ${text(to)}`);
}
