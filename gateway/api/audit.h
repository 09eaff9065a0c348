// Who changed what of an organization, or of the instance, and who was refused.
#pragma once

#include <array>

#include "accounting/accounts/audit.h"
#include "accounting/accounts/refusals.h"
#include "gateway/api/call.h"
#include "gateway/api/paging.h"
#include "gateway/api/usage_table.h"

namespace tollgate {

ApiAnswer list_audit(Call& call);           // of the organization in the path
ApiAnswer list_instance_audit(Call& call);  // of what belongs to none, such as the root key
ApiAnswer list_refusals(Call& call);
ApiAnswer list_instance_refusals(Call& call);

inline constexpr std::array kAuditQueryFields = {
    fields::integer("limit").from(1, kMaxAuditPage).note("How many, at most; 50 if absent"),
    kPageCursor,
    fields::text("action").note("As it is shown, such as key.create"),
    fields::text("actor").note("root, local, or user: or key: and an id"),
    kFromField,
    kToField,
    kFormatField,
};
inline constexpr Schema kAuditQuery{"AuditQuery", kAuditQueryFields};

inline constexpr Schema kStoredDocument{"StoredDocument", {}, true};
inline constexpr std::array kAuditedDocumentFields = {
    fields::text("document").note("Its key in the store"),
    fields::object("before", kStoredDocument).or_null(),
    fields::object("after", kStoredDocument).or_null(),
};
inline constexpr Schema kAuditedDocument{"AuditedDocument", kAuditedDocumentFields};
inline constexpr std::array kAuditEntryFields = {
    fields::integer("change").note("Its number; ascending"),
    fields::time("created_at"),
    fields::text("actor").note("root, local, or user: or key: and an id"),
    fields::text("actor_name").or_null().note("As it was then"),
    fields::text("via").note("key: or token: and its hash, or command"),
    fields::text("address").or_null().note("Of the client"),
    fields::text("action"),
    fields::text("target"),
    fields::list("documents", kAuditedDocument),
};
inline constexpr Schema kAuditEntry{"AuditEntry", kAuditEntryFields};
inline constexpr std::array kAuditPageFields = {fields::list("data", kAuditEntry), kNextCursor};
inline constexpr Schema kAuditPage{"AuditPage", kAuditPageFields};

inline constexpr std::array kRefusalsQueryFields = {
    fields::integer("limit").from(1, kMaxRefusalPage).note("How many, at most; 50 if absent"), kPageCursor};
inline constexpr Schema kRefusalsQuery{"RefusalsQuery", kRefusalsQueryFields};
inline constexpr std::array kRefusedActFields = {
    fields::text("date").note("The UTC day that it counts"),
    fields::text("actor").note("root, user: or key: and an id; others: of many, what has no row of its own"),
    fields::text("actor_name").or_null().note("Of a person, as it is now"),
    fields::text("via").or_null().note("key: or token: and its hash, of the last try"),
    fields::text("method").or_null(),
    fields::text("route").or_null(),
    fields::text("reason").one_of("permission_denied|unknown_organization"),
    fields::text("address").or_null().note("Of the client, at the last try"),
    fields::integer("count"),
    fields::time("first_at"),
    fields::time("last_at"),
};
inline constexpr Schema kRefusedAct{"RefusedAct", kRefusedActFields};
inline constexpr std::array kRefusalPageFields = {
    fields::list("data", kRefusedAct).note("The newest day first; the same try of a day is one row"), kNextCursor};
inline constexpr Schema kRefusalPage{"RefusalPage", kRefusalPageFields};

}  // namespace tollgate
