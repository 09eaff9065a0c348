#include "tests/simulation/teller.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace tollgate::simulation {
namespace {

constexpr std::int32_t kOtherPriority = 7;

template <class Map>
Id128 some_key(Random& random, const Map& map) {
    if (map.empty()) return numbered_id(1, random.next());  // of nothing
    return std::next(map.begin(), random.between(0, static_cast<std::int64_t>(map.size()) - 1))->first;
}

}  // namespace

// Everything settled is in the journal, and the model knows the journal: then the next outcome can be told.
bool Teller::all_is_booked() {
    world_.process->ledger->flush();
    if (world_.machine.crashed()) return false;
    invariants_.new_records();
    if (!world_.process->accepting()) return false;
    invariants_.transactions();
    return true;
}

void Teller::perform(const TransactionRequest& request) {
    if (!all_is_booked()) return;
    const Expectation expected = expect(world_, request);
    const auto result = world_.process->ledger->transact(request, world_.now_ms);
    const std::string outcome = world_.machine.crashed() ? "?" : result ? "ok" : result.error().message();
    TRACE(world_, std::string(name_of(request.kind)) + " " + to_usd(request.amount) + ": " + outcome);
    ModelTransaction asked{.request = request, .moved = expected.moved, .answer = {}, .entry = {}};
    if (world_.machine.crashed()) {
        if (expected.may_succeed && !expected.repeated) world_.model.transactions.push_back(std::move(asked));
        return;
    }
    invariants_.transacted(request, expected, result);
    if (result ? result->repeated : result.error().code() != StatusCode::io) return;
    if (result) {
        asked.answer = *result;
    } else {
        auto& organizations = world_.model.organizations;
        std::ranges::find(organizations, request.organization, &ModelOrganization::id)->unsure =
            -std::min(expected.moved.least, NanoUsd{});
    }
    world_.model.transactions.push_back(std::move(asked));
    if (!result) return;
    invariants_.new_records();
    invariants_.transactions();
    invariants_.lots();
}

void Teller::grant_to(std::size_t organization, NanoUsd amount) {
    perform({.kind = TransactionKind::grant,
             .organization = world_.model.organizations[organization].id,
             .amount = amount});
}

TransactionRequest Teller::some_request() {
    using enum TransactionKind;
    constexpr std::array kKinds = {grant,       grant,        grant,          purchase,         purchase,
                                   charge_back, usage_refund, payment_refund, confirm_purchase, confirm_purchase,
                                   adjustment,  usage_refund, transfer,       cancel_purchase};
    Random& random = world_.random;
    auto& organizations = world_.model.organizations;
    TransactionRequest request;
    request.kind = random.pick(kKinds);
    if (random.one_in(2) && !lost_purchases().empty()) request.kind = payment_refund;  // else too rare
    request.organization = random.pick(organizations).id;
    request.amount = {random.one_in(2) ? random.between(1, 50'000) : random.between(50'000, 1'000'000)};
    if (random.one_in(2)) request.idempotency_key = "event " + std::to_string(++next_key_);
    if (request.kind == grant && random.one_in(2)) request.priority = static_cast<int>(50 * random.between(1, 3));
    if (request.kind == grant && random.one_in(2)) {
        request.expires_ms = world_.now_ms + random.between(1, random.one_in(2) ? kDayMs : 20'000);
    }
    if (request.kind == adjustment && random.one_in(2)) request.amount = -request.amount;
    if (request.kind == transfer) {
        request.counterparty = random.pick(organizations).id;
        if (request.counterparty == request.organization) request.counterparty = numbered_id(9, random.next());
    }
    refer(request);
    return request;
}

// Those of which more is unspent than may still be paid back: they were charged back while they were held.
std::map<Id128, Purchase> Teller::lost_purchases() const {
    const Lots& lots = world_.books.lots();
    std::map<Id128, Purchase> lost = lots.purchases();
    std::erase_if(lost, [&lots](const auto& one) {
        const auto& [id, purchase] = one;
        return purchase.given_back == NanoUsd{} ||
               lots.spare(purchase.organization, id, {}) <= purchase.amount - purchase.given_back;
    });
    return lost;
}

// Half of the time one of which something was paid back, or that was lost, if there is one.
Id128 Teller::some_purchase() {
    const auto& all = world_.books.lots().purchases();
    if (world_.random.one_in(2)) return some_key(world_.random, all);
    if (const auto lost = lost_purchases(); !lost.empty()) return some_key(world_.random, lost);
    std::map<Id128, Purchase> paid_back = all;
    std::erase_if(paid_back, [](const auto& one) { return one.second.given_back == NanoUsd{}; });
    return some_key(world_.random, paid_back.empty() ? all : paid_back);
}

// Mostly to what is the organization's own; refunds are often of all that is left.
void Teller::refer(TransactionRequest& request) {
    using enum TransactionKind;
    Random& random = world_.random;
    const Lots& lots = world_.books.lots();
    const bool refund = request.kind == usage_refund || request.kind == payment_refund;
    if (ends_purchase(request.kind) || (refund && random.one_in(2))) request.amount = {};
    std::optional<Id128> owner;
    if (request.kind == usage_refund) {
        request.reference = some_key(random, lots.charges());
        const auto charge = lots.charges().find(request.reference);
        if (charge != lots.charges().end()) owner = charge->second.organization;
    } else if (ends_purchase(request.kind) || request.kind == payment_refund || request.kind == charge_back) {
        request.reference = some_purchase();
        const auto purchase = lots.purchases().find(request.reference);
        if (purchase != lots.purchases().end()) {
            owner = purchase->second.organization;
            const NanoUsd left = purchase->second.amount - purchase->second.given_back;
            if (request.kind == charge_back && left > NanoUsd{} && random.one_in(2)) request.amount = left;
        }
    }
    if (owner && !random.one_in(16)) request.organization = *owner;
}

void Teller::transact() { perform(some_request()); }

void Teller::repeat() {
    std::vector<std::size_t> with_key;
    for (std::size_t i = 0; i < world_.model.transactions.size(); ++i) {
        if (!world_.model.transactions[i].request.idempotency_key.empty()) with_key.push_back(i);
    }
    if (with_key.empty() || !all_is_booked()) return;
    auto& transactions = world_.model.transactions;
    const auto chosen = transactions.begin() + static_cast<std::ptrdiff_t>(world_.random.pick(with_key));
    const ModelTransaction& known = *chosen;
    if (known.lost) {
        const TransactionRequest again = known.request;
        transactions.erase(chosen);
        return perform(again);
    }
    TransactionRequest request = known.request;
    const bool another = world_.random.one_in(4);
    if (another) request.priority = kOtherPriority;
    const auto result = world_.process->ledger->transact(request, world_.now_ms);
    TRACE(world_, "repeat " + std::string(name_of(request.kind)) + (another ? ", changed" : ""));
    if (world_.machine.crashed()) return;
    if (another) return invariants_.reused(known, result);
    invariants_.repeated(known, result);
}

void Teller::expire() {
    if (!all_is_booked()) return;
    auto& organizations = world_.model.organizations;
    const Lots before = world_.books.lots();
    const auto result = world_.process->ledger->expire_credit();
    TRACE(world_, "expire: " + (result ? std::to_string(*result) : result.error().message()));
    if (world_.machine.crashed()) return;
    invariants_.new_records();
    const bool booked = world_.process->accepting();
    if (booked) invariants_.transactions();
    for (ModelOrganization& organization : organizations) {
        const Lots& lots = booked ? world_.books.lots() : before;
        std::int64_t last_ms = INT64_MIN;
        for (const Lot& lot : before.of(organization.id)) {
            if (lot.expired(world_.now_ms)) last_ms = std::max(last_ms, lot.expires_ms);
        }
        const NanoUsd left = lots.expired(organization.id, world_.now_ms);
        const bool fresh = world_.model.freeze_expired(organization, left, last_ms, world_.now_ms);
        if (fresh) invariants_.promised(organization, before, lots);
        if (!booked) {
            organization.expired.exact = false;
            organization.unsure = left;
        }
        invariants_.expired(organization);
    }
    world_.tally.expiries += result ? *result : 0;
    if (booked) invariants_.lots();
}

}  // namespace tollgate::simulation
