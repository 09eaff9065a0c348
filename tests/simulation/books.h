// The oracle's reading of the journal: what a stranger finds who reads block after block and believes nothing. It
// shares the decoders with the program, but none of its sums.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "accounting/ledger/ledger_entry.h"
#include "accounting/ledger/usage_record.h"
#include "store/journal.h"
#include "store/key_space.h"
#include "store/store.h"
#include "tests/simulation/lots.h"
#include "tests/simulation/violation.h"

namespace tollgate::simulation {

struct BookedRequest {
    UsageKey part;  // where its row is
    Id128 organization;
    Id128 project, member;
    KeyDigest key;
    std::int64_t created_ms = 0;
    std::string provider;  // of the candidate that answered
    TokenUsage usage;
    NanoUsd cost, charged, overrun;
    bool orphan = false;  // settled by recovery
};

// What moved credit apart from usage.
struct BookedTransaction {
    EntryKind kind = EntryKind::grant;
    Id128 event, organization, reference, counterparty;
    NanoUsd moved, pending;  // of the organization's credit, and of what it has bought and not paid
    NanoUsd lost;            // charged back, but spent before
    std::int32_t priority = 0;
    std::int64_t expires_ms = 0;
};

struct BookedTotals {
    NanoUsd granted, used;
};

// Names of those who spend, for one map.
std::string organization_name(const Id128& id);
std::string project_name(const Id128& id);
std::string member_name(const Id128& organization, const Id128& user);
std::string key_name(const KeyDigest& digest);

class Books {
  public:
    // Reads the blocks above the last one read and holds them against I1, I3, I5, I7 and, by Lots, I17 to I19. Throws
    // Violation.
    void read(Store& store);

    const std::map<Id128, BookedRequest>& requests() const { return requests_; }
    // Since the last call, in the journal's order.
    std::vector<Id128> take_new_requests() { return std::exchange(new_requests_, {}); }
    const std::map<Id128, BookedTransaction>& transactions() const { return transactions_; }
    std::vector<Id128> take_new_transactions() { return std::exchange(new_transactions_, {}); }
    const Lots& lots() const { return lots_; }
    BookedTotals totals(const Id128& organization) const;
    // What was charged to a spender, with the time of admission, which counts for its windows, in the journal's order.
    const std::vector<std::pair<std::int64_t, NanoUsd>>& charges(const std::string& spender) {
        return charges_[spender];
    }
    std::uint64_t blocks() const { return blocks_; }

  private:
    void read_block(Store& store, std::uint64_t number, std::string_view value);
    void take_entry(const LedgerEntry& entry);
    void take_transaction(const LedgerEntry& entry);
    // Whether all of it is there still.
    bool read_usage(Store& store, std::uint64_t number, const BlockHash& hash, std::map<Id128, LedgerEntry>& usages);
    void take_row(const UsageKey& part, const UsageRow& row, std::map<Id128, LedgerEntry>& usages);

    std::uint64_t blocks_ = 0;
    BlockHash last_hash_{};
    std::map<Id128, BookedRequest> requests_;
    std::map<Id128, BookedTransaction> transactions_;
    Lots lots_;
    std::map<Id128, BookedTotals> totals_;
    std::map<std::string, std::vector<std::pair<std::int64_t, NanoUsd>>> charges_;
    std::vector<Id128> new_requests_, new_transactions_;
};

}  // namespace tollgate::simulation
