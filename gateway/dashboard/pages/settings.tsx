import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function SettingsPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Settings" />
            <EmptyState title="This page is being built" />
        </>
    );
}
