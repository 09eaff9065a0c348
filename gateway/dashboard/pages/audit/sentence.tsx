// A change as one says it: what was done, and the name of what it was done to, as it was then.
import type { Member } from "../../api/members";
import { organization } from "../../api/organization";
import { parseDecimal } from "../../api/decimal";
import type { components } from "../../api/types";
import { usdText } from "../../components/money";
import { Name } from "../../components/name";
import { organizationId, pageHref } from "../../router";
import { actWords } from "./act_words";

export type Entry = components["schemas"]["AuditEntry"];
type Members = readonly Member[] | null;

// What documents call what people call it.
const kNaming = ["name", "email", "slug", "git_organization", "label", "to", "title"] as const;
const kShownOfId = 8;
const kNanoDigits = 9;

// The document of what it was done to, as it became; of what is gone, as it was.
function documentOf(entry: Entry): Record<string, unknown> {
    const found = entry.documents.find((one) => one.document === entry.target);
    return (found?.after ?? found?.before ?? {}) as Record<string, unknown>;
}

function amountText(nanos: unknown): string | null {
    const digits = String(nanos);
    if (!/^-?\d+$/.test(digits)) return null;
    const plain = digits.replace("-", "").padStart(kNanoDigits + 1, "0");
    const value = parseDecimal(`${plain.slice(0, -kNanoDigits)}.${plain.slice(-kNanoDigits)}`);
    return value === null ? null : (digits.startsWith("-") ? "-" : "") + usdText(value);
}

export function targetName(entry: Entry, members: Members): string {
    const [kind = "", ...ids] = entry.target.split("/");
    const id = ids.at(-1) ?? "";
    const document = documentOf(entry);
    for (const naming of kNaming) if (typeof document[naming] === "string" && document[naming]) return document[naming];
    const person = ["member", "user"].includes(kind) && members?.find((one) => one.user_id === id);
    if (person) return person.name || person.email;
    if (kind === "org" && id === organizationId.value && organization.value) return organization.value.name;
    return amountText(document.amount) ?? id.slice(0, kShownOfId);
}

function targetHref(entry: Entry): string | null {
    const [kind = "", ...ids] = entry.target.split("/");
    const id = ids.at(-1) ?? "";
    if (kind === "org") return pageHref("overview", {}, id);
    if (organizationId.value === null || entry.action.endsWith(".delete")) return null;
    if (kind === "key") return pageHref("keys", { key: id });
    if (kind === "project") return pageHref("keys", { project_id: id });
    if (kind === "member") return pageHref("activity", { member_id: id });
    return kind === "transaction" ? pageHref("credits") : null;
}

export function Sentence({ entry, members }: { entry: Entry; members: Members }) {
    const name = targetName(entry, members);
    const href = targetHref(entry);
    const { role } = documentOf(entry);
    const as = /^(member|invitation)\.create$/.test(entry.action) && typeof role === "string" ? ` as ${role}` : "";
    return (
        <span title={`${entry.action} ${entry.target}`}>
            {actWords(entry.action)}{" "}
            {href === null ? (
                <Name text={name} />
            ) : (
                <a href={href}>
                    <Name text={name} />
                </a>
            )}
            {as}
        </span>
    );
}
