#include "tests/simulation/expectation.h"

#include <algorithm>

namespace tollgate::simulation {
namespace {

constexpr Expectation kRefused{.may_succeed = false, .may_fail = true, .moved = {}, .answer_about = {}};

Expectation exactly(NanoUsd moved) { return {.moved = {moved, moved}, .answer_about = {}}; }

// Credit that is neither used nor held, nor kept for those who ran when it expired.
Range available(const ModelOrganization& organization) {
    const Range left = Model::left(organization);
    return {std::max(left.least, NanoUsd{}), std::max(left.most, NanoUsd{})};
}

// All of the amount, or nothing.
Expectation takes(const ModelOrganization& organization, NanoUsd amount, NanoUsd spare) {
    if (amount == NanoUsd{} || amount > spare || amount > available(organization).most) return kRefused;
    Expectation expected = exactly(-amount);
    expected.may_fail = amount > available(organization).least;
    return expected;
}

Expectation takes_what_there_is(const ModelOrganization& organization, NanoUsd amount) {
    const auto [least, most] = available(organization);
    return {.moved = {-std::min(amount, most), -std::min(amount, least)}, .answer_about = {}};
}

Expectation end_of_purchase(const Purchase* purchase, const TransactionRequest& request) {
    if (purchase == nullptr) return kRefused;
    const bool confirm = request.kind == TransactionKind::confirm_purchase;
    const auto wanted = confirm ? Purchase::State::confirmed : Purchase::State::cancelled;
    if (purchase->state != wanted && purchase->state != Purchase::State::pending) return kRefused;
    Expectation expected = exactly(confirm ? purchase->amount : NanoUsd{});
    expected.repeated = purchase->state == wanted;
    expected.answer_about = purchase->amount;
    return expected;
}

}  // namespace

Expectation expect(World& world, const TransactionRequest& request) {
    using enum TransactionKind;
    const Lots& lots = world.books.lots();
    const ModelOrganization& organization =
        *std::ranges::find(world.model.organizations, request.organization, &ModelOrganization::id);
    const auto purchase_found = lots.purchases().find(request.reference);
    const Purchase* bought = purchase_found == lots.purchases().end() ? nullptr : &purchase_found->second;
    if (bought != nullptr && bought->organization != request.organization) bought = nullptr;
    const bool paid = bought != nullptr && bought->state == Purchase::State::confirmed;
    switch (request.kind) {
        case grant:
            if (request.expires_ms != 0 && request.expires_ms <= world.now_ms) return kRefused;
            return exactly(request.amount);
        case TransactionKind::purchase: {
            Expectation expected = exactly({});
            expected.answer_about = request.amount;
            return expected;
        }
        case confirm_purchase:
        case cancel_purchase:
            return end_of_purchase(bought, request);
        case usage_refund: {
            const auto charge = lots.charges().find(request.reference);
            if (charge == lots.charges().end() || charge->second.organization != request.organization) return kRefused;
            const NanoUsd left = charge->second.charged - charge->second.given_back;
            const NanoUsd amount = request.amount == NanoUsd{} ? left : request.amount;
            return amount == NanoUsd{} || amount > left ? kRefused : exactly(amount);
        }
        case payment_refund: {
            if (!paid) return kRefused;
            const NanoUsd spare = std::min(lots.spare(request.organization, request.reference, organization.held),
                                           bought->amount - bought->given_back);
            return takes(organization, request.amount == NanoUsd{} ? spare : request.amount, spare);
        }
        case transfer:
            return takes(organization, request.amount, lots.spare_purchased(request.organization, organization.held));
        case adjustment:
            if (request.amount > NanoUsd{}) return exactly(request.amount);
            return takes_what_there_is(organization, -request.amount);
        case charge_back:
            if (!paid || request.amount > bought->amount - bought->given_back) return kRefused;
            return takes_what_there_is(organization, request.amount);
        case expiry:
            return kRefused;
    }
    return kRefused;
}

EntryKind entry_kind_of(TransactionKind kind) {
    using enum TransactionKind;
    if (kind == grant) return EntryKind::grant;
    if (kind == usage_refund) return EntryKind::usage_refund;
    if (kind == payment_refund) return EntryKind::payment_refund;
    if (kind == transfer) return EntryKind::transfer;
    if (kind == adjustment || kind == charge_back) return EntryKind::adjustment;
    return EntryKind::purchase;
}

bool ends_purchase(TransactionKind kind) {
    return kind == TransactionKind::confirm_purchase || kind == TransactionKind::cancel_purchase;
}

}  // namespace tollgate::simulation
