// The filters that are chosen, and the dialog that adds one from the values that there are in the range.
import { useState } from "preact/hooks";
import { useQuery } from "../../api/use_call";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { TextField } from "../../components/field";
import { Icon } from "../../components/icon";
import { Menu } from "../../components/menu";
import { EmptyState, ErrorNotice, Notice, Skeleton } from "../../components/notice";
import type { Range } from "../../components/range";
import { countText } from "../../components/time";
import { organizationId, setQuery } from "../../router";
import { useFilterNames } from "./filter_names";
import { chosenFilters, kFilterFields, outcomeText, type FilterField, type Request } from "./filters";

const kMostValues = 100;
// Filters that the list of values takes.
const kNarrowing = ["project_id", "member_id", "key", "model", "provider"];

export function FilterBar({ range, rows }: { range: Range; rows: readonly Request[] | null }) {
    const [adding, setAdding] = useState<FilterField | null>(null);
    const chosen = chosenFilters();
    const names = Object.keys(chosen);
    const nameOf = useFilterNames(rows);
    return (
        <div class="row" role="group" aria-label="Filters">
            <Menu
                label="Add filter"
                class="button"
                items={kFilterFields.map((field) => ({ label: field.label, onChoose: () => setAdding(field) }))}
            >
                <Icon name="plus" /> Filter
            </Menu>
            {kFilterFields
                .filter((field) => names.includes(field.name))
                .map((field) => (
                    <button
                        key={field.name}
                        type="button"
                        class="button"
                        onClick={() => setQuery({ [field.name]: null, cursor: null })}
                        aria-label={`Remove the filter ${field.label}: ${nameOf(field)}`}
                    >
                        {field.label}: {nameOf(field)} <Icon name="close" />
                    </button>
                ))}
            {names.length > 1 && (
                <Button
                    look="quiet"
                    onClick={() => setQuery({ ...Object.fromEntries(names.map((name) => [name, null])), cursor: null })}
                >
                    Clear
                </Button>
            )}
            {adding && <ValueDialog field={adding} range={range} onClose={() => setAdding(null)} />}
        </div>
    );
}

function ValueDialog({ field, range, onClose }: { field: FilterField; range: Range; onClose: () => void }) {
    const [prefix, setPrefix] = useState("");
    const others = Object.entries(chosenFilters()).filter(([name]) => kNarrowing.includes(name) && name !== field.name);
    const values = useQuery("/api/organizations/{organization}/activity/values", {
        path: { organization: organizationId.value! },
        query: {
            field: field.field as "model",
            prefix,
            limit: kMostValues,
            from: range.from.toISOString(),
            to: range.to.toISOString(),
            ...Object.fromEntries(others),
        },
    });
    const choose = (value: string) => {
        setQuery({ [field.name]: value, cursor: null });
        onClose();
    };
    const shown = values.value?.data ?? null;
    return (
        <Dialog title={`Filter by ${field.label.toLowerCase()}`} onClose={onClose}>
            <form
                class="form"
                onSubmit={(event) => {
                    event.preventDefault();
                    if (shown?.[0]) choose(shown[0].value);
                }}
            >
                <TextField label="Begins with" value={prefix} onInput={setPrefix} type="search" />
            </form>
            {values.error && <ErrorNotice error={values.error} retry={values.reload} />}
            {shown === null && !values.error && <Skeleton />}
            {shown?.length === 0 && <EmptyState title="No such value in this time" />}
            <ul class="plain-list" aria-label="Values">
                {shown?.map((one) => (
                    <li key={one.value}>
                        <button type="button" class="menu-item" onClick={() => choose(one.value)}>
                            <span class="grow">
                                {field.name === "status" ? outcomeText(one.value) : one.label || one.value}
                            </span>
                            <span class="soft number">{countText(one.requests)}</span>
                        </button>
                    </li>
                ))}
            </ul>
            {values.value?.partial && <Notice>There are more: begin to type.</Notice>}
        </Dialog>
    );
}
