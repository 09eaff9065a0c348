// What calls with an idempotency key were answered with, for a day: a repeated call returns the first one's answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "store/store.h"

namespace tollgate {

inline constexpr std::int64_t kAnswerLifetimeMs = 24LL * 3600 * 1000;

// A call that its caller may repeat. The same key of the same caller on the same route is the same call.
struct RepeatableCall {
    std::string key;    // the caller's idempotency key; not empty
    std::string actor;  // actor_of(), caller.h
    std::string route;  // method and path
    std::string body;   // a repeated call has the same
};

struct StoredAnswer {
    int status = 0;
    std::string body;
    // An answer that holds a secret, such as a new key, isn't stored; what it made is named in the body's place.
    bool secret = false;
};

// nullopt if the call is new. already_exists: the key was used with another body, or the answer held a secret.
Result<std::optional<StoredAnswer>> find_answer(Store& store, const RepeatableCall& call, std::int64_t now_ms);

// Puts the answer into the batch, and the removal of some that are too old.
Status add_answer(Store& store, const RepeatableCall& call, const StoredAnswer& answer, std::int64_t now_ms,
                  WriteBatch& batch);

}  // namespace tollgate
