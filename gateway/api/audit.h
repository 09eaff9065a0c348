// Who changed what of an organization, or of the instance.
#pragma once

#include <array>

#include "accounting/accounts/audit.h"
#include "gateway/api/call.h"
#include "gateway/api/paging.h"

namespace tollgate {

ApiAnswer list_audit(Call& call);           // of the organization in the path
ApiAnswer list_instance_audit(Call& call);  // of what belongs to none, such as the root key

inline constexpr std::array kAuditQueryFields = {
    fields::integer("limit").from(1, kMaxAuditPage).note("How many, at most; 50 if absent"), kPageCursor};
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

}  // namespace tollgate
