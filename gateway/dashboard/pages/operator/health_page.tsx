// Whether the gateway takes requests, how its ledger is, and what it has learned of each provider.
import type { ComponentChildren } from "preact";
import type { components } from "../../api/types";
import { useQuery } from "../../api/use_call";
import { useRefresh } from "../../api/use_refresh";
import { Facts } from "../../components/facts";
import { ErrorNotice, Notice, Skeleton } from "../../components/notice";
import { Card, PageHead } from "../../components/page";
import { Time, countText } from "../../components/time";
import { ProviderTable } from "./provider_table";

type Instance = components["schemas"]["Instance"];

const kRefreshMs = 5000;

export function OperatorHealthPage() {
    const instance = useQuery("/api/instance", {});
    const providers = useQuery("/api/instance/providers", {});
    useRefresh(
        () => {
            instance.reload();
            providers.reload();
        },
        kRefreshMs,
        instance.loading || providers.loading,
    );
    const shown = instance.value;
    return (
        <>
            <PageHead title="Health">
                Looked at again every {kRefreshMs / 1000} seconds while this page is shown.
            </PageHead>
            <div class="stack">
                <ErrorNotice error={instance.error} retry={instance.reload} />
                {shown === null ? (
                    !instance.error && <Skeleton lines={6} />
                ) : (
                    <>
                        <Ready of={shown} />
                        <div class="grid-2">
                            <Load of={shown.load} />
                            <Ledger of={shown.ledger} />
                        </div>
                    </>
                )}
                <Card title="Providers">
                    <ProviderTable
                        rows={providers.value?.data ?? null}
                        error={providers.error}
                        reload={providers.reload}
                    />
                    {providers.value !== null && providers.value.left_out.length > 0 && (
                        <p class="soft small">
                            Not asked, because they are optional and have no key: {providers.value.left_out.join(", ")}.
                        </p>
                    )}
                </Card>
            </div>
        </>
    );
}

const kAdvice: Record<Instance["reasons"][number]["code"], string> = {
    draining: "Running requests are answered, new ones are refused.",
    overloaded: "See the slots below, and limits in the configuration.",
    ledger_read_only: "New requests get 503 until the disk takes writes again; it is tried every second.",
};

function Ready({ of: { ready, reasons } }: { of: Instance }) {
    // Said anew only when it changes.
    return (
        <div role="status">
            {ready ? (
                <Notice tone="good">It takes requests.</Notice>
            ) : (
                reasons.map(({ code, message }) => (
                    <Notice key={code} tone="bad">
                        <strong>Not ready: {message}.</strong> {kAdvice[code]}
                    </Notice>
                ))
            )}
        </div>
    );
}

function Load({ of: load }: { of: Instance["load"] }) {
    return (
        <Card title="Load">
            <Facts
                rows={[
                    [
                        "Requests of any kind",
                        `${countText(load.requests_running)} (${countText(load.streams_running)} streamed)`,
                    ],
                    ["Connections of clients", countText(load.connections)],
                    ["Slots in use", `${countText(load.slots_in_use)} of ${countText(load.slots)}`],
                    ["Workers", countText(load.workers)],
                ]}
            />
        </Card>
    );
}

function Ledger({ of: ledger }: { of: Instance["ledger"] }) {
    const upTo = (block: number) =>
        block >= ledger.last_block ? "Up to the last block" : `${countText(ledger.last_block - block)} blocks behind`;
    const rows: [string, ComponentChildren][] = [
        ["State", ledger.read_only ? <strong>Read-only: {ledger.problem}</strong> : "Is written"],
        ["Last block", countText(ledger.last_block)],
        ["Last commit", <Time value={ledger.committed_at} look="seconds" never="none yet" />],
        ["Stored balances", upTo(ledger.balances_block)],
        ["Waiting for the journal", `${countText(ledger.waiting)} settled requests`],
        ["Lists and reports", upTo(ledger.reported_block)],
        ["A commit takes", ledger.commit_microseconds !== null && `${countText(ledger.commit_microseconds)} µs`],
        ["Failed commits", countText(ledger.commit_failures)],
        ["A settlement survives", ledger.durability === "disk" ? "a loss of power" : "an end of the process"],
    ];
    return (
        <Card title="Ledger">
            <Facts rows={rows} />
        </Card>
    );
}
