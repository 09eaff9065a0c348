#include "gateway/api/purchases.h"

#include "accounting/ledger/transaction_history.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// Counts among the newest kMaxHistoryRowsExamined transactions, so that a long history costs no more.
Status check_pending(Store& store, const Id128& organization) {
    const auto page = read_history(store, {.organization = organization,
                                           .kind = EntryKind::purchase,
                                           .state = TransactionState::pending,
                                           .limit = kMostPendingPurchases});
    if (!page) return page.error();
    if (page->rows.size() < kMostPendingPurchases) return {};
    return {StatusCode::conflict,
            "the organization has " + std::to_string(page->rows.size()) +
                " purchases that wait for their payment, the most there may be; cancel some",
            "limit_reached"};
}

}  // namespace

TransactionRequest purchase_of(Call& call, NanoUsd amount) {
    TransactionRequest purchase{.kind = TransactionKind::purchase, .organization = call.organization().id};
    purchase.amount = amount;
    if (call.request.caller.is_operator()) return purchase;
    const BillingConfig& billing = call.services.config.billing;
    if (amount < billing.least_purchase) {
        call.body.fail("amount", "must be at least " + to_usd(billing.least_purchase) + " USD");
    }
    purchase.paid = billing.self_service;
    if (!purchase.paid) {
        purchase.require = [&store = *call.services.store, organization = purchase.organization] {
            return check_pending(store, organization);
        };
    }
    return purchase;
}

}  // namespace tollgate
