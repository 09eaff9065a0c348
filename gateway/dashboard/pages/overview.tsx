import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function OverviewPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Overview" />
            <EmptyState title="This page is being built" />
        </>
    );
}
