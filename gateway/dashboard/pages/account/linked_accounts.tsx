// The identity providers by which the person signs in to this account, beside a password.
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import type { components } from "../../api/types";
import { useAction, useQuery } from "../../api/use_call";
import { Button } from "../../components/button";
import { ConfirmDialog } from "../../components/confirm_dialog";
import { Badge, EmptyState, ErrorNotice, Notice } from "../../components/notice";
import { Card } from "../../components/page";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { showToast } from "../../components/toast";
import { query } from "../../router";
import { providerFault } from "../sign_in/provider_faults";

type Identity = components["schemas"]["LinkedIdentity"];
type Provider = components["schemas"]["SignInProvider"];

const kMost = 1000; // more providers nobody has

const kColumns: readonly Column<Identity>[] = [
    {
        key: "provider",
        name: "Provider",
        heads: true,
        show: (row) => (
            <span class="row">
                {row.provider_name}
                {!row.works_here && <Badge tone="bad">Not offered here any more</Badge>}
            </span>
        ),
    },
    { key: "email", name: "As", show: (row) => row.email ?? <span class="soft">It tells no address</span> },
    { key: "linked", name: "Linked", show: (row) => <Time value={row.linked_at} look="date" /> },
    {
        key: "used",
        name: "Last used",
        show: (row) => <Time value={row.last_used_at} look="relative" never="Never" />,
    },
];

export function LinkedAccounts({ onUnlinked }: { onUnlinked: () => void }) {
    const found = useQuery("/api/me/identities", { query: { limit: kMost } });
    const [unlinking, setUnlinking] = useState<Identity | null>(null);
    const { data: rows = null, linkable = [] } = found.value ?? {};
    // Where nobody can link anything there is nothing to say.
    if (rows?.length === 0 && linkable.length === 0) return null;
    return (
        <Card title="Linked accounts" action={linkable.length > 0 && <LinkButtons providers={linkable} />}>
            <Outcome rows={rows ?? []} />
            <Table
                label="List of linked accounts"
                columns={kColumns}
                rows={rows}
                error={found.error}
                reload={found.reload}
                rowKey={(row) => row.id}
                empty={
                    <EmptyState title="No account is linked">
                        Link one, and you sign in with it, whatever its address is.
                    </EmptyState>
                }
                actions={(row) => (
                    <Button
                        look="quiet"
                        icon="trash"
                        label={`Unlink ${row.provider_name}`}
                        onClick={() => setUnlinking(row)}
                    />
                )}
            />
            {unlinking && (
                <ConfirmDialog
                    title={`Unlink ${unlinking.provider_name}`}
                    confirm="Unlink it"
                    onClose={() => setUnlinking(null)}
                    act={async () => {
                        const answer = await call("DELETE", "/api/me/identities/{identity}", {
                            path: { identity: unlinking.id },
                        });
                        if (!answer.ok) return answer.error;
                        setUnlinking(null);
                        found.reload();
                        onUnlinked();
                        showToast(`${unlinking.provider_name} is unlinked.`, "good");
                        return null;
                    }}
                >
                    It signs you in no more. Other sessions that began at an identity provider end.
                </ConfirmDialog>
            )}
        </Card>
    );
}

// The way goes over the provider's own page, and comes back to this one.
function LinkButtons({ providers }: { providers: readonly Provider[] }) {
    const begin = useAction("POST", "/api/sign-in/{provider}/link");
    const link = async (provider: string) => {
        const answer = await begin.run({ path: { provider } });
        if (answer.ok) location.assign(answer.value.location);
    };
    return (
        <span class="row">
            <ErrorNotice error={begin.error} />
            {providers.map(({ id, name }) => (
                <Button key={id} icon="plus" busy={begin.busy} onClick={() => void link(id)}>
                    Link {name}
                </Button>
            ))}
        </span>
    );
}

// What the way to a provider came to, as the address says that the gateway has led back to.
function Outcome({ rows }: { rows: readonly Identity[] }) {
    const { linked, link_error } = query.value;
    if (link_error !== undefined) return <Notice tone="bad">{providerFault(link_error)}</Notice>;
    const found = rows.find((one) => one.provider === linked);
    return found ? <Notice tone="good">{found.provider_name} is linked: it signs you in from now on.</Notice> : null;
}
