// An allowance as the operator's pages have it.
import type { components } from "../../api/types";

export type Allowance = components["schemas"]["Allowance"];

export function nameOf(allowance: Allowance): string {
    return allowance.organization_name ?? allowance.organization_id;
}
