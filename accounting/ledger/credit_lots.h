// An organization's credit as the lots in which it came. A lot says when its credit is spent, when it expires, and
// whether it may be transferred or paid back. The hot path knows only the total (credit.h). The lots follow the journal
// entry by entry, so any replay gives the same. At every entry the lots of an organization sum to its journaled
// balance.
//
// Burning takes from lots in this order: those that had not expired when the event began (the time in its id; of a
// usage, its admission) before those that had; then priority ascending; then the earliest expiry, none last; then the
// order in which they came.
//
//   entry                              lots
//   purchase (confirmed), grant,       one more
//   adjustment +, usage_refund,
//   transfer, for the receiver
//   usage, adjustment -                burn in order; a charge-back burns the purchase it names first
//   transfer, for the sender           burns purchased lots, in order
//   payment_refund, expiry             burn the lot they name
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <set>
#include <span>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "accounting/ledger/ledger_entry.h"
#include "accounting/money/ids.h"
#include "accounting/money/money.h"
#include "store/store.h"

namespace tollgate {

// The numbers are stored: never reuse one.
enum class LotSource : std::uint8_t { purchase = 1, grant = 2, transfer = 3, adjustment = 4, refund = 5 };
std::string_view to_string(LotSource source);  // "purchase", ...

inline constexpr std::size_t kMaxLotsPerOrganization = 10'000;  // that are not used up

struct CreditLot {
    Id128 transaction;  // ULID of what brought it
    LotSource source = LotSource::grant;
    NanoUsd amount, remaining;
    std::int32_t priority = kDefaultLotPriority;
    std::int64_t expires_ms = 0;  // Unix time; 0: never
    std::int64_t created_ms = 0;
    std::uint64_t sequence = 0;  // ascends with each lot of the organization, whatever clocks say
    bool operator==(const CreditLot&) const = default;
    // It was bought, perhaps by another organization: it may be transferred again.
    bool purchased() const { return source == LotSource::purchase || source == LotSource::transfer; }
    bool expired(std::int64_t unix_ms) const { return expires_ms != 0 && expires_ms <= unix_ms; }
};

// What lots burn by, the least first, as long as none has expired.
using BurnOrder = std::tuple<std::int32_t, std::int64_t, std::uint64_t>;  // priority, expiry, sequence
BurnOrder burn_order(const CreditLot& lot);

// Used by one thread at a time: recovery, then the journal writer.
class CreditLots {
  public:
    // A row of the checkpoint, its key parsed; `value` is what follows the version and block that all rows begin with.
    Status load(const Id128& organization, const Id128& transaction, std::span<const std::byte> value);
    // corrupt if a lot has less than the entry takes.
    Status apply(const LedgerEntry& entry);
    // Adds the rows that changed since the last call.
    void add_checkpoint(WriteBatch& batch, std::uint64_t block);

    // What is not used up, in burn order; valid until the next change.
    std::span<const CreditLot> of(const Id128& organization) const;
    NanoUsd total(const Id128& organization) const;
    // What is left of one lot, or of all purchased ones, once requests that still run have burned `in_flight`, in
    // order.
    NanoUsd spare(const Id128& organization, const Id128& transaction, NanoUsd in_flight) const;
    NanoUsd spare_purchased(const Id128& organization, NanoUsd in_flight) const;

    // Whose lots have expired by then and are not used up, each once.
    std::vector<Id128> owners_of_expired(std::int64_t now_ms) const;

  private:
    struct Named {
        Id128 organization, transaction;
        auto operator<=>(const Named&) const = default;
    };
    struct Account {
        std::vector<CreditLot> lots;  // in burn order
        std::vector<Id128> changed;   // since the last checkpoint
        NanoUsd total;
    };
    struct TailHash {  // ids end in random bytes
        std::size_t operator()(const Id128& id) const {
            std::size_t hash;
            std::memcpy(&hash, id.bytes.data() + id.bytes.size() - sizeof(hash), sizeof(hash));
            return hash;
        }
    };
    struct Expiry {
        std::int64_t at_ms;
        Named lot;
        auto operator<=>(const Expiry&) const = default;
    };

    void add(const Id128& organization, Account& account, const CreditLot& lot);
    Status burn(const LedgerEntry& entry, const Id128& organization, Account& account, NanoUsd amount);
    NanoUsd take(const Id128& organization, Account& account, std::size_t at, NanoUsd most);
    static void mark_changed(Account& account, const Id128& lot);

    std::unordered_map<Id128, Account, TailHash> accounts_;
    std::vector<Id128> changed_;  // organizations; may contain duplicates
    std::set<Expiry> expiries_;
};

}  // namespace tollgate
