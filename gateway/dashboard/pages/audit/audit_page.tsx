// Who changed what, with what it was before and after; and who was refused what. Of an organization, or of what belongs to
// none.
import { Allowed } from "../../components/allowed";
import { PageHead } from "../../components/page";
import { Tabs } from "../../components/tabs";
import { operatorHref, pageHref } from "../../router";
import type { PageProps } from "../table";
import { Changes } from "./changes";
import { Refusals } from "./refusals";

export function AuditPage({ rest }: PageProps) {
    return (
        <>
            <PageHead title="Audit log" />
            <Allowed permission="see_audit">
                <Parts refusals={rest[0] === "refusals"} hrefOf={pageHref} />
            </Allowed>
        </>
    );
}

export function OperatorAuditPage({ rest }: PageProps) {
    return (
        <>
            <PageHead title="Audit log">
                What belongs to no organization: people, the operator's keys, vouchers. An organization has a log of its
                own.
            </PageHead>
            <Parts refusals={rest[0] === "refusals"} hrefOf={operatorHref} />
        </>
    );
}

function Parts({ refusals, hrefOf }: { refusals: boolean; hrefOf: (page: string) => string }) {
    return (
        <>
            <Tabs
                label="Parts of the audit log"
                tabs={[
                    { label: "Changes", href: hrefOf("audit"), current: !refusals },
                    { label: "Refused", href: hrefOf("audit/refusals"), current: refusals },
                ]}
            />
            {refusals ? <Refusals /> : <Changes />}
        </>
    );
}
