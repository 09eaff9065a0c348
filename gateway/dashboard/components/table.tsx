// A table of rows: columns that can sort, an empty state, and the next page on demand.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api/client";
import { Button } from "./button";
import { Icon } from "./icon";
import { Name } from "./name";
import { EmptyState, ErrorNotice, Skeleton } from "./notice";

export interface Column<Row> {
    name: string; // in the heading
    key: string; // unique
    show: (row: Row) => ComponentChildren;
    end?: boolean; // numbers stand at the right
    heads?: boolean; // names the row
    sort?: (one: Row, other: Row) => number; // of the rows that are here
    unnamed?: boolean; // the heading is for screen readers only
}

interface TableProps<Row> {
    label: string; // of the table, read out
    columns: readonly Column<Row>[];
    rows: readonly Row[] | null; // null: not here yet
    rowKey: (row: Row) => string;
    error?: ApiError | null;
    loading?: boolean;
    more?: (() => void) | null;
    reload?: () => void;
    empty?: ComponentChildren; // what to do where there is nothing
    actions?: (row: Row) => ComponentChildren;
    chosen?: string | null; // the row that is shown beside
    onChoose?: (row: Row) => void;
    foot?: ComponentChildren;
}

export function Table<Row>(props: TableProps<Row>) {
    const { label, columns, rows, rowKey, error, loading, more, reload, empty, actions, chosen, onChoose, foot } =
        props;
    const [order, setOrder] = useState<{ key: string; down: boolean } | null>(null);
    const frame = useRef<HTMLDivElement>(null);
    const noteFocus = useFocusOfRows(frame, rows?.map(rowKey) ?? null);
    if (rows === null) return error ? <ErrorNotice error={error} retry={reload} /> : <Skeleton lines={5} />;
    if (rows.length === 0 && !more)
        return (
            <>
                {error && <ErrorNotice error={error} retry={reload} />}
                {empty ?? <EmptyState title="Nothing here yet" />}
            </>
        );

    const sorting = columns.find((one) => one.key === order?.key)?.sort;
    const shown = sorting ? [...rows].sort((one, other) => sorting(one, other) * (order!.down ? -1 : 1)) : rows;
    const turn = (key: string) =>
        setOrder(order?.key !== key ? { key, down: false } : order.down ? null : { key, down: true });
    return (
        <div>
            {error && <ErrorNotice error={error} retry={reload} />}
            {/* It scrolls sideways where there is no room. */}
            <div
                ref={frame}
                class="table-frame"
                tabIndex={0}
                role="region"
                aria-label={label}
                aria-busy={loading}
                onFocusIn={noteFocus}
            >
                <table class="table">
                    <thead>
                        <tr>
                            {columns.map((column) => (
                                <th
                                    scope="col"
                                    key={column.key}
                                    class={column.end ? "end" : undefined}
                                    data-heads={column.heads ? "" : undefined}
                                    aria-sort={
                                        order?.key === column.key
                                            ? order.down
                                                ? "descending"
                                                : "ascending"
                                            : undefined
                                    }
                                >
                                    {column.sort ? (
                                        <button type="button" onClick={() => turn(column.key)}>
                                            {column.name}
                                            <Icon
                                                name={
                                                    order?.key !== column.key
                                                        ? "sort"
                                                        : order.down
                                                          ? "chevron_down"
                                                          : "chevron_up"
                                                }
                                            />
                                        </button>
                                    ) : column.unnamed ? (
                                        <span class="visually-hidden">{column.name}</span>
                                    ) : (
                                        column.name
                                    )}
                                </th>
                            ))}
                            {actions && (
                                <th scope="col">
                                    <span class="visually-hidden">Actions</span>
                                </th>
                            )}
                        </tr>
                    </thead>
                    <tbody>
                        {shown.map((row) => {
                            const key = rowKey(row);
                            return (
                                <tr
                                    key={key}
                                    data-row={key}
                                    data-chosen={chosen === key ? "" : undefined}
                                    onClick={onChoose && ((event) => !isControl(event.target) && onChoose(row))}
                                >
                                    {columns.map((column) => {
                                        const Cell = column.heads ? "th" : "td";
                                        const value = column.show(row);
                                        return (
                                            <Cell
                                                key={column.key}
                                                scope={column.heads ? "row" : undefined}
                                                class={column.end ? "end" : undefined}
                                            >
                                                {typeof value === "string" ? (
                                                    <Text text={value} cut={column.heads} />
                                                ) : (
                                                    value
                                                )}
                                            </Cell>
                                        );
                                    })}
                                    {actions && (
                                        <td>
                                            <div class="row-actions">{actions(row)}</div>
                                        </td>
                                    )}
                                </tr>
                            );
                        })}
                    </tbody>
                </table>
            </div>
            {(more || foot) && (
                <div class="table-foot">
                    <span>{foot}</span>
                    {more && (
                        <Button onClick={more} busy={loading}>
                            Show more
                        </Button>
                    )}
                </div>
            )}
        </div>
    );
}

// What somebody else wrote does not turn the direction of what stands beside it.
function Text({ text, cut }: { text: string; cut?: boolean }) {
    return cut ? <Name text={text} /> : <bdi class="cell-text">{text}</bdi>;
}

// The row that the keyboard is in may go, as when it is deleted: then the keyboard is in its neighbour, not lost.
function useFocusOfRows(frame: { current: HTMLDivElement | null }, keys: readonly string[] | null) {
    const last = useRef<string | null>(null);
    const before = useRef<readonly string[]>([]);
    useLayoutEffect(() => {
        const gone = keys !== null && last.current !== null && !keys.includes(last.current);
        const active = document.activeElement;
        if (gone && (active === null || active === document.body)) {
            const at = before.current.indexOf(last.current!);
            const near = [...before.current.slice(at + 1), ...before.current.slice(0, at).reverse()];
            const name = near.find((one) => keys.includes(one));
            const row = name && frame.current?.querySelector(`tr[data-row="${CSS.escape(name)}"]`);
            const target = row ? row.querySelector<HTMLElement>(".row-actions button, a, button") : frame.current;
            (target ?? document.querySelector<HTMLElement>("main h1"))?.focus();
            last.current = name ?? null;
        }
        if (keys !== null) before.current = keys;
    });
    return (event: FocusEvent) => {
        last.current = (event.target as Element).closest("tr[data-row]")?.getAttribute("data-row") ?? null;
    };
}

function isControl(target: EventTarget | null): boolean {
    return target instanceof Element && target.closest("a, button, input, select, label, summary") !== null;
}
