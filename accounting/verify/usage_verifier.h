// The part of `ledger verify` that is about what is derived from usage rows: the rollups by day and every
// organization's listings, each against the rows of the journal up to the block that the usage index says they include.
// The index stores both with that number in one commit, so they agree in every snapshot, however far it is behind the
// journal.
//
// What retention deleted cannot be summed again. Listings of days that may have been deleted are not compared. A rollup
// is kept: of a day from which a row may have been deleted it must count at least what the journal still has, and of a
// later day exactly that.
//
// Memory: a few hundred bytes for each rollup of a day, some fifty for each listed day of an organization.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "accounting/ledger/usage_record.h"
#include "accounting/usage/rollups.h"
#include "accounting/verify/reference_ledger.h"
#include "store/journal.h"
#include "store/key_space.h"
#include "store/store.h"

namespace tollgate {

class UsageVerifier {
  public:
    // Before the first row: how far the index is, and what retention may have dropped.
    std::optional<LedgerDifference> begin(Store& store);
    // The journal's rows, in order, each with its day of settlement.
    void add(std::uint64_t block, std::uint32_t day, const UsageRecord& record, const UsageRow& row);
    // A part of a block that was deleted. None of its rows was settled later than its day.
    void add_expired(std::uint64_t block, const UsagePart& part);
    // With all rows of the journal added, which ends with `last_block`.
    std::optional<LedgerDifference> check(Store& store, std::uint64_t last_block);

    std::uint64_t indexed_block() const { return indexed_block_; }
    // Compared by check().
    std::uint64_t rollups() const { return rollups_; }
    std::uint64_t listed_rows() const { return listed_rows_; }

  private:
    static constexpr std::size_t kSums = 11;
    using Sums = std::array<std::int64_t, kSums>;  // in the order of their names
    struct Listing {
        std::int64_t rows = 0;
        std::uint64_t digest = 0;  // of all rows, in any order
        bool operator==(const Listing&) const = default;
    };
    std::optional<LedgerDifference> check_rollup(std::string_view key, std::string_view value);
    std::optional<LedgerDifference> check_rollups(Store& store);
    std::optional<LedgerDifference> check_listing(const std::string& group, const Listing& found);
    std::optional<LedgerDifference> check_listings(Store& store);
    bool may_be_dropped(std::uint8_t retention_class, std::uint32_t day) const {
        return retention_class >= kMaxRetentionClasses || day < kept_from_day_[retention_class];
    }

    std::uint64_t indexed_block_ = 0;
    std::array<std::uint64_t, kMaxRetentionClasses> kept_from_day_{};
    std::optional<std::uint32_t> last_expired_day_;      // of the deleted parts
    std::unordered_map<std::string, Sums> sums_;         // by day and dimensions
    std::unordered_map<std::string, Listing> listings_;  // by what their chunks' keys begin with
    std::uint64_t rollups_ = 0, listed_rows_ = 0;
};

}  // namespace tollgate
