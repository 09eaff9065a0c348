// Members as these pages speak of them.
import type { Member } from "../../api/members";
import { membership } from "../../api/organization";
import { isOperator, me } from "../../api/session";
import type { Choice } from "../../components/field";

export type Role = Member["role"];
export const kRoleWords: Record<Role, string> = { owner: "Owner", admin: "Admin", member: "Member" };

const kRoleAbout: Record<Role, string> = {
    member: "calls models and makes keys of his own",
    admin: "also looks after people, keys, projects, settings and credit",
    owner: "also makes owners, transfers credit and may delete the organization",
};

// What an owner may is owners' and the operator's to give and take.
export function mayMakeOwners(): boolean {
    return membership.value?.role === "owner" || isOperator.value;
}

export function roleChoices(): Choice[] {
    const all = mayMakeOwners();
    return (["member", "admin", "owner"] as const).map((role) => ({
        value: role,
        label: `${kRoleWords[role]}: ${role === "owner" && !all ? "only an owner makes owners" : kRoleAbout[role]}`,
        disabled: role === "owner" && !all,
    }));
}

export function isMe(row: Member): boolean {
    return row.user_id === me.value?.user.id;
}
export function nameOf(row: Member): string {
    return row.name || row.email;
}
