// The organization's own keys at providers: in which order requests go with them, and whether the provider takes them.
import { useState } from "preact/hooks";
import { call, type ApiError } from "../../api/client";
import { may, whyNot } from "../../api/organization";
import { useList } from "../../api/use_call";
import { Allowed } from "../../components/allowed";
import { Button } from "../../components/button";
import { ConfirmDialog, carryOut } from "../../components/confirm_dialog";
import { Menu } from "../../components/menu";
import { Badge, EmptyState, Notice } from "../../components/notice";
import { PageHead } from "../../components/page";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { showToast } from "../../components/toast";
import { organizationId, pageHref, query, setQuery } from "../../router";
import { inOrder, kindOf, type ProviderKey } from "./kinds";
import { ProviderKeyDialog } from "./provider_key_dialog";
import { useTrials, type Trial } from "./trials";

const kPermission = "manage_provider_keys";
const kPath = "/api/organizations/{organization}/provider-keys/{provider_key}";
const kPriorityStep = 10;

export function ProviderKeysPage() {
    return (
        <>
            <PageHead
                title="Provider keys"
                actions={
                    may(kPermission) && (
                        <Button
                            look="primary"
                            icon="plus"
                            whyNot={whyNot(kPermission)}
                            onClick={() => setQuery({ new: "key" })}
                        >
                            Add a key
                        </Button>
                    )
                }
            >
                Your own accounts at providers, and servers of your own. The provider bills you, and no credit is spent.
            </PageHead>
            <Allowed permission={kPermission}>
                <ProviderKeys />
            </Allowed>
        </>
    );
}

function ProviderKeys() {
    const organization = organizationId.value!;
    const list = useList("/api/organizations/{organization}/provider-keys", { path: { organization } });
    const projects = useList("/api/organizations/{organization}/projects", { path: { organization } });
    const trials = useTrials(organization);
    const [deleted, setDeleted] = useState<ProviderKey | null>(null);
    const keys = list.rows === null ? null : inOrder(list.rows);
    const edited = keys?.find((key) => key.id === query.value.key) ?? null;

    const change = async (key: ProviderKey, body: object, done: string) => {
        const answer = await call("PATCH", kPath, {
            path: { organization, provider_key: key.id },
            body,
            ifMatch: key.version,
        });
        showToast(answer.ok ? done : answer.error.message, answer.ok ? "good" : "bad");
        list.reload();
    };
    const move = async (key: ProviderKey, step: 1 | -1) => {
        const failed = await reorder(organization, keys!, key, step);
        if (failed !== null) showToast(failed.message, "bad");
        else showToast(`“${key.label}” goes ${step < 0 ? "earlier" : "later"} now.`, "good");
        list.reload();
    };
    const remove = (key: ProviderKey) =>
        carryOut(
            call("DELETE", kPath, { path: { organization, provider_key: key.id } }),
            `“${key.label}” is deleted.`,
            list.reload,
        );
    const actions = (key: ProviderKey) => {
        const group = keys!.filter((one) => one.is_fallback === key.is_fallback);
        const at = group.indexOf(key);
        return (
            <Menu
                label={`Actions of ${key.label}`}
                items={[
                    {
                        label: "Test",
                        icon: "play",
                        whyNot: key.testable ? null : "Keys of this provider cannot be tried",
                        onChoose: () => void trials.run(key),
                    },
                    { label: "Edit or rotate", icon: "settings", onChoose: () => setQuery({ key: key.id }) },
                    {
                        label: "Move up",
                        icon: "chevron_up",
                        whyNot: at > 0 ? null : "It is the first",
                        onChoose: () => void move(key, -1),
                    },
                    {
                        label: "Move down",
                        icon: "chevron_down",
                        whyNot: at < group.length - 1 ? null : "It is the last",
                        onChoose: () => void move(key, 1),
                    },
                    key.disabled
                        ? {
                              label: "Enable",
                              icon: "check",
                              onChoose: () => void change(key, { disabled: false }, `“${key.label}” is in use.`),
                          }
                        : {
                              label: "Disable",
                              icon: "pause",
                              onChoose: () => void change(key, { disabled: true }, `“${key.label}” is out of use.`),
                          },
                    { label: "Delete", icon: "trash", danger: true, onChoose: () => setDeleted(key) },
                ]}
            />
        );
    };
    const idle =
        keys !== null &&
        keys.length > 0 &&
        projects.rows !== null &&
        projects.rows.every((one) => one.mode === "credits");
    return (
        <div class="stack">
            {idle && (
                <Notice tone="warn" action={<a href={pageHref("projects")}>Projects</a>}>
                    No project uses these keys: the mode of each is “credits”. Set one to “hybrid” or “api-keys”.
                </Notice>
            )}
            <Table
                label="Provider keys, in the order in which requests take them"
                rows={keys}
                columns={columnsWith(trials.of)}
                rowKey={(key) => key.id}
                error={list.error}
                loading={list.loading}
                reload={list.reload}
                more={list.more}
                actions={actions}
                empty={<NoKeys />}
            />
            {(query.value.new === "key" || edited !== null) && (
                <ProviderKeyDialog
                    key={edited?.id ?? "new"}
                    edited={edited}
                    onDone={list.reload}
                    onClose={() => setQuery({ new: null, key: null })}
                />
            )}
            {deleted && (
                <ConfirmDialog
                    title={`Delete “${deleted.label}”?`}
                    confirm="Delete key"
                    act={() => remove(deleted)}
                    onClose={() => setDeleted(null)}
                >
                    <p>
                        Requests that start from now on do not go with it any more. It stays valid at{" "}
                        {kindOf(deleted.provider).label}: revoke it there, too.
                    </p>
                </ConfirmDialog>
            )}
        </div>
    );
}

function NoKeys() {
    return (
        <EmptyState
            title="No provider key yet"
            action={
                may(kPermission) && (
                    <Button look="primary" icon="plus" onClick={() => setQuery({ new: "key" })}>
                        Add a key
                    </Button>
                )
            }
        >
            Add a key of your own account at a provider, or a server of your own that speaks OpenAI's API. It is tried
            before it is stored, and nobody can read it again.
        </EmptyState>
    );
}

function columnsWith(trialOf: (key: ProviderKey) => Trial | null): readonly Column<ProviderKey>[] {
    return [
        { key: "label", name: "Label", heads: true, show: (key) => key.label },
        { key: "provider", name: "Provider", show: (key) => kindOf(key.provider).label },
        { key: "secret", name: "Secret", show: (key) => <code>{key.secret}</code> },
        {
            key: "models",
            name: "Models",
            show: (key) => key.allowed_models?.join(", ") || <span class="soft">all that it serves</span>,
        },
        {
            key: "when",
            name: "Goes",
            show: (key) => (key.is_fallback ? "after the operator's keys" : "first"),
        },
        {
            key: "state",
            name: "State",
            show: (key) => (key.disabled ? <Badge tone="warn">Disabled</Badge> : <Badge tone="good">In use</Badge>),
        },
        { key: "trial", name: "Test", show: (key) => <TrialBadge trial={trialOf(key)} testable={key.testable} /> },
        { key: "set", name: "Secret of", show: (key) => <Time value={key.secret_set_at} look="date" /> },
    ];
}

function TrialBadge({ trial, testable }: { trial: Trial | null; testable: boolean }) {
    if (trial === "running") return <Badge>Testing…</Badge>;
    if (trial === null) return <span class="soft">{testable ? "–" : "not possible"}</span>;
    if (trial.accepted) return <Badge tone="good">Accepted{trial.models !== null && `, ${trial.models} models`}</Badge>;
    return (
        <span title={trial.message ?? undefined}>
            <Badge tone="bad">Refused{trial.status !== null && ` (${trial.status})`}</Badge>
        </span>
    );
}

// Neighbours change places. Their priorities are spread anew where they do not tell them apart.
async function reorder(
    organization: string,
    keys: readonly ProviderKey[],
    key: ProviderKey,
    step: 1 | -1,
): Promise<ApiError | null> {
    const group = keys.filter((one) => one.is_fallback === key.is_fallback);
    const at = group.indexOf(key);
    [group[at], group[at + step]] = [group[at + step]!, group[at]!];
    for (const [place, one] of group.entries()) {
        const priority = (place + 1) * kPriorityStep;
        if (one.priority === priority) continue;
        const answer = await call("PATCH", kPath, {
            path: { organization, provider_key: one.id },
            body: { priority },
            ifMatch: one.version,
        });
        if (!answer.ok) return answer.error;
    }
    return null;
}
