// One key in full, beside the list.
import { memberName, type Member, type Project } from "../../api/members";
import { useQuery } from "../../api/use_call";
import { CopyButton, LinkButton } from "../../components/button";
import { Facts } from "../../components/facts";
import { LimitsFacts } from "../../components/limit_fields";
import { Menu, type MenuItem } from "../../components/menu";
import { Money } from "../../components/money";
import { ErrorNotice, Notice, Skeleton } from "../../components/notice";
import { SidePanel } from "../../components/side_panel";
import { Time } from "../../components/time";
import { compareDecimals } from "../../api/decimal";
import { organizationId, pageHref } from "../../router";
import { kKindWords, type Key } from "./key";
import { StateBadge } from "./key_columns";

interface PanelProps {
    hash: string;
    row: Key | null; // of the list, where it is there
    projects: readonly Project[] | null;
    members: readonly Member[] | null;
    actions: (row: Key) => MenuItem[];
    onClose: () => void;
}

export function KeyPanel({ hash, row, projects, members, actions, onClose }: PanelProps) {
    const path = { organization: organizationId.value!, key: hash };
    const found = useQuery("/api/organizations/{organization}/keys/{key}", row === null ? { path } : null);
    const shown = row ?? found.value?.data ?? null;
    return (
        <SidePanel
            label="Key"
            title={shown?.name ?? "Key"}
            onClose={onClose}
            actions={shown && <Menu label="What to do with this key" items={actions(shown)} />}
        >
            {found.error && row === null && <ErrorNotice error={found.error} retry={found.reload} />}
            {shown === null ? (
                !found.error && <Skeleton />
            ) : (
                <Inside key={`${shown.hash} ${shown.version}`} row={shown} projects={projects} members={members} />
            )}
        </SidePanel>
    );
}

function Inside({ row, projects, members }: { row: Key } & Pick<PanelProps, "projects" | "members">) {
    const path = { organization: organizationId.value!, key: row.hash };
    const limits = useQuery("/api/organizations/{organization}/keys/{key}/limits", { path });
    const state = limits.value;
    const bound =
        row.limit_remaining !== null &&
        (state === null
            ? false
            : state.limit_remaining === null || compareDecimals(row.limit_remaining, state.limit_remaining) < 0);
    const kind = kKindWords[row.kind];
    return (
        <div class="stack">
            <div class="row">
                <StateBadge row={row} />
                <LinkButton href={pageHref("activity", { key: row.hash })} icon="activity">
                    Its requests
                </LinkButton>
            </div>
            <Facts
                rows={[
                    ["Begins and ends", <code>{row.label}</code>],
                    ["Kind", kind && `${kind.name}: ${kind.about}`],
                    ["Scopes", row.scopes.join(", ")],
                    ["Made by", memberName(members, row.creator_user_id)],
                    ["Project", projects?.find((one) => one.id === row.project_id)?.name],
                    ["Made", <Time value={row.created_at} />],
                    ["Last used", <Time value={row.last_used_at} never="Never" />],
                    ["Expires", <Time value={row.expires_at} never="Never" />],
                ]}
            />
            <section class="field" aria-label="Spent">
                <h3>Spent</h3>
                <Facts
                    rows={[
                        ["Today (UTC)", <Money value={row.usage_daily} exact />],
                        ["This week", <Money value={row.usage_weekly} exact />],
                        ["This month", <Money value={row.usage_monthly} exact />],
                        ["Ever", <Money value={row.usage} exact />],
                    ]}
                />
            </section>
            <section class="field" aria-label="Limits">
                <h3>Limits</h3>
                {bound && (
                    <Notice>
                        A budget above the key binds it: <Money value={row.limit_remaining} /> is left there.
                    </Notice>
                )}
                {limits.error && <ErrorNotice error={limits.error} retry={limits.reload} />}
                {state ? <LimitsFacts state={state} /> : !limits.error && <Skeleton />}
            </section>
            <Rules row={row} />
            <div class="field">
                <span class="label">Public id</span>
                <div class="row">
                    <code class="grow">{row.hash}</code> <CopyButton text={row.hash} />
                </div>
            </div>
        </div>
    );
}

function Rules({ row }: { row: Key }) {
    const { rules } = row;
    if (rules === null) return null;
    return (
        <section class="field" aria-label="What it may call">
            <h3>What it may call</h3>
            <Facts
                rows={[
                    ["Only models", rules.allow_models.join(", ")],
                    ["Not models", rules.deny_models.join(", ")],
                    ["Only providers", rules.allow_providers.join(", ")],
                    ["Not providers", rules.deny_providers.join(", ")],
                    ["Dearest prompt", rules.max_price.prompt !== null && <Money value={rules.max_price.prompt} />],
                    [
                        "Dearest answer",
                        rules.max_price.completion !== null && <Money value={rules.max_price.completion} />,
                    ],
                ]}
            />
        </section>
    );
}
