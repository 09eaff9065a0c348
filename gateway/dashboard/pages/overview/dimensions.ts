// What usage can be told apart by, here and as filters of the feed.
import type { components } from "../../api/types";

type Row = components["schemas"]["AnalyticsRow"];

export interface Dimension {
    group: string; // as analytics names it
    label: string;
    filter: string; // of the feed
    value: (row: Row) => string | null | undefined;
    name?: (row: Row) => string | null | undefined; // what people call it
}

export const kDimensions: readonly Dimension[] = [
    { group: "model", label: "Model", filter: "model", value: (row) => row.model },
    {
        group: "key",
        label: "Key",
        filter: "key",
        value: (row) => row.key_hash,
        name: (row) => row.key_name || row.key_label,
    },
    {
        group: "member",
        label: "Member",
        filter: "member_id",
        value: (row) => row.member_id,
        name: (row) => row.member_name || row.member_email,
    },
    {
        group: "project",
        label: "Project",
        filter: "project_id",
        value: (row) => row.project_id,
        name: (row) => row.project_name,
    },
    { group: "provider", label: "Provider", filter: "provider", value: (row) => row.provider_name },
    { group: "app", label: "App", filter: "app", value: (row) => row.app },
    { group: "tag", label: "Tag", filter: "tag", value: (row) => row.tag },
    { group: "user", label: "End user", filter: "user", value: (row) => row.external_user },
    { group: "git_repository", label: "Git repository", filter: "git_repository", value: (row) => row.git_repository },
];

// App, tag, user and repository are summed from single requests, which have no comparison and no buckets by edges alone.
export const kFromRecords = ["app", "tag", "user", "git_repository"];

export function nameOf(dimension: Dimension, row: Row): string {
    return dimension.name?.(row) || dimension.value(row) || "(none)";
}
