// An organization's plan, and numbers in place of the plan's.
import { useState } from "preact/hooks";
import type { components } from "../../api/types";
import { useAction, useQuery } from "../../api/use_call";
import { Dialog, DialogActions } from "../../components/dialog";
import { Facts } from "../../components/facts";
import { TextField } from "../../components/field";
import { ErrorNotice, Skeleton } from "../../components/notice";
import { countText } from "../../components/time";
import { showToast } from "../../components/toast";

type Plan = components["schemas"]["OrganizationPlan"];
const kNumbers = [
    { name: "members", label: "Most members" },
    { name: "projects", label: "Most projects" },
    { name: "keys", label: "Most keys" },
    { name: "retention_days", label: "Days that detail is kept" },
] as const;

export function PlanDialog({ of, onClose }: { of: { id: string; name: string }; onClose: () => void }) {
    const asked = useQuery("/api/organizations/{organization}/plan", { path: { organization: of.id } });
    return (
        <Dialog title={`Plan of ${of.name}`} onClose={onClose}>
            {asked.error && <ErrorNotice error={asked.error} retry={asked.reload} />}
            {asked.value === null && !asked.error && <Skeleton />}
            {asked.value !== null && (
                <PlanForm organization={of.id} plan={asked.value} version={asked.version} onClose={onClose} />
            )}
        </Dialog>
    );
}

function PlanForm({
    organization,
    plan,
    version,
    onClose,
}: {
    organization: string;
    plan: Plan;
    version: number | null;
    onClose: () => void;
}) {
    const action = useAction("PUT", "/api/organizations/{organization}/plan");
    const [name, setName] = useState(plan.default ? "" : plan.plan);
    const [numbers, setNumbers] = useState<Record<string, string>>({});
    const submit = async (event: Event) => {
        event.preventDefault();
        const given = Object.entries(numbers).filter(([, text]) => text.trim() !== "");
        const answer = await action.run({
            path: { organization },
            body: {
                plan: name.trim() || null,
                ...Object.fromEntries(given.map(([field, text]) => [field, Number(text)])),
            },
            ifMatch: version,
        });
        if (!answer.ok) return;
        showToast(`The plan is ${answer.value.plan}.`, "good");
        onClose();
    };
    const used = ({ most, used: now }: Plan["members"]) =>
        `${countText(now)} of ${most === null ? "any number" : countText(most)}`;
    return (
        <form class="form" onSubmit={submit}>
            <Facts
                rows={[
                    ["Now", plan.plan + (plan.default ? " (the default)" : "")],
                    ["Members", used(plan.members)],
                    ["Projects", used(plan.projects)],
                    ["Keys", used(plan.keys)],
                ]}
            />
            <TextField
                label="Plan"
                optional
                value={name}
                onInput={setName}
                error={action.fieldError("plan")}
                hint="As the configuration names it. Empty: its default"
            />
            <div class="form-row">
                {kNumbers.map((one) => (
                    <TextField
                        key={one.name}
                        label={one.label}
                        optional
                        inputMode="numeric"
                        value={numbers[one.name] ?? ""}
                        onInput={(text) => setNumbers((before) => ({ ...before, [one.name]: text }))}
                        error={action.fieldError(one.name)}
                        hint="Empty: the plan's"
                    />
                ))}
            </div>
            {action.error && <ErrorNotice error={action.error} />}
            <DialogActions submit="Give this plan" busy={action.busy} onCancel={onClose} />
        </form>
    );
}
