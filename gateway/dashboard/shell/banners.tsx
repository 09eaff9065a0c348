// What concerns every page of the organization stands above it, not in some settings.
import { membership, organization, ownerNeedsFactor } from "../api/organization";
import { Notice } from "../components/notice";
import { accountHref } from "../router";

export function Banners() {
    const shown = organization.value;
    if (shown === null) return null;
    return (
        <>
            {membership.value?.role === "operator" && (
                <Notice>
                    You are no member here. What you do, you do as the operator of this gateway, and the audit log says
                    so.
                </Notice>
            )}
            {shown.status === "suspended" && (
                <Notice tone="warn">
                    This organization is suspended: it can be read, and calls no models. Ask the operator of this
                    gateway.
                </Notice>
            )}
            {membership.value?.status === "suspended" && (
                <Notice tone="warn">
                    Your membership here is suspended. Ask an owner or admin of the organization.
                </Notice>
            )}
            {ownerNeedsFactor.value && (
                <Notice tone="warn" action={<a href={accountHref("security")}>Set one up</a>}>
                    Owners need a second factor here, and you have none yet. Until then you may what a member may.
                </Notice>
            )}
        </>
    );
}
