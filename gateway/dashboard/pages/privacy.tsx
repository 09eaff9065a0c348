import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function PrivacyPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Privacy" />
            <EmptyState title="This page is being built" />
        </>
    );
}
