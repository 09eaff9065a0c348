// The options in force, with where each value comes from, and the catalogue. Secrets are not shown: only whether there is
// one.
import type { components } from "../../api/types";
import { useQuery } from "../../api/use_call";
import { Facts } from "../../components/facts";
import { BareSelect } from "../../components/field";
import { Badge, EmptyState, ErrorNotice, Notice, Skeleton } from "../../components/notice";
import { Card, PageHead } from "../../components/page";
import { Table, type Column } from "../../components/table";
import { Time, countText } from "../../components/time";
import { query, setQuery } from "../../router";
import { SearchField } from "./search_field";

type Configuration = components["schemas"]["InstanceConfiguration"];
type Option = components["schemas"]["ConfiguredOption"];

const kParts: Record<string, (one: Option) => boolean> = {
    given: (one) => one.source !== "default",
    default: (one) => one.source === "default",
    environment: (one) => one.environment.length > 0,
    secret: (one) => one.secret,
    waiting: (one) => one.waits_for_restart,
};
const kPartNames: Record<string, string> = {
    given: "Set in the file",
    default: "Left at the default",
    environment: "From the environment",
    secret: "Secrets",
    waiting: "Waiting for a restart",
};

export function OperatorConfigurationPage() {
    const configuration = useQuery("/api/instance/configuration", {});
    const shown = configuration.value;
    return (
        <>
            <PageHead title="Configuration">
                {shown && (
                    <>
                        <code>{shown.file}</code>, as it was read <Time value={shown.read_at} look="seconds" />. After a
                        change there, send the gateway SIGHUP, or restart it.
                    </>
                )}
            </PageHead>
            <ErrorNotice error={configuration.error} retry={configuration.reload} />
            {shown === null ? !configuration.error && <Skeleton lines={8} /> : <Shown of={shown} />}
        </>
    );
}

function Shown({ of: { options, catalogue, read_at } }: { of: Configuration }) {
    const { name = "", part = "" } = query.value;
    const letters = name.trim().toLowerCase();
    const rows = options.filter(
        (one) =>
            (kParts[part]?.(one) ?? true) &&
            [one.name, one.value ?? "", one.meaning ?? ""].some((text) => text.toLowerCase().includes(letters)),
    );
    const waiting = options.filter((one) => one.waits_for_restart).length;
    return (
        <div class="stack">
            {waiting > 0 && (
                <Notice tone="warn">
                    The file has changed: {countText(waiting)} of these options wait for a restart.
                </Notice>
            )}
            <Catalogue of={catalogue} readAt={read_at} />
            <div>
                <div class="row feed-bar range">
                    <SearchField label="Part of a name, value or meaning" name="name" />
                    <BareSelect
                        name="Which options"
                        value={part}
                        choices={[
                            { value: "", label: "All options" },
                            ...Object.entries(kPartNames).map(([value, label]) => ({ value, label })),
                        ]}
                        onChange={(value) => setQuery({ part: value })}
                    />
                </div>
                <Table
                    label="Options"
                    rows={rows}
                    columns={kColumns}
                    rowKey={(one) => one.name}
                    empty={<EmptyState title="No option matches">Change the words or the choice above.</EmptyState>}
                    foot={`${countText(rows.length)} of ${countText(options.length)} options`}
                />
            </div>
        </div>
    );
}

function Catalogue({ of: catalogue, readAt }: { of: Configuration["catalogue"]; readAt: string }) {
    const changed = catalogue.files.some((one) => one.changed_at !== null && one.changed_at > readAt);
    return (
        <Card title="Catalogue">
            {changed && <Notice tone="warn">A file has changed since it was read: reload to put it in force.</Notice>}
            <Facts
                rows={[
                    ["Prices of", catalogue.version],
                    [
                        "Models",
                        `${countText(catalogue.models)}, of which ${countText(catalogue.callable_models)} can be called`,
                    ],
                    ["Endpoints", countText(catalogue.endpoints)],
                    ...catalogue.files.map(
                        (one) =>
                            [
                                "Files",
                                <>
                                    <code>{one.path}</code>, changed{" "}
                                    <Time value={one.changed_at} never="at an unknown time" />
                                </>,
                            ] as const,
                    ),
                ]}
            />
        </Card>
    );
}

function Value({ option }: { option: Option }) {
    if (option.secret) return <Badge tone={option.set ? "good" : undefined}>{option.set ? "Is set" : "Not set"}</Badge>;
    if (option.value === null) return <span class="soft">–</span>;
    return (
        <>
            {option.value.split("\n").map((line) => (
                <div key={line}>
                    <code>{line}</code>
                </div>
            ))}
            {option.waits_for_restart && <Badge tone="warn">Waits for a restart</Badge>}
        </>
    );
}

function sourceText({ source, line, environment }: Option): string {
    if (line === null) return "Default";
    const from = environment.length > 0 ? ` (${environment.map((name) => "$" + name).join(", ")})` : "";
    return `Line ${line}${from}${environment.length > 0 && source === "file" ? ", which is not set" : ""}`;
}

const kColumns: readonly Column<Option>[] = [
    {
        key: "name",
        name: "Option",
        heads: true,
        show: (one) => (
            <>
                <code>{one.name}</code>
                {one.meaning && <div class="soft small about">{one.meaning}</div>}
            </>
        ),
    },
    { key: "value", name: "Value", show: (one) => <Value option={one} /> },
    { key: "source", name: "From", show: sourceText },
    {
        key: "default",
        name: "Default",
        show: (one) =>
            one.default === null ? (
                <span class="soft">–</span>
            ) : one.default === one.value ? (
                "The same"
            ) : (
                <code>{one.default}</code>
            ),
    },
];
