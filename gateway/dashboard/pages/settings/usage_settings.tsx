// Whose requests members see, how long detail is kept, and what is measured.
import { whyNot } from "../../api/organization";
import type { components } from "../../api/types";
import { useAction, useQuery } from "../../api/use_call";
import { CheckField, Select, TextField } from "../../components/field";
import { organizationId } from "../../router";
import { SettingsCard } from "./settings_card";

type Visibility = components["schemas"]["ActivitySettings"];
type Retention = components["schemas"]["Retention"];

const days = (count: number) => (count === 1 ? "1 day" : `${count} days`);

export function UsageSettings() {
    const path = { organization: organizationId.value! };
    const activity = useQuery("/api/organizations/{organization}/activity/settings", { path });
    const retention = useQuery("/api/organizations/{organization}/retention", { path });
    const setActivity = useAction("PUT", "/api/organizations/{organization}/activity/settings");
    const setRetention = useAction("PUT", "/api/organizations/{organization}/retention");
    // All settings have one version: what was saved makes the other card's old.
    const saved = () => {
        activity.reload();
        retention.reload();
    };
    const blocked = whyNot("manage_settings");
    return (
        <div class="stack">
            <SettingsCard<Visibility>
                title="Whose requests are seen"
                query={activity}
                whyNot={blocked}
                shownFields={["visibility"]}
                save={async ({ visibility, measure_repeats, version }) => {
                    const body = { visibility, measure_repeats };
                    const answer = await setActivity.run({ path, body, ifMatch: version });
                    if (!answer.ok) return answer.error;
                    saved();
                    return null;
                }}
                fields={(shown, edit, problem) => (
                    <>
                        <Select
                            label="Members see"
                            value={shown.visibility}
                            onChange={(visibility) => edit({ visibility: visibility as Visibility["visibility"] })}
                            choices={[
                                { value: "all_members", label: "Everybody's requests and sums" },
                                { value: "own_only", label: "Their own requests and sums only" },
                            ]}
                            hint="Owners and admins see everybody's. Prompts and answers are stored for nobody."
                            error={problem("visibility")}
                        />
                        <CheckField
                            label="Measure what a cache of answers would have served"
                            hint="Each record then has a keyed digest of its request. It tells nobody what was asked."
                            checked={shown.measure_repeats}
                            onChange={(measure_repeats) => edit({ measure_repeats })}
                        />
                    </>
                )}
            />
            <SettingsCard<Retention>
                title="How long detail is kept"
                query={retention}
                whyNot={blocked}
                shownFields={["level", "days"]}
                about="Records of single requests: who asked which model, when, and what it cost. Sums are kept for ever."
                save={async ({ level, days, version }) => {
                    const body = { level, ...(level === "retain" && days !== null ? { days } : {}) };
                    const answer = await setRetention.run({ path, body, ifMatch: version });
                    if (!answer.ok) return answer.error;
                    saved();
                    return null;
                }}
                fields={(shown, edit, problem) => <RetentionFields shown={shown} edit={edit} problem={problem} />}
            />
        </div>
    );
}

function RetentionFields({
    shown,
    edit,
    problem,
}: {
    shown: Retention;
    edit: (part: Partial<Retention>) => void;
    problem: (name: string) => string | null;
}) {
    const { none, retain } = shown.plan_days;
    const words = (count: number | null) => (count === null ? "as long as owners choose" : days(count));
    return (
        <>
            <Select
                label="Level"
                value={shown.level ?? ""}
                onChange={(level) => edit({ level: (level || null) as Retention["level"], days: null })}
                choices={[
                    { value: "", label: "As the gateway is configured" },
                    { value: "none", label: `Short: ${words(none)}` },
                    { value: "retain", label: `Retain: ${words(retain)}` },
                ]}
                hint={`In force for requests from now on: ${days(shown.effective.days)}. What is there keeps its time.`}
                error={problem("level")}
            />
            {shown.level === "retain" && (
                <TextField
                    label="Days"
                    optional
                    inputMode="numeric"
                    value={shown.days === null ? "" : String(shown.days)}
                    onInput={(text) => edit({ days: /^\d+$/.test(text) ? Number(text) : null })}
                    placeholder={words(retain)}
                    error={problem("days")}
                />
            )}
        </>
    );
}
