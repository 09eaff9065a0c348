import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function LlmPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Model defaults" />
            <EmptyState title="This page is being built" />
        </>
    );
}
