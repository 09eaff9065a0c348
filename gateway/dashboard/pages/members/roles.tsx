// Who may what: the server's own table, which it decides by.
import { membership } from "../../api/organization";
import type { components } from "../../api/types";
import { useQuery } from "../../api/use_call";
import { Icon } from "../../components/icon";
import { Table, type Column } from "../../components/table";

type Permission = components["schemas"]["Permission"];
type Kind = "operator" | "owner" | "admin" | "member" | "management_key" | "inference_key" | "service_key";

const kKinds: readonly [Kind, string][] = [
    ["member", "Member"],
    ["admin", "Admin"],
    ["owner", "Owner"],
    ["operator", "Operator"],
    ["inference_key", "Inference key"],
    ["service_key", "Service key"],
    ["management_key", "Management key"],
];

// "manage_keys" as people say it.
export function permissionWords(permission: string): string {
    const text = permission
        .replaceAll("_", " ")
        .replace(/\bllm\b/, "model defaults")
        .replace(/^infer$/, "call models");
    return text[0]!.toUpperCase() + text.slice(1);
}

function Answer({ value }: { value: Permission["owner"] }) {
    if (value === "yes")
        return (
            <>
                <Icon name="check" />
                <span class="visually-hidden">yes</span>
            </>
        );
    if (value === "no") return <span class="soft">–</span>;
    return <>{{ own: "own", by_setting: "as set", as_creator: "as its maker" }[value]}</>;
}

export function Roles() {
    const table = useQuery("/api/organizations/permissions", {});
    const mine = membership.value?.role;
    const columns: Column<Permission>[] = [
        { key: "permission", name: "May", heads: true, show: (row) => permissionWords(row.permission) },
        ...kKinds.map(([kind, name]) => ({
            key: kind,
            name: kind === mine ? `${name} (you)` : name,
            show: (row: Permission) => <Answer value={row[kind]} />,
        })),
        {
            key: "scope",
            name: "Scope of a token",
            show: (row) => <code>{row.scope}</code>,
        },
    ];
    return (
        <Table
            label="Who may what"
            columns={columns}
            rows={table.value?.data ?? null}
            rowKey={(row) => row.permission}
            error={table.error}
            reload={table.reload}
            foot="Own: what one has made, or what is about oneself. As set: the organization's settings say it. As its maker: a key may what the person who made it may today."
        />
    );
}
