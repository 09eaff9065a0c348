// A QR code: dark on light with its quiet zone, in the dark theme, too, since many readers find no other.
import { encode } from "uqr";

const kQuietModules = 4; // ISO/IEC 18004
const kLight = "#fff",
    kDark = "#000";

// Each run of dark modules in a row is one rectangle.
function pathOf(rows: readonly (readonly boolean[])[]): string {
    let path = "";
    rows.forEach((row, y) => {
        for (let x = 0; x < row.length; ++x) {
            const begin = x;
            while (row[x]) ++x;
            if (x > begin) path += `M${begin} ${y}h${x - begin}v1h${begin - x}z`;
        }
    });
    return path;
}

export function QrCode({ text, label }: { text: string; label: string }) {
    const { data, size } = encode(text, { ecc: "M", border: kQuietModules });
    return (
        <svg class="qr-code" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} shape-rendering="crispEdges">
            <rect width={size} height={size} fill={kLight} />
            <path d={pathOf(data)} fill={kDark} />
        </svg>
    );
}
