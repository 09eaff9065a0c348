// Another role, suspension, and the end of a membership.
import { useState } from "preact/hooks";
import type { Member } from "../../api/members";
import { loadMembership, organization } from "../../api/organization";
import { loadSession } from "../../api/session";
import { useAction } from "../../api/use_call";
import { ConfirmDialog, carryOut } from "../../components/confirm_dialog";
import { Dialog, DialogActions } from "../../components/dialog";
import { Select } from "../../components/field";
import { ErrorNotice } from "../../components/notice";
import { showToast } from "../../components/toast";
import { navigate, organizationId } from "../../router";
import { isMe, kRoleWords, nameOf, roleChoices } from "./member";

interface ActProps {
    row: Member;
    onClose: () => void;
    onDone: () => void;
}

const pathOf = (row: Member) => ({ organization: organizationId.value!, member: row.user_id });

export function ChangeRole({ row, onClose, onDone }: ActProps) {
    const [role, setRole] = useState(row.role);
    const change = useAction("PATCH", "/api/organizations/{organization}/members/{member}");
    const submit = async (event: Event) => {
        event.preventDefault();
        const answer = await change.run({ path: pathOf(row), body: { role }, ifMatch: row.version });
        if (!answer.ok) return;
        showToast(`${nameOf(row)} is ${kRoleWords[answer.value.role].toLowerCase()} now.`, "good");
        // What the page offers follows from one's own role.
        if (isMe(row)) await loadMembership(organizationId.value!);
        onDone();
    };
    return (
        <Dialog title={`Role of ${nameOf(row)}`} onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <Select
                    label="Role"
                    value={role}
                    onChange={(value) => setRole(value as Member["role"])}
                    choices={roleChoices()}
                    error={change.fieldError("role")}
                />
                {change.error && change.error.field !== "role" && <ErrorNotice error={change.error} />}
                <DialogActions submit="Change the role" busy={change.busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}

export function SuspendMember({ row, onClose, onDone }: ActProps) {
    const change = useAction("PATCH", "/api/organizations/{organization}/members/{member}");
    const suspends = row.status === "active";
    const act = () =>
        carryOut(
            change.run({
                path: pathOf(row),
                body: { status: suspends ? "suspended" : "active" },
                ifMatch: row.version,
            }),
            suspends ? `${nameOf(row)} is suspended.` : `${nameOf(row)} is active again.`,
            onDone,
        );
    return (
        <ConfirmDialog
            title={suspends ? `Suspend ${nameOf(row)}` : `End the suspension of ${nameOf(row)}`}
            confirm={suspends ? "Suspend" : "End the suspension"}
            danger={suspends}
            act={act}
            onClose={onClose}
        >
            {suspends
                ? "All that this person does here fails from now on, and so do the keys that the person made here. They come back with the end of the suspension."
                : "The person is let in again, and the keys come back as they were."}
        </ConfirmDialog>
    );
}

export function RemoveMember({ row, onClose, onDone }: ActProps) {
    const remove = useAction("DELETE", "/api/organizations/{organization}/members/{member}");
    const leaves = isMe(row);
    const act = async () => {
        const answer = await remove.run({ path: pathOf(row), ifMatch: row.version });
        if (!answer.ok) return answer.error;
        const keys = answer.value.keys_disabled;
        const words = keys === 0 ? "" : ` ${keys} ${keys === 1 ? "key is" : "keys are"} disabled.`;
        if (!leaves) {
            showToast(`${nameOf(row)} is removed.${words}`, "good");
            onDone();
            return null;
        }
        showToast(`You have left ${organization.peek()?.name ?? "the organization"}.${words}`, "good");
        await loadSession();
        navigate("#/", "replace");
        return null;
    };
    return (
        <ConfirmDialog
            title={leaves ? `Leave ${organization.value?.name ?? "the organization"}` : `Remove ${nameOf(row)}`}
            confirm={leaves ? "Leave" : "Remove"}
            act={act}
            onClose={onClose}
        >
            {leaves
                ? "You lose access at once, and the keys that you made here are disabled. What they spent stays in the reports. Only an invitation brings you back."
                : "The person loses access at once, and the keys that the person made here are disabled. What they spent stays in the reports. Who comes back starts anew, without the limits of before."}
        </ConfirmDialog>
    );
}
