// How much of a whole is used, drawn; whoever does not see it is told by words.
import { shareOf, type Decimal } from "../api/decimal";
import { percentText } from "./time";

const kWarn = 0.8;

export function Meter({ label, used, whole }: { label: string; used: Decimal; whole: Decimal }) {
    const share = shareOf(used, whole);
    return (
        <div
            class="meter"
            role="meter"
            aria-label={label}
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.round(share * 100)}
            aria-valuetext={percentText(share)}
            data-tone={share >= 1 ? "bad" : share >= kWarn ? "warn" : undefined}
        >
            <span style={{ width: `${share * 100}%` }} />
        </div>
    );
}
