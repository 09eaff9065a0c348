// What a change made different, member by member: before, after. Unchanged members are left out.
interface Difference {
    path: string;
    before: string | null; // null: it was not there
    after: string | null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function textOf(value: unknown): string | null {
    if (value === undefined) return null;
    return typeof value === "string"
        ? value
        : value === null
          ? "null"
          : isObject(value) || Array.isArray(value)
            ? JSON.stringify(value, null, 1)
            : String(value);
}

export function differences(before: unknown, after: unknown, path = ""): Difference[] {
    if (isObject(before) && isObject(after)) {
        const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
        return names.flatMap((name) => differences(before[name], after[name], path ? `${path}.${name}` : name));
    }
    const one = textOf(before),
        other = textOf(after);
    if (one === other) return [];
    if (before === undefined && isObject(after)) return differences({}, after, path);
    if (after === undefined && isObject(before)) return differences(before, {}, path);
    return [{ path: path || "value", before: one, after: other }];
}

export function DiffView({ before, after }: { before: unknown; after: unknown }) {
    const rows = differences(before ?? undefined, after ?? undefined);
    if (rows.length === 0) return <p class="soft">Nothing differs.</p>;
    return (
        <table class="diff">
            <thead>
                <tr>
                    <th scope="col">Field</th>
                    <th scope="col">Before</th>
                    <th scope="col">After</th>
                </tr>
            </thead>
            <tbody>
                {rows.map((row) => (
                    <tr key={row.path}>
                        <th scope="row">{row.path}</th>
                        <td>{row.before === null ? <span class="soft">–</span> : <del>{row.before}</del>}</td>
                        <td>{row.after === null ? <span class="soft">–</span> : <ins>{row.after}</ins>}</td>
                    </tr>
                ))}
            </tbody>
        </table>
    );
}
