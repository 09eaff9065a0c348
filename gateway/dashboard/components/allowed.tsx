// What needs a permission to be seen. Its children ask for nothing before it is known.
import type { ComponentChildren } from "preact";
import { may, membership, whyNot } from "../api/organization";
import { EmptyState, Skeleton } from "./notice";

export function Allowed({
    permission,
    children,
}: {
    permission: string | readonly string[];
    children: ComponentChildren;
}) {
    if (membership.value === null) return <Skeleton lines={5} />;
    if (may(permission)) return <>{children}</>;
    return <EmptyState title="Your role does not show this here">{whyNot(permission)}</EmptyState>;
}
