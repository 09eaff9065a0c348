// Invitations that are open: a new link, or none any more.
import { useState } from "preact/hooks";
import { memberName, useAllMembers } from "../../api/members";
import { may } from "../../api/organization";
import type { components } from "../../api/types";
import { useAction, useList } from "../../api/use_call";
import { Allowed } from "../../components/allowed";
import { Button } from "../../components/button";
import { ConfirmDialog, carryOut } from "../../components/confirm_dialog";
import { Dialog } from "../../components/dialog";
import { Badge, EmptyState } from "../../components/notice";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { showToast } from "../../components/toast";
import { organizationId } from "../../router";
import { Links } from "./invite_dialog";
import { kRoleWords } from "./member";

type Invitation = components["schemas"]["Invitation"];
type Made = components["schemas"]["MadeInvitation"];

export function Invitations() {
    return (
        <Allowed permission="manage_members">
            <OpenInvitations />
        </Allowed>
    );
}

function OpenInvitations() {
    const path = { organization: organizationId.value! };
    const list = useList("/api/organizations/{organization}/invitations", { path });
    const members = useAllMembers(may("see_members"));
    const [revoking, setRevoking] = useState<Invitation | null>(null);
    const [made, setMade] = useState<Made | null>(null);
    const resend = useAction("POST", "/api/organizations/{organization}/invitations/{invitation}/resend");
    const renew = async (row: Invitation) => {
        const answer = await resend.run({ path: { ...path, invitation: row.id } });
        if (!answer.ok) return showToast(answer.error.message, "bad");
        setMade(answer.value);
        list.reload();
    };
    const columns: Column<Invitation>[] = [
        { key: "email", name: "E-mail", heads: true, show: (row) => row.email },
        { key: "role", name: "Role", show: (row) => kRoleWords[row.role] },
        {
            key: "state",
            name: "State",
            show: (row) =>
                row.state === "expired" ? <Badge tone="bad">Expired</Badge> : <Badge tone="note">Waits</Badge>,
        },
        { key: "inviter", name: "Invited by", show: (row) => memberName(members.rows, row.inviter_user_id) },
        { key: "expires", name: "Open until", show: (row) => <Time value={row.expires_at} /> },
    ];
    return (
        <>
            <Table
                label="Open invitations"
                columns={columns}
                {...list}
                rowKey={(row) => row.id}
                empty={
                    <EmptyState title="Nobody is invited">
                        Invite people by their address. They need no mail: you can pass the link on.
                    </EmptyState>
                }
                actions={(row) => (
                    <>
                        <Button
                            icon="refresh"
                            label={`New link for ${row.email}`}
                            look="quiet"
                            busy={resend.busy}
                            onClick={() => void renew(row)}
                        />
                        <Button
                            icon="trash"
                            label={`Revoke the invitation of ${row.email}`}
                            look="quiet"
                            onClick={() => setRevoking(row)}
                        />
                    </>
                )}
            />
            {revoking && (
                <RevokeInvitation
                    row={revoking}
                    onClose={() => setRevoking(null)}
                    onDone={() => {
                        setRevoking(null);
                        list.reload();
                    }}
                />
            )}
            {made && (
                <Dialog title="A new link" onClose={() => setMade(null)}>
                    <p>The link of before does not work any more.</p>
                    <Links made={[made]} />
                    <div class="form-actions">
                        <Button look="primary" onClick={() => setMade(null)}>
                            Done
                        </Button>
                    </div>
                </Dialog>
            )}
        </>
    );
}

function RevokeInvitation({ row, onClose, onDone }: { row: Invitation; onClose: () => void; onDone: () => void }) {
    const revoke = useAction("DELETE", "/api/organizations/{organization}/invitations/{invitation}");
    const act = () =>
        carryOut(
            revoke.run({ path: { organization: organizationId.value!, invitation: row.id } }),
            `The invitation of ${row.email} is revoked.`,
            onDone,
        );
    return (
        <ConfirmDialog title="Revoke the invitation" confirm="Revoke" act={act} onClose={onClose}>
            The link that {row.email} was given stops working. The seat is free again.
        </ConfirmDialog>
    );
}
