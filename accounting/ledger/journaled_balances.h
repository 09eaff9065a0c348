// The balances as of the newest journal block: always the exact sum of the blocks that were applied. Checkpoints and
// recovery use them. (The CreditTable is ahead: it includes settlements that wait for their block.)
// Used by one thread at a time: recovery, then the journal writer.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <unordered_map>

#include "accounting/credit/credit.h"
#include "accounting/ledger/credit_lots.h"
#include "accounting/ledger/ledger_entry.h"
#include "accounting/ledger/transaction_history.h"
#include "store/key_space.h"
#include "store/store.h"

namespace tollgate {

inline constexpr int kPositionBits = 24;  // a block has fewer entries

// A spender as its row in Family::balances names it (store/key_space.h): scope and ids.
struct SpenderId {
    std::array<std::uint8_t, kSpenderKeyBytes> bytes{};
    bool operator==(const SpenderId&) const = default;
};

class JournaledBalances {
  public:
    // Reads the checkpoint; the block it is true for, 0 if there is none. `store` must outlive this.
    Result<std::uint64_t> load(Store& store);
    // corrupt unless the lots that were loaded sum to the balances.
    Status check_lots() const;
    // `block` is the number of the entry's. corrupt if a balance would fall below zero.
    Status apply(const LedgerEntry& entry, std::uint64_t block);

    NanoUsd balance(const Id128& organization) const;
    NanoUsd granted(const Id128& organization) const;
    const CreditLots& lots() const { return lots_; }
    bool changed() const { return changed_; }  // since the last checkpoint
    // Of the entry that was applied last, as the journal has them one after the other: its block's number, and its own
    // there in the lowest kPositionBits.
    std::uint64_t position() const { return position_; }

    // Adds the rows that changed since the last call, and the watermark: everything is then true for `block`.
    void add_checkpoint(WriteBatch& batch, std::uint64_t block);
    void restore_into(CreditTable& credits) const;

  private:
    Status apply_to_organizations(const LedgerEntry& entry);

    struct OrganizationBalance {
        NanoUsd granted, used;
        bool changed = false;
    };
    struct Spent {
        SpendWindows windows;
        bool changed = false;
    };
    struct TailHash {  // ids end in random bytes
        template <class Id>
        std::size_t operator()(const Id& id) const {
            std::size_t hash;
            std::memcpy(&hash, id.bytes.data() + id.bytes.size() - sizeof(hash), sizeof(hash));
            return hash;
        }
    };
    void add_spent(const SpenderId& spender, NanoUsd amount, const WindowNumbers& admitted);

    std::unordered_map<Id128, OrganizationBalance, TailHash> organizations_;
    std::unordered_map<SpenderId, Spent, TailHash> spenders_;
    CreditLots lots_;
    UsageDays usage_days_;
    bool changed_ = false;
    std::uint64_t position_ = 0;
};

}  // namespace tollgate
