#include "gateway/api/purchases.h"

#include "gateway/worker.h"

namespace tollgate {

TransactionRequest purchase_of(Call& call, NanoUsd amount) {
    TransactionRequest purchase{.kind = TransactionKind::purchase, .organization = call.organization().id};
    purchase.amount = amount;
    if (call.request.caller.is_operator()) return purchase;
    const BillingConfig& billing = call.services.config.billing;
    if (amount < billing.least_purchase) {
        call.body.fail("amount", "must be at least " + to_usd(billing.least_purchase) + " USD");
    }
    purchase.paid = billing.self_service;
    return purchase;
}

}  // namespace tollgate
