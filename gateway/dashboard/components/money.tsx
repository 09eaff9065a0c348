// Amounts of USD, from their decimal text to the viewer's way of writing numbers. No double on the way.
import { unitsOf, type Decimal } from "../api/decimal";

const kCent = 10n ** 16n; // in the units of unitsOf()

// Exact decimal text is what Intl takes, whatever TypeScript's types say of it.
type ExactFormat = { format(text: string): string };
function formatOf(least: number, most: number): ExactFormat {
    return new Intl.NumberFormat(undefined, {
        style: "currency",
        currency: "USD",
        currencyDisplay: "narrowSymbol",
        minimumFractionDigits: least,
        maximumFractionDigits: most,
    }) as unknown as ExactFormat;
}
const cents = formatOf(2, 2),
    exact = formatOf(2, 9);

function plainText(value: Decimal): string {
    const units = unitsOf(value);
    const digits = (units < 0n ? -units : units).toString().padStart(19, "0");
    return (units < 0n ? "-" : "") + digits.slice(0, -18) + "." + digits.slice(-18);
}

// To the cent; what is less than a cent to the nanodollar, since most requests cost less.
export function usdText(value: Decimal): string {
    const units = unitsOf(value);
    const small = units !== 0n && units < kCent && units > -kCent;
    return (small ? exact : cents).format(plainText(value));
}
export function usdExactText(value: Decimal): string {
    return exact.format(plainText(value));
}

export function Money({ value, exact: whole }: { value: Decimal | null | undefined; exact?: boolean }) {
    if (value === null || value === undefined) return <span class="soft">–</span>;
    return (
        <span class="number" title={usdExactText(value)}>
            {whole ? usdExactText(value) : usdText(value)}
        </span>
    );
}
