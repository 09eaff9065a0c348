// One entry of the money journal: an event and the legs of money it moved. Entries are immutable; a correction is a new
// entry. They hold amounts and opaque ids only, and are kept for ever.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "accounting/ledger/usage_record.h"
#include "accounting/money/ids.h"
#include "accounting/money/money.h"
#include "store/status.h"

namespace tollgate {

// The numbers are stored: never reuse one.
enum class EntryKind : std::uint8_t {
    purchase = 1,
    grant = 2,
    usage = 3,
    usage_refund = 4,
    payment_refund = 5,
    transfer = 6,
    adjustment = 7,
    expiry = 8,
};
enum class AccountKind : std::uint8_t {
    organization_available = 1,  // owner: the organization
    platform_revenue = 2,        // platform accounts have no owner
    platform_overrun = 3,        // cost that no credit covered; should stay 0
    platform_grants = 4,         // credit given away
    platform_cash = 5,
    provider_cost = 6,     // owner: provider_account()
    provider_payable = 7,  // owner: provider_account()
    suspense = 8,
    organization_pending = 9,   // owner: the organization; purchases that nobody has confirmed yet
    platform_adjustments = 10,  // corrections by hand
    platform_losses = 11,       // charged back, but spent before
};

std::string_view to_string(EntryKind kind);    // "purchase", "usage_refund", ...
std::string_view to_string(AccountKind kind);  // "organization:available", "platform:revenue", ...
std::optional<EntryKind> parse_entry_kind(std::string_view text);

struct Leg {
    AccountKind account = AccountKind::suspense;
    Id128 owner;
    NanoUsd amount;  // added to the account
    bool operator==(const Leg&) const = default;
};

// Of credit whose giver says nothing else.
inline constexpr std::int32_t kDefaultLotPriority = 100;

struct LedgerEntry {
    static constexpr std::size_t kMaxLegs = 8;

    EntryKind kind = EntryKind::adjustment;
    Id128 event;             // ULID: the request of a usage, else the transaction
    std::int64_t at_ms = 0;  // Unix time of booking; the windows a usage counts in are those of its event's time
    Id128 organization;
    Id128 project;  // nil where the event has none, as are member and key
    Id128 member;
    KeyDigest key;
    // What it is about, or nil. usage_refund: the request. payment_refund, a purchase's confirmation or cancellation, a
    // charge-back (adjustment): the purchase. expiry: the grant.
    Id128 reference;
    std::int32_t priority = kDefaultLotPriority;  // of the credit that comes in (credit_lots.h), as is the next
    std::int64_t expires_ms = 0;                  // Unix time; 0: never
    std::array<Leg, kMaxLegs> legs_room;
    std::size_t leg_count = 0;

    std::span<const Leg> legs() const { return std::span(legs_room).first(leg_count); }
    void add_leg(AccountKind account, const Id128& owner, NanoUsd amount);  // nothing if the amount is zero
    // What the entry adds to an account of one owner.
    NanoUsd moved(AccountKind account, const Id128& owner) const;
};

// The opaque id of a provider's accounts, made from its configured name.
Id128 provider_account(std::string_view provider);

// organization_available -charged, platform_overrun -overrun, platform_revenue +cost; and what the upstream charges,
// from provider_cost to provider_payable. No legs if no money moved: then there is nothing to journal.
LedgerEntry usage_entry(const UsageRecord& record);
LedgerEntry grant_entry(const Id128& transaction, const Id128& organization, NanoUsd amount, std::int64_t at_ms);

inline constexpr std::size_t kLegBytes = 1 + 16 + 8;
inline constexpr std::size_t kLedgerEntryBytes = 3 + 5 * 16 + 32 + 8 + 4 + 8 + 1 + LedgerEntry::kMaxLegs * kLegBytes;

// Aborts unless the legs, at least two, sum to zero. `out` must hold kLedgerEntryBytes; returns the bytes written.
std::size_t encode(const LedgerEntry& entry, std::span<std::byte> out);
// corrupt if anything is amiss, among it legs that do not sum to zero.
Result<LedgerEntry> decode_ledger_entry(std::span<const std::byte> bytes);

}  // namespace tollgate
