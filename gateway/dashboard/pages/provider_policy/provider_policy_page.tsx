// Which providers may serve requests and which go first; and what remains of a model by that.
import { useState } from "preact/hooks";
import { whyNot } from "../../api/organization";
import { useModels } from "../../api/models";
import { useAction, useQuery } from "../../api/use_call";
import { Allowed } from "../../components/allowed";
import { Button } from "../../components/button";
import { ErrorNotice, Skeleton } from "../../components/notice";
import { Card, PageHead } from "../../components/page";
import { showToast } from "../../components/toast";
import { useUnsaved } from "../../components/unsaved";
import { organizationId, pageHref } from "../../router";
import { PreferenceFields } from "./preference_fields";
import { filledOf, readPreferences, type Preferences } from "./preferences";
import { RoutingPreview } from "./routing_preview";

const kPath = "/api/organizations/{organization}/provider-preferences";

export function ProviderPolicyPage() {
    return (
        <>
            <PageHead title="Provider policy">
                It holds for all requests of the organization. Requests, presets and keys may leave out more, and bring
                nothing back. What providers may do with data is set on <a href={pageHref("privacy")}>Privacy</a>.
            </PageHead>
            <Allowed permission="see_settings">
                <Policy />
            </Allowed>
        </>
    );
}

function Policy() {
    const path = { organization: organizationId.value! };
    const asked = useQuery(kPath, { path });
    const action = useAction("PATCH", kPath);
    const save = async (body: Preferences) => {
        const answer = await action.run({ path, body, ifMatch: asked.version });
        if (!answer.ok) return;
        asked.set(answer.value, answer.version);
        showToast("Saved. It holds for the next request.", "good");
    };
    return (
        <div class="stack">
            <RoutingPreview turn={asked.version} />
            <Card title="Preferences of the organization">
                {asked.value === null ? (
                    asked.error ? (
                        <ErrorNotice error={asked.error} retry={asked.reload} />
                    ) : (
                        <Skeleton lines={6} />
                    )
                ) : (
                    <PolicyForm key={asked.version} value={asked.value} action={action} save={save} />
                )}
            </Card>
        </div>
    );
}

function PolicyForm({
    value,
    action,
    save,
}: {
    value: Preferences;
    action: Pick<ReturnType<typeof useAction<"PATCH", typeof kPath>>, "busy" | "error">;
    save: (body: Preferences) => Promise<void>;
}) {
    const [wanted, setWanted] = useState(false);
    const known = useModels(wanted);
    const [filled, setFilled] = useState(() => filledOf(value));
    useUnsaved(JSON.stringify(filled) !== JSON.stringify(filledOf(value)));
    const [unreadable, setUnreadable] = useState<string | null>(null);
    const [shownError, setShownError] = useState(false);
    const submit = (event: Event) => {
        event.preventDefault();
        const read = readPreferences(filled, value);
        setUnreadable(read.ok ? null : read.field);
        setShownError(true);
        if (read.ok) void save(read.preferences);
    };
    const error = shownError ? action.error : null;
    const errorOf = (field: string) =>
        unreadable === field ? "This is not a number." : error?.field === field ? error.message : null;
    return (
        <form class="form" onSubmit={submit}>
            <PreferenceFields
                filled={filled}
                onFill={(change) => setFilled((before) => ({ ...before, ...change }))}
                errorOf={errorOf}
                known={known}
                onWant={() => setWanted(true)}
            />
            {error && <ErrorNotice error={error} />}
            <div class="form-actions">
                <Button type="submit" look="primary" busy={action.busy} whyNot={whyNot("manage_settings")}>
                    Save
                </Button>
            </div>
        </form>
    );
}
