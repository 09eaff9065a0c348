import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function MembersPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Members" />
            <EmptyState title="This page is being built" />
        </>
    );
}
