import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function KeysPage(_props: PageProps) {
    return (
        <>
            <PageHead title="API keys" />
            <EmptyState title="This page is being built" />
        </>
    );
}
