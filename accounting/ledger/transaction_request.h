// What a caller asks for that moves an organization's credit apart from usage.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "accounting/ledger/credit_lots.h"
#include "accounting/money/ids.h"
#include "accounting/money/money.h"
#include "store/status.h"
#include "store/store.h"

namespace tollgate {

// The numbers go into stored digests: never reuse one.
enum class TransactionKind : std::uint8_t {
    purchase = 1,          // pending: no credit yet
    confirm_purchase = 2,  // of `reference`, whole; its credit never expires
    cancel_purchase = 3,   // of `reference`, while pending
    grant = 4,             // with `priority` and `expires_ms`
    usage_refund = 5,      // of request `reference`: at most its charge less its earlier refunds
    payment_refund = 6,    // of purchase `reference`: at most what is left of it
    transfer = 7,          // purchased credit, to `counterparty`
    adjustment = 8,        // either sign; a negative one takes at most what is available
    charge_back = 9,  // of purchase `reference`: takes what is available, from that purchase first; the rest is the
                      // platform's loss
    expiry = 10,      // the ledger's own
};

inline constexpr std::size_t kIdempotencyKeyBytes = 255;  // at most
inline constexpr std::int32_t kMaxLotPriority = 1'000'000;

struct TransactionRequest {
    TransactionKind kind = TransactionKind::grant;
    Id128 organization;
    NanoUsd amount = {};  // above zero, except adjustments; refunds: zero means all that is left
    Id128 counterparty = {};
    Id128 reference = {};
    std::int32_t priority = kDefaultLotPriority;  // lower is spent first
    std::int64_t expires_ms = 0;                  // Unix time; 0: never
    std::string idempotency_key = {};             // of the caller; empty: none
    std::string idempotency_scope = {};           // who calls what: in another one the same key is another call
    std::string note = {};
    std::string actor = {};
    bool paid = false;  // a purchase: confirmed at once. Not part of what a repetition must have the same
    // Called before it is booked, on the ledger's thread, with all that was booked before committed: what it returns
    // refuses. What was read to decide on the transaction may have changed: an earlier one that failed may have been
    // stored after all.
    std::function<Status()> require = {};
    // Called when it is booked, on the ledger's thread, with its id and what was moved: adds rows of the caller's to
    // the batch. Not called for what fails, or was booked before.
    std::function<void(const Id128& transaction, NanoUsd moved, WriteBatch& batch)> beside = {};
};

// As in messages.
std::string_view name_of(TransactionKind kind);
// Of the entry that it makes.
EntryKind entry_kind(TransactionKind kind);
// "<kind>: <why>"
Status refused(TransactionKind kind, const std::string& why, StatusCode code = StatusCode::invalid);
// What can be said without looking anything up: invalid.
Status check(const TransactionRequest& request);

}  // namespace tollgate
