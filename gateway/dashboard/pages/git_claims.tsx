// The Git organizations that belong to this organization: claimed once, proven by an account that administers them.
import { useState } from "preact/hooks";
import { call } from "../api/client";
import { may, whyNot } from "../api/organization";
import type { components } from "../api/types";
import { useAction, useList } from "../api/use_call";
import { Allowed } from "../components/allowed";
import { Button } from "../components/button";
import { ConfirmDialog, carryOut } from "../components/confirm_dialog";
import { Dialog, DialogActions } from "../components/dialog";
import { Select, TextField } from "../components/field";
import { Menu } from "../components/menu";
import { EmptyState, ErrorNotice, Notice } from "../components/notice";
import { PageHead } from "../components/page";
import { Table, type Column } from "../components/table";
import { Time } from "../components/time";
import { showToast } from "../components/toast";
import { organizationId, query, setQuery } from "../router";

type Claim = components["schemas"]["GitClaim"];
type Candidates = components["schemas"]["GitCandidates"];
type Provider = Claim["provider"];
type Outsiders = Claim["outsiders"];

const kProviders: Record<Provider, { label: string; scope: string }> = {
    github: { label: "GitHub", scope: "It needs the scope read:org, and single sign-on of the organization." },
    gitlab: { label: "GitLab", scope: "It needs the scope read_api, of an Owner of the group." },
};
const kOutsiders: Record<Outsiders, string> = {
    fallback: "their own organization pays",
    reject: "they are refused",
};
const kOutsiderChoices = Object.entries(kOutsiders).map(([value, label]) => ({ value, label }));

export function GitClaimsPage() {
    return (
        <>
            <PageHead
                title="Git organizations"
                actions={
                    may("manage_claims") && (
                        <Button
                            look="primary"
                            icon="plus"
                            whyNot={whyNot("manage_claims")}
                            onClick={() => setQuery({ new: "claim" })}
                        >
                            Claim one
                        </Button>
                    )
                }
            >
                Requests that are made for repositories of a claimed Git organization are billed to this organization.
            </PageHead>
            <Allowed permission="manage_claims">
                <Claims />
            </Allowed>
        </>
    );
}

function Claims() {
    const organization = organizationId.value!;
    const list = useList("/api/organizations/{organization}/git-claims", { path: { organization } });
    const [released, setReleased] = useState<Claim | null>(null);
    const setOutsiders = async (claim: Claim, outsiders: Outsiders) => {
        const answer = await call("PATCH", "/api/organizations/{organization}/git-claims/{claim}", {
            path: { organization, claim: claim.id },
            body: { outsiders },
            ifMatch: claim.version,
        });
        if (answer.ok) showToast(`Of ${claim.git_organization}: outsiders, ${kOutsiders[outsiders]}.`, "good");
        else showToast(answer.error.message, "bad");
        list.reload();
    };
    const release = (claim: Claim) =>
        carryOut(
            call("DELETE", "/api/organizations/{organization}/git-claims/{claim}", {
                path: { organization, claim: claim.id },
            }),
            `${claim.git_organization} is released.`,
            list.reload,
        );
    const actions = (claim: Claim) => (
        <Menu
            label={`Actions of ${claim.git_organization}`}
            items={[
                ...(Object.keys(kOutsiders) as Outsiders[]).map((one) => ({
                    label: `Outsiders: ${kOutsiders[one]}`,
                    checked: claim.outsiders === one,
                    onChoose: () => void setOutsiders(claim, one),
                })),
                { label: "Release", icon: "trash" as const, danger: true, onChoose: () => setReleased(claim) },
            ]}
        />
    );
    return (
        <>
            <Table
                label="Claimed Git organizations"
                {...list}
                columns={kColumns}
                rowKey={(claim) => claim.id}
                actions={actions}
                empty={
                    <EmptyState title="No Git organization is claimed">
                        Claim those that belong to you, at GitHub or GitLab. The gateway asks there whether you
                        administer them, with a token that it uses for that and keeps nowhere.
                    </EmptyState>
                }
            />
            {query.value.new === "claim" && (
                <ClaimDialog organization={organization} onDone={list.reload} onClose={() => setQuery({ new: null })} />
            )}
            {released && (
                <ConfirmDialog
                    title={`Release ${released.git_organization}?`}
                    confirm="Release"
                    act={() => release(released)}
                    onClose={() => setReleased(null)}
                >
                    <p>Its requests are not billed to this organization any more, and others may claim it.</p>
                </ConfirmDialog>
            )}
        </>
    );
}

const kColumns: readonly Column<Claim>[] = [
    { key: "name", name: "Git organization", heads: true, show: (claim) => claim.git_organization },
    { key: "host", name: "At", show: (claim) => claim.host },
    { key: "outsiders", name: "Requests of people who are no members", show: (claim) => kOutsiders[claim.outsiders] },
    {
        key: "method",
        name: "Proven",
        show: (claim) => (
            <>
                {claim.method === "operator" ? "by the operator, " : "by a token, "}
                <Time value={claim.verified_at} look="date" />
            </>
        ),
    },
];

function ClaimDialog({
    organization,
    onDone,
    onClose,
}: {
    organization: string;
    onDone: () => void;
    onClose: () => void;
}) {
    const claim = useAction("POST", "/api/organizations/{organization}/git-claims");
    const look = useAction("POST", "/api/organizations/{organization}/git-claims/candidates");
    const [provider, setProvider] = useState<Provider>("github");
    const [host, setHost] = useState("");
    const [token, setToken] = useState("");
    const [name, setName] = useState("");
    const [outsiders, setOutsiders] = useState<Outsiders>("fallback");
    const [found, setFound] = useState<Candidates | null>(null);
    const path = { organization };
    const asked = { provider, host: host.trim() || null, token };
    const list = async () => {
        claim.clear();
        const answer = await look.run({ path, body: asked });
        setFound(answer.ok ? answer.value : null);
        const first = answer.ok ? answer.value.data.find((one) => one.claimed_by === null) : undefined;
        if (first && name === "") setName(first.git_organization);
    };
    const submit = async (event: Event) => {
        event.preventDefault();
        look.clear();
        const answer = await claim.run({ path, body: { ...asked, git_organization: name.trim(), outsiders } });
        if (!answer.ok) return;
        showToast(`${answer.value.git_organization} is claimed.`, "good");
        onDone();
        onClose();
    };
    const errorOf = (field: string) => claim.fieldError(field) ?? look.fieldError(field);
    const error = claim.error ?? look.error;
    return (
        <Dialog title="Claim a Git organization" onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <div class="form-row">
                    <Select
                        label="At"
                        value={provider}
                        onChange={(value) => setProvider(value as Provider)}
                        choices={Object.entries(kProviders).map(([value, { label }]) => ({ value, label }))}
                    />
                    <TextField
                        label="Host"
                        optional
                        value={host}
                        onInput={setHost}
                        error={errorOf("host")}
                        hint="Of a server of your own that the operator has configured"
                    />
                </div>
                <TextField
                    label="Access token"
                    type="password"
                    autocomplete="off"
                    value={token}
                    onInput={setToken}
                    required
                    error={errorOf("token")}
                    hint={`It is used once and kept nowhere. ${kProviders[provider].scope}`}
                />
                <div>
                    <Button
                        busy={look.busy}
                        whyNot={token === "" ? "The token is not filled in yet" : null}
                        onClick={() => void list()}
                    >
                        List what its account administers
                    </Button>
                </div>
                {found !== null && <Found found={found} />}
                <TextField
                    label="Git organization"
                    value={name}
                    onInput={setName}
                    required
                    error={errorOf("git_organization")}
                    suggestions={found?.data.map((one) => one.git_organization)}
                    hint="acme; of GitLab also acme/team"
                />
                <Select
                    label="Requests of people who are no members"
                    value={outsiders}
                    onChange={(value) => setOutsiders(value as Outsiders)}
                    choices={kOutsiderChoices}
                />
                <ErrorNotice error={error} besides={["host", "token", "git_organization"]} />
                <DialogActions submit="Claim" busy={claim.busy} onCancel={onClose} />
            </form>
        </Dialog>
    );
}

const kClaimedBy = {
    this_organization: "claimed here already",
    another_organization: "claimed by another organization",
};

function Found({ found }: { found: Candidates }) {
    if (found.data.length === 0)
        return <Notice tone="warn">The token's account administers no Git organization.</Notice>;
    return (
        <Notice>
            It administers{" "}
            {found.data
                .map((one) => one.git_organization + (one.claimed_by ? ` (${kClaimedBy[one.claimed_by]})` : ""))
                .join(", ")}
            {found.partial && ", and more that are not listed: type the name"}.
        </Notice>
    );
}
