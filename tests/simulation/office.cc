#include "tests/simulation/office.h"

#include <cstdlib>
#include <utility>

#include "gateway/client/authenticate.h"
#include "tests/simulation/violation.h"

namespace tollgate::simulation {
namespace {

// One for all: nothing here depends on what it is, and a locked page for each run would be dear.
std::shared_ptr<const MasterKeys> master_keys() {
    static const auto keys = [] {
        auto key = MasterKey::parse(std::string(64, '7'), "the simulation");
        if (!key) std::abort();
        auto shared = std::make_shared<MasterKeys>();
        shared->current = std::make_shared<const MasterKey>(std::move(*key));
        return shared;
    }();
    return keys;
}

}  // namespace

Office::Office(Store& store, CreditTable& credits, const SubscriptionPlans& plans) {
    services_.store.reset(&store);
    services_.credits.reset(&credits);
    auto accounts = Accounts::load(store, credits, plans);
    REQUIRE(accounts.has_value(), "I23", "the accounts do not load: " + accounts.error().message());
    services_.accounts = std::move(*accounts);
    services_.accounts->vault().use(master_keys());
    in_force_ = services_.accounts->directory();
    services_.accounts->on_publish([this](std::shared_ptr<const Directory> next) { in_force_ = std::move(next); });
    services_.refusals = std::make_unique<Refusals>(store);
    services_.usage = std::move(*UsageIndex::open(store, {}));
    services_.catalogue.set(std::make_shared<const Catalogue>(std::make_shared<PriceList>(), services_.providers));
}

// They are lent.
Office::~Office() {
    services_.usage.reset();
    services_.accounts.reset();
    (void)services_.ledger.release();
    (void)services_.credits.release();
    (void)services_.store.release();
}

void Office::serve(Ledger& ledger) { services_.ledger.reset(&ledger); }

Outcome<Principal> Office::let_in(const KeyDigest& key, std::int64_t now_ms) const {
    Head head;
    head.key_presented = true;
    head.presented_key = key;
    head.started_ms = now_ms;
    return authenticate(in_force_, *services_.credits, head);
}

ApiAnswer Office::answer(const AccountCall& call, std::int64_t now_ms) {
    const Operation* const operation = find_route(call.path).find(call.method);
    if (operation == nullptr) std::abort();  // no such route: the clerk is wrong
    Head head;
    head.operation = operation;
    head.key_presented = true;
    head.presented_key = call.caller;
    head.started_ms = now_ms;
    const auto principal = authenticate(in_force_, *services_.credits, head);
    if (!principal) {
        ApiAnswer answer;
        answer.error = principal.error();
        return answer;
    }
    const Caller caller = caller_of(*principal);
    ApiRequest request{.operation = operation,
                       .path = call.path,
                       .query = {},
                       .body = call.body,
                       .idempotency_key = call.idempotency_key,
                       .if_match = {},
                       .principal = *principal,
                       .caller = caller,
                       .now_ms = now_ms};
    if (Error denied = check_permission(*operation, caller.kind)) {
        ApiAnswer answer;
        answer.error = std::move(denied);
        return answer;
    }
    return answer_call(services_, request);
}

}  // namespace tollgate::simulation
