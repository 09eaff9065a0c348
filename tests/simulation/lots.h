// The oracle's view of credit: the lots it came in, what was given back of whom, and what an entry may do with it.
// Follows the journal as accounting/ledger/credit_lots.h and transactions.h say it must go, by looking at every lot
// each time.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "accounting/ledger/ledger_entry.h"

namespace tollgate::simulation {

struct Lot {
    Id128 transaction;  // that people know it by
    EntryKind source = EntryKind::grant;
    NanoUsd remaining;
    std::int32_t priority = 0;
    std::int64_t expires_ms = 0;
    std::uint64_t order = 0;  // in which they came

    bool purchased() const { return source == EntryKind::purchase || source == EntryKind::transfer; }
    bool expired(std::int64_t at_ms) const { return expires_ms != 0 && expires_ms <= at_ms; }
    bool spent_before(const Lot& other) const;
};

struct Purchase {
    enum class State : std::uint8_t { pending, confirmed, cancelled };
    Id128 organization;
    NanoUsd amount, given_back;
    State state = State::pending;
};

struct ChargedRequest {
    Id128 organization;
    NanoUsd charged, given_back;
};

class Lots {
  public:
    // Throws Violation if the entry does what it may not.
    void take(const LedgerEntry& entry);

    // What is not used up, in burn order.
    std::vector<Lot> of(const Id128& organization) const;
    NanoUsd total(const Id128& organization) const;
    NanoUsd expired(const Id128& organization, std::int64_t at_ms) const;
    // What is left of a lot, and of all that were purchased, once what is in flight was burned in order.
    NanoUsd spare(const Id128& organization, const Id128& lot, NanoUsd in_flight) const;
    NanoUsd spare_purchased(const Id128& organization, NanoUsd in_flight) const;

    const std::map<Id128, Purchase>& purchases() const { return purchases_; }
    const std::map<Id128, ChargedRequest>& charges() const { return charges_; }

  private:
    void burn(const LedgerEntry& entry, const Id128& organization, NanoUsd amount);
    void take_purchase(const LedgerEntry& entry);
    void take_back(const LedgerEntry& entry);

    std::map<Id128, std::vector<Lot>> lots_;
    std::map<Id128, Purchase> purchases_;
    std::map<Id128, ChargedRequest> charges_;
    std::uint64_t came_ = 0;
};

}  // namespace tollgate::simulation
