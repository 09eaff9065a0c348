// All organizations of the gateway: their state, credit and plan are the operator's to change.
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import type { components } from "../../api/types";
import { useList, useQuery, type List } from "../../api/use_call";
import { Button } from "../../components/button";
import { ConfirmDialog, carryOut } from "../../components/confirm_dialog";
import { BareSelect } from "../../components/field";
import { Menu } from "../../components/menu";
import { Money } from "../../components/money";
import { Name } from "../../components/name";
import { Badge, EmptyState } from "../../components/notice";
import { PageHead } from "../../components/page";
import { Table, type Column } from "../../components/table";
import { Time, countText } from "../../components/time";
import { showToast } from "../../components/toast";
import { pageHref, query, setQuery } from "../../router";
import { GrantDialog } from "./grant_dialog";
import { NewOrganizationDialog } from "./new_organization_dialog";
import { PlanDialog } from "./plan_dialog";
import { SearchField } from "./search_field";

type Item = components["schemas"]["Organization"];
type Status = Item["status"];

const kStates: Record<Status, string> = { active: "Active", suspended: "Suspended", deleted: "Deleted" };

export function OperatorOrganizationsPage() {
    const { name = "", status = "" } = query.value;
    // Without page_id, the pages are those of every other list.
    const list = useList("/api/organizations", {
        query: { name, status: status as Status },
    }) as unknown as List<Item>;
    const credits = useQuery("/api/credits", {});
    const [suspended, setSuspended] = useState<Item | null>(null);
    const named = (id: string | undefined) => list.rows?.find((one) => one.id === id) ?? null;
    const granted = named(query.value.grant),
        planned = named(query.value.plan);
    const setStatus = (item: Item, next: Status) =>
        carryOut(
            call("PATCH", "/api/organizations/{organization}", {
                path: { organization: item.id },
                body: { status: next },
            }),
            `${item.name} is ${kStates[next].toLowerCase()}.`,
            list.reload,
        );
    const resume = async (item: Item) => {
        const failed = await setStatus(item, "active");
        if (failed !== null) showToast(failed.message, "bad");
    };
    const changed = () => {
        list.reload();
        credits.reload();
    };
    const actions = (item: Item) =>
        item.status !== "deleted" && (
            <Menu
                label={`Actions of ${item.name}`}
                items={[
                    { label: "Grant credit", icon: "card", onChoose: () => setQuery({ grant: item.id }) },
                    { label: "Plan", icon: "settings", onChoose: () => setQuery({ plan: item.id }) },
                    item.status === "suspended"
                        ? { label: "End the suspension", icon: "check", onChoose: () => void resume(item) }
                        : { label: "Suspend", icon: "pause", danger: true, onChoose: () => setSuspended(item) },
                ]}
            />
        );
    return (
        <>
            <PageHead
                title="Organizations"
                actions={
                    <Button look="primary" icon="plus" onClick={() => setQuery({ new: "organization" })}>
                        New organization
                    </Button>
                }
            >
                {credits.value !== null && (
                    <>
                        {countText(credits.value.organizations)} organizations have{" "}
                        <Money value={credits.value.balance} /> of credit together, and have used{" "}
                        <Money value={credits.value.total_usage} />.
                    </>
                )}
            </PageHead>
            <div class="row feed-bar range">
                <SearchField label="Part of the name" name="name" />
                <BareSelect
                    name="State"
                    value={status}
                    choices={[
                        { value: "", label: "All that are not deleted" },
                        ...Object.entries(kStates).map(([value, label]) => ({ value, label })),
                    ]}
                    onChange={(value) => setQuery({ status: value })}
                />
            </div>
            <Table
                label="Organizations"
                {...list}
                columns={kColumns}
                rowKey={(item) => item.id}
                actions={actions}
                empty={<EmptyState title="No organization matches">Change the name or the state above.</EmptyState>}
            />
            {query.value.new === "organization" && (
                <NewOrganizationDialog onDone={changed} onClose={() => setQuery({ new: null })} />
            )}
            {granted && <GrantDialog to={granted} onDone={changed} onClose={() => setQuery({ grant: null })} />}
            {planned && <PlanDialog of={planned} onClose={() => setQuery({ plan: null })} />}
            {suspended && (
                <ConfirmDialog
                    title={`Suspend ${suspended.name}?`}
                    confirm="Suspend"
                    act={() => setStatus(suspended, "suspended")}
                    onClose={() => setSuspended(null)}
                >
                    <p>Its keys call no models, and its people change nothing, until the suspension ends.</p>
                </ConfirmDialog>
            )}
        </>
    );
}

const kColumns: readonly Column<Item>[] = [
    {
        key: "name",
        name: "Name",
        heads: true,
        show: (item) =>
            item.status === "deleted" ? (
                item.name
            ) : (
                <a href={pageHref("overview", {}, item.id)}>
                    <Name text={item.name} />
                </a>
            ),
    },
    { key: "slug", name: "Slug", show: (item) => <code>{item.slug}</code> },
    { key: "kind", name: "Kind", show: (item) => (item.kind === "personal" ? "Personal" : "Team") },
    {
        key: "status",
        name: "State",
        show: (item) => (
            <Badge tone={item.status === "active" ? "good" : item.status === "suspended" ? "warn" : "bad"}>
                {kStates[item.status]}
            </Badge>
        ),
    },
    { key: "id", name: "Id", show: (item) => <code class="small">{item.id}</code> },
    { key: "updated", name: "Changed", show: (item) => <Time value={item.updated_at} look="relative" /> },
];
