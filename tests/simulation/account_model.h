// What was asked of the accounts and what became of it, kept apart from the program.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/money/ids.h"
#include "accounting/money/subscription_plans.h"

namespace tollgate::simulation {

// A call as somebody sends it.
struct AccountCall {
    std::string_view method;
    std::string path, body;
    KeyDigest caller;  // of the key or token that is presented
    std::string idempotency_key = {};
};

// A call that changed something, or that may have: the machine crashed in it.
struct MadeCall {
    AccountCall call;
    std::int64_t at_ms = 0;
    bool answered = false;  // else what its answer would have been is not known
    int status = 0;
    std::string body = {};
};

struct AccountModel {
    SubscriptionPlans plans;
    KeyDigest root;
    std::deque<MadeCall> stored;       // that have an idempotency key and changed something
    std::optional<MadeCall> unknown;   // in which the machine crashed
    std::uint64_t last_change = 0;     // that is stored
    std::set<KeyDigest> keys, tokens;  // that there ever were
    std::set<KeyDigest> revoked;       // by a call that returned, and not given back since
    std::set<KeyDigest> given_back;    // perhaps: also those of somebody who left, as an admin may
    std::vector<std::string> invitation_tokens;
};

}  // namespace tollgate::simulation
