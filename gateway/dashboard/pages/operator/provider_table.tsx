// The configured providers, with their state and what was seen of each lately; one opens to show its endpoints.
import type { ApiError } from "../../api/client";
import type { components } from "../../api/types";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Badge, EmptyState, type Tone } from "../../components/notice";
import { Table, type Column } from "../../components/table";
import { Time, countText, millisecondsText, percentText } from "../../components/time";
import { query, setQuery } from "../../router";

type Provider = components["schemas"]["ProviderHealth"];
type Endpoint = components["schemas"]["EndpointHealth"];
type Counts = components["schemas"]["AttemptCounts"];

const kStates: Record<Provider["state"], [string, Tone | undefined]> = {
    unused: ["Not asked yet", undefined],
    well: ["Well", "good"],
    degraded: ["Fails at times", "warn"],
    failed_lately: ["Failed just now", "warn"],
    down: ["Fails often", "bad"],
    rate_limited: ["Asks for less", "warn"],
    failing: ["Fails, and rests", "bad"],
};

function State({ state }: { state: Provider["state"] }) {
    const [words, tone] = kStates[state];
    return <Badge tone={tone}>{words}</Badge>;
}

const all = (counts: Counts) => counts.success + counts.failure + counts.rate_limited;
function failedText(counts: Counts): string {
    const judged = counts.success + counts.failure;
    return judged === 0 ? "–" : `${countText(counts.failure)} (${percentText(counts.failure / judged)})`;
}

interface TableProps {
    rows: readonly Provider[] | null;
    error: ApiError | null;
    reload: () => void;
}

export function ProviderTable({ rows, error, reload }: TableProps) {
    const open = rows?.find((one) => one.name === query.value.provider);
    return (
        <>
            <Table
                label="Configured providers"
                rows={rows}
                error={error}
                reload={reload}
                columns={kProviders}
                rowKey={(one) => one.name}
                actions={(one) => (
                    <Button
                        look="quiet"
                        icon="arrow_right"
                        label={`Endpoints of ${one.title}`}
                        onClick={() => setQuery({ provider: one.name })}
                    />
                )}
                empty={<EmptyState title="No provider is configured">Name some in the configuration.</EmptyState>}
            />
            {open && (
                <Dialog title={`Endpoints of ${open.title}`} size="wide" onClose={() => setQuery({ provider: null })}>
                    <Endpoints of={open} />
                </Dialog>
            )}
        </>
    );
}

function Endpoints({ of: provider }: { of: Provider }) {
    return (
        <div class="stack">
            <p class="soft">
                {provider.address}, {countText(provider.endpoints_known)} endpoints in the catalogue; those that were
                asked since the start:
            </p>
            <Table
                label={`Endpoints of ${provider.title}`}
                rows={provider.endpoints}
                columns={kEndpoints}
                rowKey={(one) => one.endpoint + " " + one.model}
                empty={<EmptyState title="None was asked yet" />}
            />
            {provider.keys.length > 0 && (
                <Table
                    label={`Keys of ${provider.title}`}
                    rows={provider.keys}
                    columns={kKeys}
                    rowKey={(one) => one.name}
                />
            )}
        </div>
    );
}

const kProviders: readonly Column<Provider>[] = [
    { key: "name", name: "Provider", heads: true, show: (one) => one.title },
    { key: "state", name: "State", show: (one) => <State state={one.state} /> },
    { key: "running", name: "Running", end: true, show: (one) => countText(one.requests_running) },
    { key: "asked", name: "Asked in 5 min", end: true, show: (one) => countText(all(one.last_5m)) },
    { key: "failed", name: "Failed in 5 min", end: true, show: (one) => failedText(one.last_5m) },
    { key: "limited", name: "429 in 5 min", end: true, show: (one) => countText(one.last_5m.rate_limited) },
    { key: "failed30", name: "Failed in 30 min", end: true, show: (one) => failedText(one.last_30m) },
    {
        key: "connections",
        name: "No connection",
        end: true,
        show: (one) => countText(one.connections_failed),
    },
];

const kEndpoints: readonly Column<Endpoint>[] = [
    { key: "model", name: "Model", heads: true, show: (one) => <code>{one.model}</code> },
    {
        key: "state",
        name: "State",
        show: (one) => (
            <>
                <State state={one.state} /> {one.until && <Until {...one} />}
            </>
        ),
    },
    { key: "asked", name: "Asked in 5 min", end: true, show: (one) => countText(all(one.last_5m)) },
    { key: "failed", name: "Failed", end: true, show: (one) => failedText(one.last_5m) },
    { key: "day", name: "Failed in a day", end: true, show: (one) => failedText(one.last_1d) },
    { key: "first", name: "First token p50", end: true, show: (one) => millisecondsText(one.first_token_ms?.p50) },
    { key: "tail", name: "p99", end: true, show: (one) => millisecondsText(one.first_token_ms?.p99) },
    { key: "speed", name: "Tokens/s p50", end: true, show: (one) => one.tokens_per_second?.p50 ?? "–" },
];

function Until({ since, until }: Endpoint) {
    return (
        <span class="soft small">
            {since && (
                <>
                    since <Time value={since} look="seconds" />,{" "}
                </>
            )}
            until <Time value={until} look="seconds" />
        </span>
    );
}

const kKeys: readonly Column<Provider["keys"][number]>[] = [
    { key: "name", name: "Key", heads: true, show: (one) => `Key ${one.name}` },
    {
        key: "state",
        name: "State",
        show: (one) => (one.refused ? <Badge tone="bad">Refused</Badge> : <Badge tone="good">Well</Badge>),
    },
    { key: "resting", name: "Endpoints where it rests", end: true, show: (one) => countText(one.resting_endpoints) },
];
