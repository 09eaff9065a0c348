// The ledger a second time, as simply as it can be said: balances are the sums of legs, lots of credit a list that is
// searched, and nothing else. `ledger verify` and the simulation compare the real one with it, so it shares no code
// with JournaledBalances and CreditLots, and knows no checkpoint, no lock and no speed. Memory: some 16 bytes an entry,
// and a few hundred for each organization, project, key and refunded request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "accounting/ledger/ledger_entry.h"

namespace tollgate {

// Where what is stored and what it should be differ for the first time.
struct LedgerDifference {
    std::uint64_t block = 0;    // 0: of no block in particular
    std::uint64_t entry = 0;    // from 1, of the block; a row's number if `what` speaks of a row; 0: of none
    std::string what;           // in words
    std::string account = {};   // whose; empty: of no account
    std::string expected = {};  // amounts in nano-USD; both empty where `what` says it all
    std::string found = {};
};
std::string to_string(const LedgerDifference& difference);

// A set of ids that mostly ascend: 16 bytes each.
class IdSet {
  public:
    bool insert(const Id128& id);  // false: it was there
    bool contains(const Id128& id) const;
    std::size_t size() const { return sorted_.size() + recent_.size(); }

  private:
    std::deque<Id128> sorted_;
    std::set<Id128> recent_;
};

class ReferenceLedger {
  public:
    struct KindSum {
        std::uint64_t entries = 0;
        NanoUsdSum moved = 0;  // into what the organization has available
    };
    struct Window {
        std::int64_t number = 0;
        NanoUsdSum charged = 0;
        bool operator==(const Window&) const = default;
    };
    // What was charged by UTC window, of the time when the request was admitted, which is its id's; weeks start on
    // Monday. Days and weeks are numbered from 1970, months from year 0. The two windows that amounts came for last,
    // the later one last; another one forgets the first.
    struct Spend {
        NanoUsdSum total = 0;
        std::vector<Window> days, weeks, months;
        bool operator==(const Spend&) const = default;
    };
    struct Organization {
        NanoUsdSum granted = 0;  // everything but usage and its refunds
        NanoUsdSum used = 0;     // usage less its refunds
        std::map<EntryKind, KindSum> kinds;
        Spend spent;
        NanoUsdSum balance() const { return granted - used; }
    };
    // Credit that came in and is not used up. Which is burned is looked for among all, each time.
    struct Lot {
        Id128 transaction;
        EntryKind kind = EntryKind::grant;
        std::int64_t amount = 0, left = 0;
        std::int64_t priority = 0, expires_ms = 0, created_ms = 0;
    };
    using Account = std::pair<AccountKind, Id128>;
    using Member = std::pair<Id128, Id128>;   // organization, user
    using Key = std::pair<Id128, KeyDigest>;  // organization, key: some spend in several

    // Before the first entry: refunds may name this request. A charge comes long before its refund, and only the
    // charges of these requests are kept; a refund of any other is a difference.
    void expect_refunds_of(const Id128& request) { refundable_.try_emplace(request); }
    // Adds an entry in journal order. A difference, and nothing more may be added: the legs do not sum to zero, the
    // event came before, an organization falls below zero, credit is taken that the entry may not take, refunds of a
    // request exceed its charge.
    std::optional<LedgerDifference> add(const LedgerEntry& entry);
    Status apply(const LedgerEntry& entry);  // the same; corrupt with the difference as its message

    std::uint64_t entries() const { return events_.size(); }
    bool knows(const Id128& event) const { return events_.contains(event); }
    const std::map<Id128, Organization>& organizations() const { return organizations_; }
    const std::map<Account, NanoUsdSum>& accounts() const { return accounts_; }
    const std::map<Key, Spend>& keys() const { return keys_; }
    const std::map<Id128, Spend>& projects() const { return projects_; }
    const std::map<Member, Spend>& members() const { return members_; }
    NanoUsdSum balance(const Id128& organization) const;                     // 0 if unknown
    const std::map<Id128, std::vector<Lot>>& lots() const { return lots_; }  // as they came, by organization
    NanoUsdSum total(AccountKind account) const;                             // over all owners
    std::map<AccountKind, NanoUsdSum> account_sums() const;                  // by kind, over all owners

  private:
    struct Refundable {
        std::optional<Id128> organization;  // whose charge has been seen
        std::int64_t left = 0;              // of the charge
    };
    bool move_lots(const LedgerEntry& entry);
    std::optional<LedgerDifference> follow_refunds(const LedgerEntry& entry);
    IdSet events_;
    std::map<Id128, Refundable> refundable_;
    std::map<Id128, std::vector<Lot>> lots_;
    std::map<Id128, Organization> organizations_;
    std::map<Account, NanoUsdSum> accounts_;
    std::map<Key, Spend> keys_;
    std::map<Id128, Spend> projects_;
    std::map<Member, Spend> members_;
};

std::string to_string(const ReferenceLedger::Spend& spend);  // as that of SpendWindows, which it is compared with

// "organization:available <uuid>"; an account without an owner is its kind alone.
std::string account_name(AccountKind kind, const Id128& owner);

}  // namespace tollgate
