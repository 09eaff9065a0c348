// Everybody who has an account: suspended and brought back, made an operator, let in by a link for a new password.
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import { absoluteLink } from "../../api/links";
import { me } from "../../api/session";
import type { components } from "../../api/types";
import { useAction, useList } from "../../api/use_call";
import { Button } from "../../components/button";
import { ConfirmDialog, carryOut } from "../../components/confirm_dialog";
import { Dialog, DialogActions } from "../../components/dialog";
import { BareSelect, CheckField, TextField } from "../../components/field";
import { Menu } from "../../components/menu";
import { Badge, EmptyState, ErrorNotice } from "../../components/notice";
import { PageHead } from "../../components/page";
import { SecretDialog } from "../../components/secret_dialog";
import { Table, type Column } from "../../components/table";
import { Time, timeText } from "../../components/time";
import { showToast } from "../../components/toast";
import { query, setQuery } from "../../router";
import { SearchField } from "./search_field";

type User = components["schemas"]["User"] & { is_operator?: boolean };
type Change = { status?: User["status"]; is_operator?: boolean };

export function OperatorPeoplePage() {
    const { email = "", status = "" } = query.value;
    const list = useList("/api/users", { query: { email, status: status as User["status"] } });
    const [asked, setAsked] = useState<{ user: User; change: Change; words: string } | null>(null);
    const [link, setLink] = useState<{ user: User; link: components["schemas"]["PasswordLink"] } | null>(null);
    const change = (user: User, body: Change) =>
        carryOut(
            call("PATCH", "/api/users/{user}", { path: { user: user.id }, body }),
            `${user.name} is changed.`,
            list.reload,
        );
    const makeLink = async (user: User) => {
        const answer = await call("POST", "/api/users/{user}/password-links", { path: { user: user.id } });
        if (answer.ok) setLink({ user, link: answer.value });
        else showToast(answer.error.message, "bad");
    };
    const actions = (user: User) => {
        const self = user.id === me.value?.user.id ? "It is yourself" : null;
        const ask = (body: Change, words: string) => () => setAsked({ user, change: body, words });
        return (
            <Menu
                label={`Actions of ${user.email}`}
                items={[
                    { label: "Link for a new password", icon: "key", onChoose: () => void makeLink(user) },
                    user.is_operator
                        ? {
                              label: "Operates no longer",
                              icon: "shield",
                              whyNot: self,
                              onChoose: ask({ is_operator: false }, "loses the rights of the operator"),
                          }
                        : {
                              label: "Make an operator",
                              icon: "shield",
                              onChoose: ask(
                                  { is_operator: true },
                                  "manages all organizations, their credit and people",
                              ),
                          },
                    user.status === "suspended"
                        ? {
                              label: "End the suspension",
                              icon: "check",
                              onChoose: ask({ status: "active" }, "may sign in again"),
                          }
                        : {
                              label: "Suspend",
                              icon: "pause",
                              danger: true,
                              whyNot: self,
                              onChoose: ask(
                                  { status: "suspended" },
                                  "is signed out everywhere, and keys that the person made call nothing",
                              ),
                          },
                ]}
            />
        );
    };
    return (
        <>
            <PageHead
                title="People"
                actions={
                    <Button look="primary" icon="plus" onClick={() => setQuery({ new: "person" })}>
                        Add a person
                    </Button>
                }
            />
            <div class="row feed-bar range">
                <SearchField label="Part of the address" name="email" />
                <BareSelect
                    name="State"
                    value={status}
                    choices={[
                        { value: "", label: "All" },
                        { value: "active", label: "Active" },
                        { value: "suspended", label: "Suspended" },
                    ]}
                    onChange={(value) => setQuery({ status: value })}
                />
            </div>
            <Table
                label="People"
                rows={list.rows as User[] | null}
                columns={kColumns}
                rowKey={(user) => user.id}
                error={list.error}
                loading={list.loading}
                reload={list.reload}
                more={list.more}
                actions={actions}
                empty={<EmptyState title="Nobody matches">Change the address or the state above.</EmptyState>}
            />
            {query.value.new === "person" && (
                <PersonDialog onDone={list.reload} onClose={() => setQuery({ new: null })} />
            )}
            {asked && (
                <ConfirmDialog
                    title={`Change ${asked.user.name}?`}
                    confirm="Change"
                    danger={asked.change.status === "suspended"}
                    act={() => change(asked.user, asked.change)}
                    onClose={() => setAsked(null)}
                >
                    <p>
                        {asked.user.name} ({asked.user.email}) {asked.words}.
                    </p>
                </ConfirmDialog>
            )}
            {link && (
                <SecretDialog
                    title="Link for a new password"
                    secret={absoluteLink(link.link.link)}
                    about={`Give it to ${link.user.email} by a way that you trust. It works once, until ${timeText(new Date(link.link.expires_at))}.`}
                    onClose={() => setLink(null)}
                />
            )}
        </>
    );
}

const kColumns: readonly Column<User>[] = [
    { key: "name", name: "Name", heads: true, show: (user) => user.name },
    {
        key: "email",
        name: "Address",
        show: (user) => (
            <span class="row">
                {user.email}
                {!user.email_verified && <Badge tone="warn">not verified</Badge>}
            </span>
        ),
    },
    {
        key: "state",
        name: "State",
        show: (user) => (
            <span class="row">
                <Badge tone={user.status === "active" ? "good" : "warn"}>
                    {user.status === "active" ? "Active" : "Suspended"}
                </Badge>
                {user.is_operator && <Badge tone="note">Operator</Badge>}
            </span>
        ),
    },
    {
        key: "password",
        name: "Password of",
        show: (user) => <Time value={user.password_set_at} look="date" never="none" />,
    },
    { key: "created", name: "Came", show: (user) => <Time value={user.created_at} look="date" /> },
];

function PersonDialog({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
    const action = useAction("POST", "/api/users");
    const [name, setName] = useState("");
    const [email, setEmail] = useState("");
    const [verified, setVerified] = useState(false);
    const submit = async (event: Event) => {
        event.preventDefault();
        const answer = await action.run({ body: { name: name.trim(), email: email.trim(), verified } });
        if (!answer.ok) return;
        showToast(`${name.trim()} is here. Make a link for a password next.`, "good");
        onDone();
        onClose();
    };
    return (
        <Dialog title="Add a person" onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <TextField label="Name" value={name} onInput={setName} required error={action.fieldError("name")} />
                <TextField
                    label="Address"
                    type="email"
                    value={email}
                    onInput={setEmail}
                    required
                    error={action.fieldError("email")}
                />
                <CheckField
                    label="I know that the address is the person's"
                    checked={verified}
                    onChange={setVerified}
                    hint="Otherwise it must be proven by mail."
                />
                <ErrorNotice error={action.error} besides={["name", "email"]} />
                <DialogActions submit="Add" busy={action.busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}
