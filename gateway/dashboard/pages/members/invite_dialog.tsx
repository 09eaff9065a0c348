// Invites people by their addresses, many at once, and shows the links: no mail server is needed.
import { useState } from "preact/hooks";
import { absoluteLink } from "../../api/links";
import { useAction } from "../../api/use_call";
import type { components } from "../../api/types";
import { Button, CopyButton } from "../../components/button";
import { Dialog, DialogActions } from "../../components/dialog";
import { Select, TextArea } from "../../components/field";
import { Badge, ErrorNotice, Notice } from "../../components/notice";
import { organizationId } from "../../router";
import { roleChoices, type Role } from "./member";

type Made = components["schemas"]["MadeInvitation"];
type Outcome = components["schemas"]["MadeInvitations"];

const kMostAtOnce = 50;

export function InviteDialog({ onClose, onInvited }: { onClose: () => void; onInvited: () => void }) {
    const [typed, setTyped] = useState("");
    const [role, setRole] = useState<Role>("member");
    const [problem, setProblem] = useState<string | null>(null);
    const [outcome, setOutcome] = useState<Outcome | null>(null);
    const invite = useAction("POST", "/api/organizations/{organization}/invitations");
    const submit = async (event: Event) => {
        event.preventDefault();
        const emails = typed.split(/[\s,;]+/).filter((one) => one !== "");
        const wrong = emails.find((one) => !one.includes("@"));
        const said =
            emails.length === 0
                ? "Type at least one address."
                : emails.length > kMostAtOnce
                  ? `At most ${kMostAtOnce} at once.`
                  : wrong !== undefined
                    ? `“${wrong}” is no address.`
                    : null;
        setProblem(said);
        if (said !== null) return;
        const answer = await invite.run({ path: { organization: organizationId.value! }, body: { emails, role } });
        if (!answer.ok) return;
        setOutcome(answer.value);
        onInvited();
    };
    return (
        <Dialog title={outcome === null ? "Invite people" : "Invitations"} onClose={onClose}>
            {outcome === null ? (
                <form class="form" onSubmit={submit}>
                    <TextArea
                        label="E-mail addresses"
                        value={typed}
                        onInput={setTyped}
                        rows={3}
                        hint="One or more, with commas, blanks or new lines between."
                        error={problem ?? invite.fieldError("emails") ?? invite.fieldError("email")}
                    />
                    <Select
                        label="Role"
                        value={role}
                        onChange={(value) => setRole(value as Role)}
                        choices={roleChoices()}
                        error={invite.fieldError("role")}
                    />
                    <ErrorNotice error={invite.error} besides={["emails", "email", "role"]} />
                    <DialogActions submit="Invite" busy={invite.busy} onCancel={onClose} />
                </form>
            ) : (
                <>
                    <Links made={outcome.data} />
                    {outcome.failed.map((one) => (
                        <Notice tone="bad" key={one.email}>
                            {one.email}: {one.message}
                        </Notice>
                    ))}
                    <div class="form-actions">
                        <Button look="primary" onClick={onClose}>
                            Done
                        </Button>
                    </div>
                </>
            )}
        </Dialog>
    );
}

export function Links({ made }: { made: readonly Made[] }) {
    if (made.length === 0) return null;
    return (
        <>
            <p class="soft">
                Each link is for its address alone, and open for seven days. It is shown this once; a new one can be
                made.
            </p>
            {made.map(({ invitation, link, mailed }) => (
                <div class="field" key={invitation.id}>
                    <span class="row">
                        <strong>{invitation.email}</strong>
                        {mailed ? (
                            <Badge tone="good">A mail is on its way</Badge>
                        ) : (
                            <Badge tone="warn">No mail: pass the link on</Badge>
                        )}
                    </span>
                    <div class="secret">
                        <code data-link>{absoluteLink(link)}</code>
                        <CopyButton text={absoluteLink(link)} />
                    </div>
                </div>
            ))}
        </>
    );
}
