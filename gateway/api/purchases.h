// What people buy for their organization.
#pragma once

#include "accounting/ledger/transaction_request.h"
#include "gateway/api/call.h"

namespace tollgate {

inline constexpr std::size_t kMostPendingPurchases = 100;  // of an organization; the operator makes more

// A purchase as whoever calls may make it: of people it has a least amount, and is done at once where they serve
// themselves, else conflict limit_reached where too many wait. The field "amount" has failed if it is less.
TransactionRequest purchase_of(Call& call, NanoUsd amount);

}  // namespace tollgate
