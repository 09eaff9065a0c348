// The person: name, address, and the organizations that he belongs to or is invited to.
import { useState } from "preact/hooks";
import { loadSession, me, type MyOrganization } from "../../api/session";
import { useAction, useList } from "../../api/use_call";
import { Button, LinkButton } from "../../components/button";
import { Facts } from "../../components/facts";
import { TextField } from "../../components/field";
import { Name } from "../../components/name";
import { Badge, EmptyState, ErrorNotice, Notice } from "../../components/notice";
import { Card, PageHead } from "../../components/page";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { showToast } from "../../components/toast";
import { accountHref, pageHref } from "../../router";

export function ProfilePage() {
    return (
        <>
            <PageHead title="Your account">{me.value?.user.email}</PageHead>
            <div class="stack">
                <Profile />
                <Invited />
                <Organizations />
            </div>
        </>
    );
}

function Profile() {
    const user = me.value!.user;
    const [name, setName] = useState(user.name);
    const change = useAction("PATCH", "/api/me");
    const submit = async (event: Event) => {
        event.preventDefault();
        if (name.trim() === user.name) return;
        const answer = await change.run({ body: { name: name.trim() } });
        if (!answer.ok) return;
        await loadSession();
        showToast("Saved.", "good");
    };
    return (
        <Card title="You">
            <form class="form" onSubmit={submit}>
                <TextField
                    label="Name"
                    value={name}
                    onInput={setName}
                    maxLength={100}
                    autocomplete="name"
                    error={change.fieldError("name")}
                />
                <Facts
                    rows={[
                        [
                            "E-mail",
                            <span class="row">
                                {user.email}
                                {user.email_verified ? (
                                    <Badge tone="good">Verified</Badge>
                                ) : (
                                    <Badge tone="warn">Not verified</Badge>
                                )}
                            </span>,
                        ],
                        ["Since", <Time value={user.created_at} look="date" />],
                    ]}
                />
                {!user.email_verified && <Verify />}
                {change.error && change.error.field !== "name" && <ErrorNotice error={change.error} />}
                <div class="form-actions">
                    <Button
                        type="submit"
                        look="primary"
                        busy={change.busy}
                        whyNot={name.trim() === user.name ? "Nothing is changed" : null}
                    >
                        Save
                    </Button>
                </div>
            </form>
        </Card>
    );
}

function Verify() {
    const [sent, setSent] = useState<string | null>(null);
    const verify = useAction("POST", "/api/me/verification");
    const send = async () => {
        const answer = await verify.run({});
        if (answer.ok) setSent(answer.value.sent_to);
    };
    if (sent !== null) return <Notice tone="good">A mail with a link is on its way to {sent}.</Notice>;
    return (
        <>
            <Notice
                action={
                    <Button busy={verify.busy} onClick={() => void send()}>
                        Send a link
                    </Button>
                }
            >
                With a verified address you can make organizations and accept invitations.
            </Notice>
            {verify.error && <ErrorNotice error={verify.error} />}
        </>
    );
}

// Nobody needs the link who is signed in: but its token is in the mail or with whoever invited.
function Invited() {
    const list = useList("/api/me/invitations", {});
    if (list.rows === null || list.rows.length === 0)
        return list.error && <ErrorNotice error={list.error} retry={list.reload} />;
    return (
        <Card title="Invitations that wait for you">
            <ul class="plain-list">
                {list.rows.map((one) => (
                    <li key={one.id}>
                        As {one.role}, open until <Time value={one.expires_at} />. Open the link that you were sent.
                    </li>
                ))}
            </ul>
        </Card>
    );
}

const kColumns: readonly Column<MyOrganization>[] = [
    {
        key: "name",
        name: "Name",
        heads: true,
        show: (row) => (
            <span class="row">
                <a href={pageHref("overview", {}, row.id)}>
                    <Name text={row.name} />
                </a>
                {row.kind === "personal" && <Badge>Personal</Badge>}
                {row.status === "suspended" && <Badge tone="bad">Suspended</Badge>}
            </span>
        ),
    },
    { key: "role", name: "Your role", show: (row) => row.role },
    {
        key: "llm",
        name: "Your own settings",
        show: (row) => <a href={pageHref("llm", {}, row.id)}>Model of your choice in {row.name}</a>,
    },
];

function Organizations() {
    return (
        <Card
            title="Your organizations"
            action={
                <LinkButton href={accountHref("new-organization")} icon="plus">
                    New organization
                </LinkButton>
            }
        >
            <Table
                label="List of your organizations"
                columns={kColumns}
                rows={me.value!.organizations}
                rowKey={(row) => row.id}
                empty={<EmptyState title="None yet" />}
            />
        </Card>
    );
}
