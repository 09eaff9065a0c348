import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function ActivityPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Activity" />
            <EmptyState title="This page is being built" />
        </>
    );
}
