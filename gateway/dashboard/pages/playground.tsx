import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function PlaygroundPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Playground" />
            <EmptyState title="This page is being built" />
        </>
    );
}
