// What the feed can be filtered by, as it is in the URL and in the API.
import type { components } from "../../api/types";
import { query } from "../../router";

export type Request = components["schemas"]["Activity"];

export interface FilterField {
    name: string; // in the URL, and as a parameter of activity
    label: string;
    field: string; // as activity/values calls it
    value: (row: Request) => string | null;
    label_of?: (row: Request) => string | null; // what people call the value
}

export const kFilterFields: readonly FilterField[] = [
    { name: "model", label: "Model", field: "model", value: (row) => row.model },
    { name: "status", label: "Outcome", field: "status", value: outcomeOf },
    {
        name: "key",
        label: "Key",
        field: "key",
        value: (row) => row.key_hash,
        label_of: (row) => row.key_name || row.key_label,
    },
    {
        name: "project_id",
        label: "Project",
        field: "project",
        value: (row) => row.project_id,
        label_of: (row) => row.project_name,
    },
    {
        name: "member_id",
        label: "Member",
        field: "member",
        value: (row) => row.member_id,
        label_of: (row) => row.member_name || row.member_email,
    },
    { name: "provider", label: "Provider", field: "provider", value: (row) => row.provider_name },
    {
        name: "app",
        label: "App",
        field: "app",
        value: (row) => row.http_referer || row.app_title,
        label_of: (row) => row.app_title,
    },
    { name: "tag", label: "Tag", field: "tag", value: () => null },
    { name: "user", label: "End user", field: "user", value: (row) => row.external_user },
    { name: "session_id", label: "Conversation", field: "session_id", value: (row) => row.session_id },
    {
        name: "git_organization",
        label: "Git organization",
        field: "git_organization",
        value: (row) => row.git_organization,
    },
    { name: "git_repository", label: "Git repository", field: "git_repository", value: (row) => row.git_repository },
];

export type Outcome = "success" | "client_error" | "server_error" | "cancelled";
const kOutcomes: Record<Outcome, string> = {
    success: "Answered",
    client_error: "Caller's error",
    server_error: "Gateway's or provider's error",
    cancelled: "Cancelled",
};

export function outcomeOf(row: Request): Outcome {
    if (row.cancelled) return "cancelled";
    // 0: nothing was answered.
    return row.http_status >= 500 || row.http_status === 0
        ? "server_error"
        : row.http_status >= 400
          ? "client_error"
          : "success";
}
export function outcomeText(outcome: string): string {
    return kOutcomes[outcome as Outcome] ?? outcome;
}

export function chosenFilters(): Record<string, string> {
    const found = kFilterFields.map((field) => [field.name, query.value[field.name] ?? ""] as const);
    return Object.fromEntries(found.filter(([, value]) => value !== ""));
}

// What a chosen value is called, as far as the requests on the page say it.
export function nameOnPage(field: FilterField, value: string, rows: readonly Request[] | null): string | null {
    const row = rows?.find((one) => field.value(one) === value);
    return (row && field.label_of?.(row)) || null;
}
