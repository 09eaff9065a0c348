// Who changed what, when and from where: one entry for each change, append-only. Entries hold documents, and documents
// hold no secrets.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/money/ids.h"
#include "store/store.h"

namespace tollgate {

struct AuditedDocument {
    std::string document;       // its key in Family::accounts
    std::string before, after;  // JSON; empty: it did not exist, it does no longer
};

struct AuditEntry {
    std::uint64_t change = 0;     // its number; ascending
    Id128 organization = {};      // nil: of the instance
    std::int64_t at_ms = 0;       // Unix time
    std::string actor = {};       // actor_of(), caller.h
    std::string actor_name = {};  // as it was then; empty: it has none
    std::string via = {};         // via_of(), caller.h
    std::string address = {};
    std::string action = {};  // "key.create"
    std::string target = {};  // what it was done to, such as "key/<hash>"
    std::vector<AuditedDocument> documents = {};
};

// Puts the entry into the batch.
void add_audit_entry(const AuditEntry& entry, WriteBatch& batch);

inline constexpr std::size_t kMaxAuditPage = 200;
inline constexpr std::size_t kMaxAuditEntriesExamined = 10'000;  // for one page

struct AuditQuery {
    Id128 organization = {};
    std::optional<std::uint64_t> before = {};                       // entries older than this one: the cursor
    std::size_t limit = 50;                                         // at most kMaxAuditPage
    std::string action = {}, actor = {};                            // of the entry; empty: any
    std::int64_t from_ms = 0;                                       // of the entry's time, Unix ms
    std::int64_t to_ms = std::numeric_limits<std::int64_t>::max();  // exclusive
};
struct AuditPage {
    std::vector<AuditEntry> entries;  // newest first
    // The cursor of the next page, if there is one. A page that few entries match may be short, or empty, and have it.
    std::optional<std::uint64_t> next;
};
// Any thread.
Result<AuditPage> read_audit(Store& store, const AuditQuery& query);

}  // namespace tollgate
