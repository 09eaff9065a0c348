// Who belongs to the organization, as what; who is invited; what each spent; and who may what.
import { useState } from "preact/hooks";
import { may, membership, organization, whyNot } from "../../api/organization";
import { Button } from "../../components/button";
import { PageHead } from "../../components/page";
import { Tabs } from "../../components/tabs";
import { pageHref, query, setQuery } from "../../router";
import type { PageProps } from "../table";
import { Invitations } from "./invitations";
import { InviteDialog } from "./invite_dialog";
import { MemberList } from "./member_list";
import { Roles } from "./roles";
import { Spending } from "./spending";

interface Part {
    path: string;
    label: string;
    permission?: string;
}
const kParts: readonly Part[] = [
    { path: "", label: "Members" },
    { path: "invitations", label: "Invitations", permission: "manage_members" },
    { path: "spending", label: "Spending", permission: "see_billing" },
    { path: "roles", label: "Roles" },
];

export function whyNotInvite(): string | null {
    if (organization.value?.kind === "personal")
        return "A personal organization has no other members. Make an organization for a team.";
    return whyNot("manage_members");
}

export function MembersPage({ rest }: PageProps) {
    const shown = kParts.find((one) => one.path === (rest[0] ?? "")) ?? kParts[0]!;
    const [turn, setTurn] = useState(0); // the lists are read anew
    const inviting = query.value.new === "invitation" && membership.value !== null && whyNotInvite() === null;
    const invite = (on: boolean) => setQuery({ new: on ? "invitation" : null });
    const parts = kParts.filter((one) => one.permission === undefined || may(one.permission));
    return (
        <>
            <PageHead
                title="Members"
                actions={
                    <Button look="primary" icon="plus" onClick={() => invite(true)} whyNot={whyNotInvite()}>
                        Invite
                    </Button>
                }
            />
            <Tabs
                label="Parts of members"
                tabs={parts.map((one) => ({
                    label: one.label,
                    href: pageHref(one.path ? `members/${one.path}` : "members"),
                    current: one === shown,
                }))}
            />
            {shown.path === "" && <MemberList />}
            {shown.path === "invitations" && <Invitations key={turn} />}
            {shown.path === "spending" && <Spending />}
            {shown.path === "roles" && <Roles />}
            {inviting && <InviteDialog onClose={() => invite(false)} onInvited={() => setTurn(turn + 1)} />}
        </>
    );
}
