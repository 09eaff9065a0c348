import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function PresetsPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Presets" />
            <EmptyState title="This page is being built" />
        </>
    );
}
