import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function ProviderKeysPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Provider keys" />
            <EmptyState title="This page is being built" />
        </>
    );
}
