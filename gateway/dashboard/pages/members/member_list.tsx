// The members, and what is done to one.
import { useState } from "preact/hooks";
import { useMembers, type Member } from "../../api/members";
import { may, membership, whyNot } from "../../api/organization";
import { BareSelect, TextField } from "../../components/field";
import { LimitsDialog } from "../../components/limits_dialog";
import { resetWords } from "../../components/limit_fields";
import { Menu, type MenuItem } from "../../components/menu";
import { Money } from "../../components/money";
import { Name } from "../../components/name";
import { Badge, EmptyState } from "../../components/notice";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { showToast } from "../../components/toast";
import { pageHref, query, setQuery } from "../../router";
import { isMe, kRoleWords, mayMakeOwners, nameOf } from "./member";
import { ChangeRole, RemoveMember, SuspendMember } from "./member_dialogs";

const kRoles = Object.entries(kRoleWords).map(([value, label]) => ({ value, label }));
const kStatuses = [
    { value: "active", label: "Active" },
    { value: "suspended", label: "Suspended" },
];

const kColumns: readonly Column<Member>[] = [
    {
        key: "name",
        name: "Name",
        heads: true,
        show: (row) => (
            <>
                <Name text={nameOf(row)} /> {isMe(row) && <Badge tone="note">You</Badge>}
                <div class="soft small">{row.email}</div>
            </>
        ),
        sort: (one, other) => nameOf(one).localeCompare(nameOf(other)),
    },
    {
        key: "role",
        name: "Role",
        show: (row) => <Badge tone={row.role === "member" ? undefined : "note"}>{kRoleWords[row.role]}</Badge>,
        sort: (one, other) => one.role.localeCompare(other.role),
    },
    {
        key: "status",
        name: "State",
        show: (row) =>
            row.status === "active" ? <Badge tone="good">Active</Badge> : <Badge tone="bad">Suspended</Badge>,
    },
    { key: "budget", name: "Budget", show: (row) => <OwnBudget row={row} /> },
    {
        key: "active",
        name: "Last active",
        show: (row) => <Time value={row.last_active_at} look="relative" never="Never" />,
        sort: (one, other) => (one.last_active_at ?? "").localeCompare(other.last_active_at ?? ""),
    },
    {
        key: "joined",
        name: "Joined",
        show: (row) => <Time value={row.joined_at} look="date" />,
        sort: (one, other) => one.joined_at.localeCompare(other.joined_at),
    },
];

function OwnBudget({ row }: { row: Member }) {
    if (row.limits === null) return <span class="soft">Not yours to see</span>;
    if (row.limits.limit === null) return <span class="soft">No budget</span>;
    return (
        <>
            <Money value={row.limits.limit} /> {resetWords(row.limits.limit_reset)}
        </>
    );
}

// Of whoever is an owner, only owners and the operator change what he may.
function whyNotChange(row: Member, permission: string): string | null {
    const missing = whyNot(permission);
    if (missing !== null || row.role !== "owner" || mayMakeOwners()) return missing;
    return "Only an owner changes the role, the state or the limits of an owner.";
}

type Act = "role" | "limits" | "suspend" | "remove";

export function MemberList() {
    const { email, role, status } = query.value;
    const chosenRole = kRoles.some((one) => one.value === role) ? (role as Member["role"]) : undefined;
    const chosenStatus = kStatuses.some((one) => one.value === status) ? (status as Member["status"]) : undefined;
    const members = useMembers(membership.value === null ? null : { email, role: chosenRole, status: chosenStatus });
    const [act, setAct] = useState<{ what: Act; row: Member } | null>(null);
    const end = () => setAct(null);
    const done = () => {
        end();
        members.reload();
    };
    const itemsOf = (row: Member): MenuItem[] => {
        const item = (what: Act, label: string, why: string | null, more: Partial<MenuItem> = {}): MenuItem => ({
            label,
            onChoose: () => setAct({ what, row }),
            whyNot: why,
            ...more,
        });
        const manage = whyNotChange(row, "manage_members");
        return [
            ...(may("see_activity")
                ? [
                      {
                          label: "Requests",
                          href: pageHref("activity", { member_id: row.user_id }),
                          icon: "activity" as const,
                      },
                  ]
                : []),
            { label: "Keys", href: pageHref("keys", { member_id: row.user_id }), icon: "key" },
            item("role", "Change role…", manage, { icon: "shield" }),
            item("limits", "Limits…", whyNotChange(row, "manage_limits"), { icon: "settings" }),
            item("suspend", row.status === "active" ? "Suspend…" : "End the suspension…", manage, {
                icon: row.status === "active" ? "pause" : "play",
            }),
            isMe(row)
                ? item("remove", "Leave…", whyNot("remove_members"), { icon: "arrow_right", danger: true })
                : item("remove", "Remove…", manage, { icon: "trash", danger: true }),
        ];
    };
    return (
        <>
            <div class="row feed-bar" role="group" aria-label="Filters">
                <TextField
                    label="E-mail has"
                    type="search"
                    value={email ?? ""}
                    onInput={(text) => setQuery({ email: text }, "replace")}
                />
                <span class="range">
                    <BareSelect
                        name="Filter by role"
                        value={chosenRole ?? ""}
                        choices={[{ value: "", label: "Every role" }, ...kRoles]}
                        onChange={(value) => setQuery({ role: value })}
                    />
                    <BareSelect
                        name="Filter by state"
                        value={chosenStatus ?? ""}
                        choices={[{ value: "", label: "Every state" }, ...kStatuses]}
                        onChange={(value) => setQuery({ status: value })}
                    />
                </span>
            </div>
            <Table
                label="Members"
                columns={kColumns}
                {...members}
                rowKey={(row) => row.user_id}
                actions={(row) => <Menu label={`What to do with ${nameOf(row)}`} items={itemsOf(row)} />}
                empty={<EmptyState title="No member matches">Take a filter away.</EmptyState>}
            />
            {act?.what === "role" && <ChangeRole row={act.row} onClose={end} onDone={done} />}
            {act?.what === "suspend" && <SuspendMember row={act.row} onClose={end} onDone={done} />}
            {act?.what === "remove" && <RemoveMember row={act.row} onClose={end} onDone={done} />}
            {act?.what === "limits" && (
                <LimitsDialog
                    title={`Limits of ${nameOf(act.row)}`}
                    path="/api/organizations/{organization}/members/{member}/limits"
                    of={{ member: act.row.user_id }}
                    onClose={end}
                    onDone={() => {
                        showToast(`The limits of ${nameOf(act.row)} are saved.`, "good");
                        done();
                    }}
                >
                    They hold for all keys that the member made here, and for the playground.
                </LimitsDialog>
            )}
        </>
    );
}
