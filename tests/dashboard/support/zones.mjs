// Days of a time zone, as the browser of a person there has them.
const kDayMs = 86_400_000;
const kMostDays = 370; // clocks change once a year or oftener, or never

export function inZone(zone, act) {
    const before = process.env.TZ;
    process.env.TZ = zone;
    try {
        return act();
    } finally {
        process.env.TZ = before ?? "";
    }
}

// Instants at which days begin there, from the one so many days ago to that after tomorrow.
export const midnightsOf = (zone, days) =>
    inZone(zone, () => {
        const now = new Date();
        const begin = (back) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - back).getTime();
        return Array.from({ length: days + 4 }, (_, at) => begin(days + 1 - at));
    });

// Since how many days there has been one that was not as long as others, with that day and the one before; 0: none was.
export function daysSinceChange(zone) {
    const midnights = midnightsOf(zone, kMostDays);
    const today = midnights.length - 3;
    const at = midnights.findLastIndex((day, place) => place < today && midnights[place + 1] - day !== kDayMs);
    return at < 0 ? 0 : today - at + 2;
}
