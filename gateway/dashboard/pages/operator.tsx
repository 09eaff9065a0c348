import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function OperatorPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Organizations" />
            <EmptyState title="This page is being built" />
        </>
    );
}
