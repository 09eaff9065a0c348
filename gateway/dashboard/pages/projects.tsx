import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function ProjectsPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Projects" />
            <EmptyState title="This page is being built" />
        </>
    );
}
