import { PageHead } from "../components/page";
import { EmptyState } from "../components/notice";
import type { PageProps } from "./table";

export function AccountPage(_props: PageProps) {
    return (
        <>
            <PageHead title="Your account" />
            <EmptyState title="This page is being built" />
        </>
    );
}
