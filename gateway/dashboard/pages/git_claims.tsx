import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function GitClaimsPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Git organizations" />
            <EmptyState title="This page is being built" />
        </>
    );
}
