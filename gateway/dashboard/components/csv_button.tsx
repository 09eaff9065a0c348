// Saves all that a list shows as one table. Long ones take a while: the button counts, and stops when it is pressed
// again.
import { useEffect, useRef, useState } from "preact/hooks";
import { urlOf } from "../api/client";
import { readWholeCsv } from "../api/whole_csv";
import { Icon } from "./icon";
import { megabytesText } from "./time";
import { showToast } from "./toast";

const kKeptMs = 60_000; // until the browser has surely begun to save it

interface CsvButtonProps {
    path: string;
    fields?: Record<string, string>;
    query: Record<string, unknown>; // without `format`
    pageRows?: number; // as many as the route allows
    name: string; // of the file
}

export function CsvButton({ path, fields = {}, query, pageRows = 1000, name }: CsvButtonProps) {
    const [bytes, setBytes] = useState<number | null>(null); // null: nothing is being read
    const stop = useRef<AbortController | null>(null);
    // Another list, or another page: what was being read is nobody's any more.
    const address = urlOf(path, fields, { ...query, format: "csv" });
    useEffect(() => () => stop.current?.abort(), [address]);

    const read = async () => {
        const control = new AbortController();
        stop.current = control;
        setBytes(0);
        const whole = await readWholeCsv(path, fields, { ...query, limit: pageRows }, control.signal, setBytes);
        if (stop.current === control) setBytes(null);
        if (whole.ok) save(whole.table, name);
        else if (whole.error.code !== "aborted") showToast(whole.error.message, "bad");
    };
    // It stays a link: whoever copies its address has what one call of the API may return.
    return (
        <a
            class="button"
            href={address}
            download={name}
            aria-label={bytes === null ? undefined : "Stop reading the CSV"}
            onClick={(event) => {
                event.preventDefault();
                if (bytes === null) void read();
                else stop.current?.abort();
            }}
        >
            {bytes === null ? <Icon name="download" /> : <span class="spinner" aria-hidden="true" />}
            {bytes === null ? "CSV" : megabytesText(bytes)}
        </a>
    );
}

function save(table: Blob, name: string): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(table);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), kKeptMs);
}
