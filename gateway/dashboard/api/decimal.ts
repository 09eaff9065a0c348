// Numbers of the API that a double may not hold exactly, amounts above all: their decimal text, as it was sent.

export class DecimalNumber {
    constructor(readonly text: string) {}
    toString(): string {
        return this.text;
    }
}

// Whole numbers that a double holds come as they are; what else there is comes as its text.
export type Decimal = number | DecimalNumber;

const kPlaces = 18;

// What a person typed, if it is a number without an exponent: "1,5" is not, since it would be read as 1 or 15.
export function parseDecimal(typed: string): DecimalNumber | null {
    const text = typed.trim();
    return /^-?\d+(\.\d+)?$/.test(text) ? new DecimalNumber(text) : null;
}

// Exact, for comparisons and signs: in units of 10^-18.
export function unitsOf(value: Decimal): bigint {
    const [digits = "0", exponent = "0"] = String(value).toLowerCase().split("e");
    const [whole = "0", fraction = ""] = digits.replace("-", "").split(".");
    const shift = kPlaces - fraction.length + Number(exponent);
    const significant = BigInt(whole + fraction);
    const units = shift >= 0 ? significant * 10n ** BigInt(shift) : significant / 10n ** BigInt(-shift);
    return digits.startsWith("-") ? -units : units;
}

export function compareDecimals(one: Decimal, other: Decimal): number {
    const difference = unitsOf(one) - unitsOf(other);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function isZero(value: Decimal): boolean {
    return unitsOf(value) === 0n;
}

// For what is drawn and not read: bars, lines, shares.
export function toApproximateNumber(value: Decimal): number {
    return Number(String(value));
}

// The share of a whole, from 0 to 1.
export function shareOf(part: Decimal, whole: Decimal): number {
    const units = unitsOf(whole);
    if (units <= 0n) return 0;
    return Math.min(1, Math.max(0, Number((unitsOf(part) * 10_000n) / units) / 10_000));
}
