// What a preset was: each version with what it changed, and the way back to it.
import { whyNot } from "../../api/organization";
import type { components } from "../../api/types";
import { useAction, useQuery } from "../../api/use_call";
import { Button } from "../../components/button";
import { DiffView } from "../../components/diff_view";
import { Dialog } from "../../components/dialog";
import { ErrorNotice, Skeleton } from "../../components/notice";
import { Time } from "../../components/time";
import { showToast } from "../../components/toast";
import { organizationId } from "../../router";

type Preset = components["schemas"]["Preset"];
type Version = components["schemas"]["PresetVersion"];

// What makes the difference between two versions for requests, as a PUT takes it.
function contentOf(version: Version) {
    const { version: _number, created_at: _at, created_by: _by, model: _first, ...content } = version;
    return content;
}
// Numbers as text, and nothing of what says nothing.
function shownOf(version: Version | undefined): unknown {
    if (version === undefined) return {};
    const text = JSON.stringify(contentOf(version), (_key, value: unknown) =>
        value === null ? undefined : value instanceof Object && "text" in value ? value.text : value,
    );
    return JSON.parse(text);
}

export function VersionsDialog({
    preset,
    onDone,
    onClose,
}: {
    preset: Preset;
    onDone: () => void;
    onClose: () => void;
}) {
    const path = { organization: organizationId.value!, preset: preset.slug };
    const asked = useQuery("/api/organizations/{organization}/presets/{preset}/versions", { path });
    const action = useAction("PUT", "/api/organizations/{organization}/presets/{preset}");
    const restore = async (version: Version) => {
        const answer = await action.run({ path, body: contentOf(version), ifMatch: preset.version });
        if (!answer.ok) return;
        showToast(`Version ${version.version} is in force again, as version ${answer.value.version}.`, "good");
        onDone();
        onClose();
    };
    const versions = asked.value?.data ?? null;
    return (
        <Dialog title={`Versions of “${preset.slug}”`} onClose={onClose} size="wide">
            {asked.error && <ErrorNotice error={asked.error} retry={asked.reload} />}
            {action.error && <ErrorNotice error={action.error} />}
            {versions === null && !asked.error && <Skeleton />}
            <ol class="stack versions">
                {versions?.map((version, at) => (
                    <li key={version.version}>
                        <h3 class="row">
                            <span>Version {version.version}</span>
                            <span class="soft small">
                                <Time value={version.created_at} />
                            </span>
                            <span class="grow" />
                            <Button
                                busy={action.busy}
                                whyNot={at === 0 ? "It is in force" : whyNot("manage_presets")}
                                onClick={() => void restore(version)}
                                attributes={{ "aria-label": `Restore version ${version.version}` }}
                            >
                                Restore
                            </Button>
                        </h3>
                        <DiffView before={shownOf(versions[at + 1])} after={shownOf(version)} />
                    </li>
                ))}
            </ol>
        </Dialog>
    );
}
