import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function AuditPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Audit log" />
            <EmptyState title="This page is being built" />
        </>
    );
}
