import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function ProviderPolicyPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Provider policy" />
            <EmptyState title="This page is being built" />
        </>
    );
}
