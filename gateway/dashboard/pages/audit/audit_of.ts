// Whose audit log a page shows: that of the organization in the URL, or, on the operator's pages, of the instance. The
// answers are the same, and so the types of the one stand for both.
import { organizationId } from "../../router";

const kInstance = "/api/audit",
    kOfOrganization = "/api/organizations/{organization}/audit" as const;

export function auditOf<Part extends "" | "/refusals">(part: Part) {
    const organization = organizationId.value;
    const whole = `${kOfOrganization}${part}` as const;
    return {
        path: organization === null ? (`${kInstance}${part}` as typeof whole) : whole,
        fields: { organization: organization ?? "" },
    };
}
