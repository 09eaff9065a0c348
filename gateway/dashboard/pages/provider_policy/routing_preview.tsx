// Which endpoints remain for a model, in the order in which they would be tried, and why the others do not. Nobody is
// called for it.
import { useEffect, useState } from "preact/hooks";
import { call, type ApiError } from "../../api/client";
import { useModels } from "../../api/models";
import type { components } from "../../api/types";
import { Button } from "../../components/button";
import { TextField } from "../../components/field";
import { Badge, EmptyState, ErrorNotice, Notice, Skeleton } from "../../components/notice";
import { Card } from "../../components/page";
import { Table, type Column } from "../../components/table";
import { organizationId, query, setQuery } from "../../router";
import { levelText, reasonText, ruleText, setbackText } from "./words";

type Preview = components["schemas"]["RoutingPreview"];
type Available = components["schemas"]["AvailableEndpoint"] & { provider_key?: string };
type Removed = components["schemas"]["RemovedEndpoint"] & { provider_key?: string };

const kAnyModel = "auto";

// Of the default model, as long as none is named. `turn` counts the changes of what it depends on; null: not known yet.
export function RoutingPreview({ turn }: { turn: number | null }) {
    const organization = organizationId.value!;
    const asked = query.value.model ?? "";
    const [typed, setTyped] = useState<string | null>(asked || null);
    const [again, setAgain] = useState(0);
    const [wanted, setWanted] = useState(false);
    const known = useModels(wanted);
    const [shown, setShown] = useState<{ of: string; preview: Preview | null; error: ApiError | null } | null>(null);
    useEffect(() => {
        if (turn === null) return;
        const cancel = new AbortController();
        void call("POST", "/api/organizations/{organization}/routing/preview", {
            path: { organization },
            body: asked === "" ? {} : { model: asked },
            signal: cancel.signal,
        }).then((answer) => {
            if (cancel.signal.aborted) return;
            setShown({
                of: asked,
                preview: answer.ok ? answer.value : null,
                error: answer.ok ? null : answer.error,
            });
        });
        return () => cancel.abort();
    }, [asked, again, turn]);
    const current = shown?.of === asked ? shown : null;
    const model = typed ?? current?.preview?.requested ?? "";
    const submit = (event: Event) => {
        event.preventDefault();
        setQuery({ model: model.trim() });
        setAgain((before) => before + 1);
    };
    return (
        <Card title="Where would a request go?">
            <div class="stack">
                <form class="row" onSubmit={submit}>
                    <div class="grow">
                        <TextField
                            label="Model of the request"
                            value={model}
                            onInput={setTyped}
                            suggestions={[kAnyModel, ...known.all]}
                            onFocus={() => setWanted(true)}
                            required
                            hint="“auto” shows all endpoints that there are"
                        />
                    </div>
                    <Button type="submit">Explain</Button>
                </form>
                {current === null && <Skeleton />}
                {current?.error && <ErrorNotice error={current.error} />}
                {current?.preview?.requested === "" ? (
                    <EmptyState title="No model is named by default">
                        Choose one. “{kAnyModel}” shows all endpoints that there are.
                    </EmptyState>
                ) : (
                    current?.preview && <Explained preview={current.preview} />
                )}
            </div>
        </Card>
    );
}

function Explained({ preview }: { preview: Preview }) {
    const { available, removed } = preview.endpoints;
    return (
        <>
            {preview.error ? (
                <Notice tone="bad">The request would fail: {preview.error.message}</Notice>
            ) : (
                <Notice tone="good">{preview.summary}.</Notice>
            )}
            <Table
                label="Endpoints that remain"
                rows={(available as Available[]).map((one, at) => ({ ...one, at }))}
                columns={kAvailable}
                rowKey={(row) => String(row.at)}
                empty={<EmptyState title="No endpoint remains" />}
            />
            {removed.length > 0 && (
                <details open={available.length === 0}>
                    <summary>
                        {removed.length === 1 ? "One endpoint is left out" : `${removed.length} endpoints are left out`}
                    </summary>
                    <Table
                        label="Endpoints that are left out"
                        rows={(removed as Removed[]).map((one, at) => ({ ...one, at }))}
                        columns={kRemoved}
                        rowKey={(row) => String(row.at)}
                    />
                </details>
            )}
        </>
    );
}

const endpointText = (row: { provider: string; endpoint?: string; provider_key?: string }) =>
    (row.endpoint ?? row.provider) + (row.provider_key ? `, by your key “${row.provider_key}”` : "");

const kAvailable: readonly Column<Available & { at: number }>[] = [
    { key: "at", name: "Turn", end: true, show: (row) => row.at + 1 },
    { key: "provider", name: "Endpoint", heads: true, show: endpointText },
    { key: "model", name: "Model", show: (row) => row.model },
    { key: "reason", name: "Why there", show: (row) => reasonText(row.reason) },
    {
        key: "setback",
        name: "What puts it behind",
        show: (row) => (row.setback ? <Badge tone="warn">{setbackText(row.setback)}</Badge> : "–"),
    },
    {
        key: "candidate",
        name: "Tried",
        show: (row) => (!row.candidate ? "no: enough others are" : row.at === 0 ? "first" : "if those before it fail"),
    },
];
const kRemoved: readonly Column<Removed & { at: number }>[] = [
    { key: "provider", name: "Endpoint", heads: true, show: endpointText },
    { key: "model", name: "Model", show: (row) => row.model },
    { key: "rule", name: "Why", show: (row) => <span title={row.rule}>{ruleText(row.rule)}</span> },
    { key: "level", name: "Whose rule", show: (row) => levelText(row.level) },
];
