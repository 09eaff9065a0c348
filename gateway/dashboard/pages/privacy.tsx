// What becomes of data: at providers, and here.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { whyNot } from "../api/organization";
import type { components } from "../api/types";
import { useAction, useQuery, type Query } from "../api/use_call";
import { Allowed } from "../components/allowed";
import { Button } from "../components/button";
import { Facts } from "../components/facts";
import { CheckField, Select, TextField } from "../components/field";
import { ErrorNotice, Skeleton } from "../components/notice";
import { Card, PageHead } from "../components/page";
import { countText } from "../components/time";
import { showToast } from "../components/toast";
import { useUnsaved } from "../components/unsaved";
import { organizationId, pageHref } from "../router";

type Privacy = components["schemas"]["Privacy"];
type Retention = components["schemas"]["Retention"];

export function PrivacyPage() {
    return (
        <>
            <PageHead title="Privacy">Who may see and keep what the organization sends, and for how long.</PageHead>
            <Allowed permission="see_settings">
                <Settings />
            </Allowed>
        </>
    );
}

function Settings() {
    const path = { organization: organizationId.value! };
    const privacy = useQuery("/api/organizations/{organization}/privacy", { path });
    const retention = useQuery("/api/organizations/{organization}/retention", { path });
    // Both are of one version, the organization's: what is changed in one is read in the other, too.
    const saved = () => {
        privacy.reload();
        retention.reload();
        showToast("Saved. It holds for the next request.", "good");
    };
    return (
        <div class="stack">
            <Card title="What providers may do">
                <Loaded query={privacy}>
                    {(value) => (
                        <PrivacyForm
                            key={`${value.data_collection} ${value.zdr}`}
                            value={value}
                            onSaved={saved}
                            organization={path.organization}
                        />
                    )}
                </Loaded>
            </Card>
            <Card title="How long the detail of requests is kept">
                <Loaded query={retention}>
                    {(value) => (
                        <RetentionForm
                            key={`${value.level} ${value.days}`}
                            value={value}
                            onSaved={saved}
                            organization={path.organization}
                        />
                    )}
                </Loaded>
            </Card>
            <WhatIsKept retention={retention.value} />
        </div>
    );
}

function Loaded<T>({ query, children }: { query: Query<T>; children: (value: T) => ComponentChildren }) {
    if (query.value !== null) return <>{children(query.value)}</>;
    return query.error ? <ErrorNotice error={query.error} retry={query.reload} /> : <Skeleton />;
}

interface FormProps<T> {
    value: T;
    organization: string;
    onSaved: () => void;
}

function PrivacyForm({ value, organization, onSaved }: FormProps<Privacy>) {
    const action = useAction("PUT", "/api/organizations/{organization}/privacy");
    const [deny, setDeny] = useState(value.data_collection === "deny");
    const [zdr, setZdr] = useState(value.zdr);
    useUnsaved(deny !== (value.data_collection === "deny") || zdr !== value.zdr);
    const submit = async (event: Event) => {
        event.preventDefault();
        const answer = await action.run({
            path: { organization },
            body: { data_collection: deny ? "deny" : "allow", zdr },
            ifMatch: value.version,
        });
        if (answer.ok) onSaved();
    };
    return (
        <form class="form" onSubmit={submit}>
            <CheckField
                label="Only providers that are declared not to store or train on requests"
                checked={deny}
                onChange={setDeny}
                hint="A provider without a declaration is taken to store what it is sent. Your own endpoints are left out, too."
            />
            <CheckField
                label="Only providers with zero data retention"
                checked={zdr}
                onChange={setZdr}
                hint="They are declared to keep nothing at all."
            />
            <p class="soft small">
                No request, preset or key takes this back. See on{" "}
                <a href={pageHref("providers", { model: "auto" })}>Provider policy</a> which endpoints remain.
            </p>
            {action.error && <ErrorNotice error={action.error} />}
            <div class="form-actions">
                <Button type="submit" look="primary" busy={action.busy} whyNot={whyNot("manage_settings")}>
                    Save providers
                </Button>
            </div>
        </form>
    );
}

function daysText(days: number | null): string {
    if (days === null) return "as long as owners choose";
    return days === 1 ? "1 day" : `${countText(days)} days`;
}

function RetentionForm({ value, organization, onSaved }: FormProps<Retention>) {
    const action = useAction("PUT", "/api/organizations/{organization}/retention");
    const [level, setLevel] = useState<string>(value.level ?? "");
    const daysAsRead = value.days === null ? "" : String(value.days);
    const [days, setDays] = useState(daysAsRead);
    useUnsaved(level !== (value.level ?? "") || days !== daysAsRead);
    const [problem, setProblem] = useState<string | null>(null);
    const submit = async (event: Event) => {
        event.preventDefault();
        const chosen = level === "retain" && days.trim() !== "" ? Number(days) : null;
        if (chosen !== null && !Number.isSafeInteger(chosen)) return setProblem("A whole number of days.");
        setProblem(null);
        const answer = await action.run({
            path: { organization },
            body: { level: (level || null) as Retention["level"], days: chosen },
            ifMatch: value.version,
        });
        if (answer.ok) onSaved();
    };
    const { none, retain } = value.plan_days;
    return (
        <form class="form" onSubmit={submit}>
            <p>
                Now: <strong>{daysText(value.effective.days)}</strong> for requests from now on. Those that there are
                already keep the days that they had.
            </p>
            <Select
                label="Level"
                value={level}
                onChange={setLevel}
                error={action.fieldError("level")}
                choices={[
                    { value: "", label: "As the gateway has it" },
                    { value: "none", label: `Hardly at all: ${daysText(none)}` },
                    { value: "retain", label: `Retain: ${daysText(retain)}` },
                ]}
            />
            {level === "retain" && (
                <TextField
                    label="Days"
                    optional
                    inputMode="numeric"
                    value={days}
                    onInput={setDays}
                    error={problem ?? action.fieldError("days")}
                    hint={`Empty: ${daysText(retain)}, as the plan has it. No more than that, and as the gateway's classes are.`}
                />
            )}
            {action.error && action.error.field !== "level" && action.error.field !== "days" && (
                <ErrorNotice error={action.error} />
            )}
            <div class="form-actions">
                <Button type="submit" look="primary" busy={action.busy} whyNot={whyNot("manage_settings")}>
                    Save retention
                </Button>
            </div>
        </form>
    );
}

function WhatIsKept({ retention }: { retention: Retention | null }) {
    return (
        <Card title="What this gateway keeps">
            <Facts
                rows={[
                    ["Prompts and answers", "Never stored."],
                    [
                        "Detail of each request",
                        <>
                            Who asked which model and when, tokens, times and cost
                            {retention && `: ${daysText(retention.effective.days)}`}. It is what{" "}
                            <a href={pageHref("activity")}>Activity</a> shows.
                        </>,
                    ],
                    ["Sums of usage", "By day, hour and quarter of an hour, for ever. They name no end user."],
                    ["Money", "Balances and transactions, for ever."],
                    ["Provider keys", "Encrypted. Nobody can read them again."],
                    [
                        "Who sees requests of others",
                        <>
                            Set in <a href={pageHref("settings")}>Settings</a>.
                        </>,
                    ],
                ]}
            />
        </Card>
    );
}
