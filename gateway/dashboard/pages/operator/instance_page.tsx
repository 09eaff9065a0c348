// What runs, where its data are, and how and when they are backed up.
import type { components } from "../../api/types";
import { useQuery } from "../../api/use_call";
import { Code } from "../../components/code";
import { Facts } from "../../components/facts";
import { Meter } from "../../components/meter";
import { ErrorNotice, Notice, Skeleton } from "../../components/notice";
import { Card, PageHead } from "../../components/page";
import { Time, bytesText } from "../../components/time";

type Instance = components["schemas"]["Instance"];

const kDayMs = 86_400_000;

export function OperatorInstancePage() {
    const instance = useQuery("/api/instance", {});
    const shown = instance.value;
    return (
        <>
            <PageHead title="Version and backups" />
            <div class="stack">
                <ErrorNotice error={instance.error} retry={instance.reload} />
                {shown === null ? (
                    !instance.error && <Skeleton lines={6} />
                ) : (
                    <>
                        <div class="grid-2">
                            <Version of={shown} />
                            <Data of={shown.data_directory} />
                        </div>
                        <Backups of={shown} />
                    </>
                )}
            </div>
        </>
    );
}

function Version({ of: shown }: { of: Instance }) {
    return (
        <Card title="Version">
            <Facts
                rows={[
                    ["Version", shown.version],
                    ["Commit", shown.commit && <code>{shown.commit}</code>],
                    ["Compiler", shown.compiler],
                    ["Started", <Time value={shown.started_at} look="seconds" />],
                    ["Public address", shown.public_url ?? "Not configured: accounts.public_url"],
                    ["Data listener", <code>{shown.data_url}</code>],
                    ["Operations listener", <code>{shown.operations_url}</code>],
                ]}
            />
        </Card>
    );
}

function Data({ of: disk }: { of: Instance["data_directory"] }) {
    const { free_bytes: free, total_bytes: total } = disk;
    return (
        <Card title="Data directory">
            <Facts
                rows={[
                    ["Path", <code>{disk.path}</code>],
                    ["Database", bytesText(disk.store_bytes)],
                    [
                        "Free on its disk",
                        free !== null && total !== null && (
                            <>
                                {bytesText(free)} of {bytesText(total)}
                                <Meter label="Used of the disk" used={total - free} whole={total} />
                            </>
                        ),
                    ],
                ]}
            />
        </Card>
    );
}

const quoted = (path: string) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);

function Backups({ of: { backup, data_directory } }: { of: Instance }) {
    const old = backup !== null && Date.now() - Date.parse(backup.made_at) > 2 * kDayMs;
    const command = `tollgate backup --data-dir ${quoted(data_directory.path)} --to /backup/tollgate-$(date +%F)`;
    return (
        <Card title="Backups">
            <div class="stack">
                {backup === null ? (
                    <Notice tone="warn">
                        No backup of this data directory is known. One that was made by other means than{" "}
                        <code>tollgate backup</code> is not seen here.
                    </Notice>
                ) : (
                    <>
                        {old && <Notice tone="warn">The last backup is older than two days.</Notice>}
                        <Facts
                            rows={[
                                [
                                    "Last one",
                                    <>
                                        <Time value={backup.made_at} /> (<Time value={backup.made_at} look="relative" />
                                        )
                                    </>,
                                ],
                                ["To", <code>{backup.to}</code>],
                                ["Size", bytesText(backup.bytes)],
                                ["Verified", backup.verified ? "Yes" : "No: it was made with --no-verify"],
                            ]}
                        />
                    </>
                )}
                <Code label="Back up, while the gateway runs; as its user, on its machine" text={command} />
                <p class="soft small">
                    The copy is verified. It leaves out the configuration and what that names, such as the master key:
                    keep those apart. The operations manual has a line for every night, and how to restore.
                </p>
            </div>
        </Card>
    );
}
