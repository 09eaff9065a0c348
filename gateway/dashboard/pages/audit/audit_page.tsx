// Who changed what, with what it was before and after; and who was refused what. Of an organization, or of what belongs to
// none.
import type { ComponentChildren } from "preact";
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
            <Parts refusals={rest[0] === "refusals"} hrefOf={pageHref} />
            <Allowed permission="see_audit">{rest[0] === "refusals" ? <Refusals /> : <Changes />}</Allowed>
        </>
    );
}

export function OperatorAuditPage({ rest }: PageProps) {
    const refusals = rest[0] === "refusals";
    return (
        <>
            <Parts refusals={refusals} hrefOf={operatorHref}>
                What belongs to no organization: people, the operator's keys, vouchers. An organization has a log of its
                own.
            </Parts>
            {refusals ? <Refusals /> : <Changes />}
        </>
    );
}

interface PartsProps {
    refusals: boolean;
    hrefOf: (page: string) => string;
    children?: ComponentChildren;
}

function Parts({ refusals, hrefOf, children }: PartsProps) {
    return (
        <>
            <PageHead title="Audit log">{children}</PageHead>
            <Tabs
                label="Parts of the audit log"
                tabs={[
                    { label: "Changes", href: hrefOf("audit"), current: !refusals },
                    { label: "Refused", href: hrefOf("audit/refusals"), current: refusals },
                ]}
            />
        </>
    );
}
