// Presets: a system prompt, models and parameters under one name that requests use.
import { useState } from "preact/hooks";
import { call } from "../../api/client";
import { may, whyNot } from "../../api/organization";
import type { components } from "../../api/types";
import { useList } from "../../api/use_call";
import { Allowed } from "../../components/allowed";
import { Button, copyText } from "../../components/button";
import { ConfirmDialog, carryOut } from "../../components/confirm_dialog";
import { Menu } from "../../components/menu";
import { Badge, EmptyState } from "../../components/notice";
import { PageHead } from "../../components/page";
import { Table, type Column } from "../../components/table";
import { Time } from "../../components/time";
import { organizationId, query, setQuery } from "../../router";
import { parametersText } from "../llm/parameters";
import { PresetDialog } from "./preset_dialog";
import { VersionsDialog } from "./versions_dialog";

type Preset = components["schemas"]["Preset"];

export function PresetsPage() {
    return (
        <>
            <PageHead
                title="Presets"
                actions={
                    may("use_presets") && (
                        <Button
                            look="primary"
                            icon="plus"
                            whyNot={whyNot("manage_presets")}
                            onClick={() => setQuery({ new: "preset" })}
                        >
                            New preset
                        </Button>
                    )
                }
            >
                A request with the model <code>@preset/name</code> gets its prompt, models and parameters. A change
                holds for everybody's next request.
            </PageHead>
            <Allowed permission="use_presets">
                <Presets />
            </Allowed>
        </>
    );
}

function Presets() {
    const organization = organizationId.value!;
    const list = useList("/api/organizations/{organization}/presets", { path: { organization } });
    const [deleted, setDeleted] = useState<Preset | null>(null);
    const named = (slug: string | undefined) => list.rows?.find((one) => one.slug === slug) ?? null;
    const edited = named(query.value.preset),
        old = named(query.value.versions);
    const creating = query.value.new === "preset" && may("manage_presets");
    const close = () => setQuery({ new: null, preset: null, versions: null });
    const remove = (preset: Preset) =>
        carryOut(
            call("DELETE", "/api/organizations/{organization}/presets/{preset}", {
                path: { organization, preset: preset.slug },
            }),
            `“${preset.slug}” is deleted.`,
            list.reload,
        );
    const actions = (preset: Preset) => (
        <Menu
            label={`Actions of ${preset.slug}`}
            items={[
                {
                    label: may("manage_presets") ? "Edit" : "Show",
                    icon: "settings",
                    onChoose: () => setQuery({ preset: preset.slug }),
                },
                { label: "Versions", icon: "clock", onChoose: () => setQuery({ versions: preset.slug }) },
                {
                    label: "Copy its name for requests",
                    icon: "copy",
                    onChoose: () => void copyText(`@preset/${preset.slug}`),
                },
                {
                    label: "Delete",
                    icon: "trash",
                    danger: true,
                    whyNot: whyNot("manage_presets"),
                    onChoose: () => setDeleted(preset),
                },
            ]}
        />
    );
    return (
        <>
            <Table
                label="Presets"
                {...list}
                columns={kColumns}
                rowKey={(preset) => preset.slug}
                actions={actions}
                empty={<NoPresets />}
            />
            {(creating || edited !== null) && (
                <PresetDialog key={edited?.slug ?? "new"} edited={edited} onDone={list.reload} onClose={close} />
            )}
            {old !== null && <VersionsDialog key={old.slug} preset={old} onDone={list.reload} onClose={close} />}
            {deleted && (
                <ConfirmDialog
                    title={`Delete “${deleted.slug}”?`}
                    confirm="Delete preset"
                    act={() => remove(deleted)}
                    onClose={() => setDeleted(null)}
                >
                    <p>Requests that name it fail from now on. Its versions are gone, too.</p>
                </ConfirmDialog>
            )}
        </>
    );
}

function NoPresets() {
    return (
        <EmptyState
            title="No preset yet"
            action={
                may("manage_presets") && (
                    <Button look="primary" icon="plus" onClick={() => setQuery({ new: "preset" })}>
                        New preset
                    </Button>
                )
            }
        >
            Make one for what several programs do alike: they name it, and you change it here for all of them.
        </EmptyState>
    );
}

const kColumns: readonly Column<Preset>[] = [
    { key: "slug", name: "Name", heads: true, show: (preset) => <code>@preset/{preset.slug}</code> },
    { key: "title", name: "What it is", show: (preset) => preset.name ?? <span class="soft">–</span> },
    {
        key: "models",
        name: "Models",
        show: (preset) => (
            <span class="row">
                {preset.models.join(", ") || <span class="soft">as the default</span>}
                {preset.available === false && <Badge tone="bad">cannot be called</Badge>}
            </span>
        ),
    },
    {
        key: "parameters",
        name: "Parameters",
        show: (preset) => parametersText(preset.parameters) || <span class="soft">–</span>,
    },
    { key: "version", name: "Version", end: true, show: (preset) => preset.version },
    { key: "updated", name: "Changed", show: (preset) => <Time value={preset.updated_at} look="relative" /> },
];
