// Name, plan, where the defaults are, and the end of the organization.
import { useState } from "preact/hooks";
import type { Decimal } from "../../api/decimal";
import { organization, whyNot } from "../../api/organization";
import { loadSession } from "../../api/session";
import type { components } from "../../api/types";
import { useAction, useQuery } from "../../api/use_call";
import { Button, CopyButton } from "../../components/button";
import { Dialog, DialogActions } from "../../components/dialog";
import { Facts } from "../../components/facts";
import { CheckField, TextField } from "../../components/field";
import { Meter } from "../../components/meter";
import { Money } from "../../components/money";
import { ErrorNotice, Skeleton } from "../../components/notice";
import { Card } from "../../components/page";
import { Time, countText } from "../../components/time";
import { showToast } from "../../components/toast";
import { navigate, organizationId, pageHref } from "../../router";
import { SettingsCard } from "./settings_card";

type Organization = components["schemas"]["Organization"];

export function GeneralSettings() {
    const path = { organization: organizationId.value! };
    const query = useQuery("/api/organizations/{organization}", { path });
    const change = useAction("PATCH", "/api/organizations/{organization}");
    return (
        <div class="stack">
            <SettingsCard<Organization>
                title="Organization"
                query={query}
                whyNot={whyNot("change_organization")}
                shownFields={["name", "slug"]}
                save={async (whole, changed) => {
                    const answer = await change.run({ path, body: changed, ifMatch: whole.version });
                    if (!answer.ok) return answer.error;
                    query.set(answer.value);
                    void loadSession(); // the switcher has its name
                    return null;
                }}
                fields={(shown, edit, problem) => (
                    <>
                        <div class="form-row">
                            <TextField
                                label="Name"
                                value={shown.name}
                                onInput={(name) => edit({ name })}
                                maxLength={100}
                                error={problem("name")}
                            />
                            <TextField
                                label="Slug"
                                value={shown.slug}
                                onInput={(slug) => edit({ slug })}
                                hint="A short name that programs may use: lower-case letters, digits and dashes."
                                error={problem("slug")}
                                mono
                            />
                        </div>
                        <Facts
                            rows={[
                                [
                                    "Id",
                                    <span class="row">
                                        <code>{shown.id}</code> <CopyButton text={shown.id} />
                                    </span>,
                                ],
                                ["Made", <Time value={shown.created_at} />],
                            ]}
                        />
                    </>
                )}
            />
            <div class="grid-2">
                <PlanCard />
                <Card title="Defaults and rights">
                    <ul>
                        <li>
                            <a href={pageHref("llm")}>Model defaults</a>: what requests use that name no model
                        </li>
                        <li>
                            <a href={pageHref("providers")}>Provider policy</a>: which providers may serve requests
                        </li>
                        <li>
                            <a href={pageHref("privacy")}>Privacy</a>: what providers may do with them
                        </li>
                        <li>
                            <a href={pageHref("members/roles")}>Who may what</a>: the rights of each role
                        </li>
                    </ul>
                </Card>
            </div>
            <DeleteCard query={query} />
        </div>
    );
}

function PlanCard() {
    const plan = useQuery("/api/organizations/{organization}/plan", { path: { organization: organizationId.value! } });
    const value = plan.value;
    if (value === null)
        return (
            <Card title="Plan">
                {plan.error ? <ErrorNotice error={plan.error} retry={plan.reload} /> : <Skeleton />}
            </Card>
        );
    const rows = [
        ["Members and open invitations", value.members],
        ["Projects", value.projects],
        ["API keys", value.keys],
    ] as const;
    return (
        <Card title={`Plan: ${value.plan}`}>
            <Facts
                rows={rows.map(
                    ([name, { used, most }]) =>
                        [
                            name,
                            <>
                                {countText(used)} {most === null ? "" : `of ${countText(most)}`}
                                {most !== null && <Meter label={`${name}: used`} used={used} whole={most} />}
                            </>,
                        ] as const,
                )}
            />
            <p class="soft small">The operator of this gateway gives an organization another plan.</p>
        </Card>
    );
}

function DeleteCard({ query }: { query: { value: Organization | null } }) {
    const [open, setOpen] = useState(false);
    const shown = query.value;
    const personal =
        organization.value?.kind === "personal" ? "A personal organization is deleted with its person only." : null;
    return (
        <Card title="Delete the organization">
            <p>
                Its keys fail at once, and its people lose it. Its books stay with the operator. Nothing brings it back.
            </p>
            <div class="form-actions">
                <Button
                    look="danger"
                    icon="trash"
                    whyNot={whyNot("delete_organization") ?? personal}
                    onClick={() => setOpen(true)}
                >
                    Delete…
                </Button>
            </div>
            {open && shown !== null && <DeleteDialog row={shown} onClose={() => setOpen(false)} />}
        </Card>
    );
}

function DeleteDialog({ row, onClose }: { row: Organization; onClose: () => void }) {
    const [typed, setTyped] = useState("");
    const [forfeits, setForfeits] = useState(false);
    const remove = useAction("DELETE", "/api/organizations/{organization}");
    const left =
        remove.error?.reason === "credit_left" ? (remove.error.extra.balance as Decimal | undefined) : undefined;
    const submit = async (event: Event) => {
        event.preventDefault();
        if (typed !== row.name) return;
        const answer = await remove.run({
            path: { organization: row.id },
            body: { confirm: typed, ...(forfeits ? { forfeit: true } : {}) },
        });
        if (!answer.ok) return;
        showToast(`${row.name} is deleted.`, "good");
        await loadSession();
        navigate("#/", "replace");
    };
    return (
        <Dialog title={`Delete ${row.name}`} onClose={onClose}>
            <form class="form" onSubmit={submit}>
                <p>
                    All keys of {row.name} fail from now on, and nobody can sign in to it any more. This cannot be
                    undone.
                </p>
                <TextField label={`Type “${row.name}” to confirm`} value={typed} onInput={setTyped} />
                {remove.error && <ErrorNotice error={remove.error} />}
                {left !== undefined && (
                    <>
                        <p>
                            <Money value={left} exact /> of credit is left. Move it to another organization on the page{" "}
                            <a href={pageHref("credits")}>Credits</a>, or give it up.
                        </p>
                        <CheckField label="Give up the credit that is left" checked={forfeits} onChange={setForfeits} />
                    </>
                )}
                <DialogActions
                    submit="Delete the organization"
                    look="danger"
                    busy={remove.busy}
                    onCancel={onClose}
                    whyNot={typed === row.name ? null : "The name is not typed yet"}
                />
            </form>
        </Dialog>
    );
}
