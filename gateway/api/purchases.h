// What people buy for their organization.
#pragma once

#include "accounting/ledger/transaction_request.h"
#include "gateway/api/call.h"

namespace tollgate {

// A purchase as whoever calls may make it: of people it has a least amount, and is done at once where they serve
// themselves. The field "amount" has failed if it is less.
TransactionRequest purchase_of(Call& call, NanoUsd amount);

}  // namespace tollgate
