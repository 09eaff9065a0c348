import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function CreditsPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Credits" />
            <EmptyState title="This page is being built" />
        </>
    );
}
