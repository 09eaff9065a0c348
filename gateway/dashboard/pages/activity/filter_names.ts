// What the chosen filters are called. The requests on the page say it; where none of them has the value, as with a filter
// that matches nothing, the key, project or member itself is asked for.
import { useQuery } from "../../api/use_call";
import { organizationId } from "../../router";
import { chosenFilters, kFilterFields, nameOnPage, outcomeText, type FilterField, type Request } from "./filters";

const kLongest = 24; // letters of a value that has no name

export function useFilterNames(rows: readonly Request[] | null): (field: FilterField) => string {
    const organization = organizationId.value!;
    const chosen = chosenFilters();
    // The value, if it must be asked for: not before the page is here.
    const unnamed = (name: string) => {
        const field = kFilterFields.find((one) => one.name === name)!;
        const value = chosen[name];
        return rows !== null && value !== undefined && nameOnPage(field, value, rows) === null ? value : null;
    };
    const key = unnamed("key"),
        project = unnamed("project_id"),
        member = unnamed("member_id");
    const keyFound = useQuery(
        "/api/organizations/{organization}/keys/{key}",
        key === null ? null : { path: { organization, key } },
    );
    const projectFound = useQuery(
        "/api/organizations/{organization}/projects/{project}",
        project === null ? null : { path: { organization, project } },
    );
    const memberFound = useQuery(
        "/api/organizations/{organization}/members/{member}",
        member === null ? null : { path: { organization, member } },
    );
    const asked: Record<string, string | undefined> = {
        key: keyFound.value?.data.name || keyFound.value?.data.label,
        project_id: projectFound.value?.name,
        member_id: memberFound.value?.name || memberFound.value?.email,
    };
    return (field) => {
        const value = chosen[field.name]!;
        if (field.name === "status") return outcomeText(value);
        const name = nameOnPage(field, value, rows) || asked[field.name];
        return name || (value.length > kLongest ? value.slice(0, 8) + "…" : value);
    };
}
