// Who changed what, with what it was before and after; and who was refused what.
import { Allowed } from "../../components/allowed";
import { PageHead } from "../../components/page";
import { Tabs } from "../../components/tabs";
import { pageHref } from "../../router";
import type { PageProps } from "../table";
import { Changes } from "./changes";
import { Refusals } from "./refusals";

export function AuditPage({ rest }: PageProps) {
    const refusals = rest[0] === "refusals";
    return (
        <>
            <PageHead title="Audit log" />
            <Tabs
                label="Parts of the audit log"
                tabs={[
                    { label: "Changes", href: pageHref("audit"), current: !refusals },
                    { label: "Refused", href: pageHref("audit/refusals"), current: refusals },
                ]}
            />
            <Allowed permission="see_audit">{refusals ? <Refusals /> : <Changes />}</Allowed>
        </>
    );
}
