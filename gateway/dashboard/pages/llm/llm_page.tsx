// What requests get that leave a model or a parameter out: of the organization, of each project, and one's own. The first
// thing on the page is what holds for one's own requests, and which level says so.
import { may, whyNot } from "../../api/organization";
import { useAction, useList, useQuery, type Query } from "../../api/use_call";
import type { components } from "../../api/types";
import { Allowed } from "../../components/allowed";
import { Facts } from "../../components/facts";
import { Select } from "../../components/field";
import { Badge, ErrorNotice, Notice, Skeleton } from "../../components/notice";
import { Card, PageHead } from "../../components/page";
import { Tabs } from "../../components/tabs";
import { showToast } from "../../components/toast";
import { organizationId, pageHref, query, setQuery } from "../../router";
import { LlmForm, type LlmBody } from "./llm_form";
import { parametersText } from "./parameters";

type OwnLlm = components["schemas"]["MemberLlm"];
type Effective = OwnLlm["effective"];

const kLevels = [
    { name: "organization", label: "Organization" },
    { name: "project", label: "Projects" },
    { name: "mine", label: "My own" },
];
const kSources: Record<NonNullable<Effective["source"]>, string> = {
    member: "your own default",
    project: "the project's default",
    organization: "the organization's default",
    instance: "the gateway's configuration",
};

export function LlmPage() {
    const level = kLevels.find((one) => one.name === query.value.level)?.name ?? "organization";
    return (
        <>
            <PageHead title="Model defaults">
                What a request says itself always wins. For what it leaves out, your own default goes before the
                project's, and that before the organization's.
            </PageHead>
            <Allowed permission="see_settings">
                <Levels level={level} />
            </Allowed>
        </>
    );
}

function Levels({ level }: { level: string }) {
    // One's own default, and what comes of all levels together: one answer has both.
    const path = { organization: organizationId.value! };
    const own = useQuery("/api/organizations/{organization}/members/me/llm", may("override_llm") ? { path } : null);
    return (
        <div class="stack">
            {own.value !== null ? <EffectiveCard effective={own.value.effective} /> : <Waiting query={own} />}
            <div>
                <Tabs
                    label="Levels of defaults"
                    tabs={kLevels.map((one) => ({
                        label: one.label,
                        href: pageHref("llm", { level: one.name === "organization" ? null : one.name }),
                        current: one.name === level,
                    }))}
                />
                {level === "organization" && <OfOrganization onSaved={own.reload} />}
                {level === "project" && <OfProjects onSaved={own.reload} />}
                {level === "mine" && own.value !== null && (
                    <Mine value={own.value} version={own.version} onSaved={own.reload} />
                )}
            </div>
        </div>
    );
}

function EffectiveCard({ effective }: { effective: Effective }) {
    return (
        <Card title="What your requests get now">
            <Facts
                rows={[
                    [
                        "Model",
                        effective.model === null ? (
                            <span class="soft">none: each request must name its own</span>
                        ) : (
                            <span class="row">
                                {effective.model}
                                {effective.available === false && <Badge tone="bad">cannot be called</Badge>}
                            </span>
                        ),
                    ],
                    ["Set by", effective.source !== null && kSources[effective.source]],
                    ["Provider", effective.provider],
                    ["Parameters", parametersText(effective.parameters) || <span class="soft">none</span>],
                ]}
            />
        </Card>
    );
}

function OfOrganization({ onSaved }: { onSaved: () => void }) {
    const path = { organization: organizationId.value! };
    const asked = useQuery("/api/organizations/{organization}/llm", { path });
    const action = useAction("PUT", "/api/organizations/{organization}/llm");
    if (asked.value === null) return <Waiting query={asked} />;
    const save = async (body: LlmBody) => {
        const answer = await action.run({ path, body, ifMatch: asked.version });
        if (!answer.ok) return answer;
        asked.set(answer.value, answer.version);
        saved(onSaved);
        return answer;
    };
    return (
        <Card title="Organization's default">
            <LlmForm
                key={asked.version}
                value={asked.value}
                save={save}
                busy={action.busy}
                error={action.error}
                whyNot={whyNot("manage_settings")}
            />
        </Card>
    );
}

function OfProjects({ onSaved }: { onSaved: () => void }) {
    const organization = organizationId.value!;
    const projects = useList("/api/organizations/{organization}/projects", { path: { organization } });
    if (projects.rows === null) return <Waiting query={projects} />;
    const chosen =
        projects.rows.find((one) => one.id === query.value.project) ??
        projects.rows.find((one) => one.is_default) ??
        projects.rows[0]!;
    return (
        <div class="stack">
            <Select
                label="Project"
                value={chosen.id}
                choices={projects.rows.map((one) => ({ value: one.id, label: one.name }))}
                onChange={(id) => setQuery({ project: id }, "replace")}
            />
            <OfProject key={chosen.id} project={chosen.id} name={chosen.name} onSaved={onSaved} />
        </div>
    );
}

function OfProject({ project, name, onSaved }: { project: string; name: string; onSaved: () => void }) {
    const path = { organization: organizationId.value!, project };
    const asked = useQuery("/api/organizations/{organization}/projects/{project}/llm", { path });
    const put = useAction("PUT", "/api/organizations/{organization}/projects/{project}/llm");
    const remove = useAction("DELETE", "/api/organizations/{organization}/projects/{project}/llm");
    if (asked.value === null) return <Waiting query={asked} />;
    const save = async (body: LlmBody) => {
        const answer = await put.run({ path, body, ifMatch: asked.version });
        if (!answer.ok) return answer;
        asked.set(answer.value, answer.version);
        saved(onSaved);
        return answer;
    };
    const clear = async () => {
        const answer = await remove.run({ path, ifMatch: asked.version });
        if (!answer.ok) return;
        asked.reload();
        saved(onSaved);
    };
    return (
        <Card title={`Default of ${name}`}>
            <LlmForm
                key={asked.version}
                value={asked.value}
                save={save}
                clear={() => void clear()}
                busy={put.busy || remove.busy}
                error={put.error ?? remove.error}
                whyNot={whyNot("manage_settings")}
            />
        </Card>
    );
}

function Mine({ value, version, onSaved }: { value: OwnLlm; version: number | null; onSaved: () => void }) {
    const path = { organization: organizationId.value! };
    const put = useAction("PUT", "/api/organizations/{organization}/members/me/llm");
    const remove = useAction("DELETE", "/api/organizations/{organization}/members/me/llm");
    const save = async (body: LlmBody) => {
        const answer = await put.run({ path, body, ifMatch: version });
        if (answer.ok) saved(onSaved);
        return answer;
    };
    const clear = async () => {
        const answer = await remove.run({ path, ifMatch: version });
        if (answer.ok) saved(onSaved);
    };
    const forbidden = value.overrides_allowed
        ? null
        : "The organization does not let members set their own defaults now";
    return (
        <Card title="My own default">
            {forbidden && <Notice>{forbidden}. What you had set does not count.</Notice>}
            <LlmForm
                key={version}
                value={value}
                save={save}
                clear={() => void clear()}
                busy={put.busy || remove.busy}
                error={put.error ?? remove.error}
                whyNot={forbidden}
            />
        </Card>
    );
}

function saved(then: () => void): void {
    showToast("Saved. It holds for everybody's next request.", "good");
    then();
}

// What is there until the answer is: nothing where nothing was asked.
function Waiting({ query: asked }: { query: Pick<Query<unknown>, "error" | "loading" | "reload"> }) {
    if (asked.error) return <ErrorNotice error={asked.error} retry={asked.reload} />;
    return asked.loading ? <Skeleton lines={5} /> : null;
}
