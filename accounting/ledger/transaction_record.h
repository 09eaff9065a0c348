// What the store keeps beside the journal so that nothing is booked or given back twice: under a caller's idempotency
// key the transaction that it made, under a request or purchase what was refunded of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "accounting/ledger/transaction_request.h"
#include "accounting/money/ids.h"
#include "accounting/money/money.h"
#include "store/store.h"

namespace tollgate {

// What Family::idempotency keeps.
struct TransactionRecord {
    Id128 transaction;
    Id128 organization;
    KeyDigest content;
};
Result<TransactionRecord> decode_transaction_record(std::string_view value);

std::string encode_transaction_record(const Id128& transaction, const TransactionRequest& request);

// Its key in Family::idempotency; the request has an idempotency key.
std::string record_key(const TransactionRequest& request);
// What must be the same if the key is: all that the caller says. Not the actor.
KeyDigest content_of(const TransactionRequest& request);

// What was given back of a request's charge or of a purchase so far; the row is Family::transactions' refunded_key().
Result<NanoUsd> refunded_of(Store& store, const Id128& organization, const Id128& of);
std::string encode_refunded(NanoUsd amount);

}  // namespace tollgate
