// What calls with an idempotency key were answered with, for a day: a repeated call returns the first one's answer.
// Answers that hold a secret are kept sealed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/accounts/vault.h"
#include "store/store.h"

namespace tollgate {

class Change;

inline constexpr std::size_t kMaxAnswerHeaderBytes = 255;
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
    std::string headers = {};  // further lines, with CRLF; at most kMaxAnswerHeaderBytes
    // What made the secret that the body holds, such as "key/<hash>"; empty: it holds none.
    std::string secret_of = {};
};

// nullopt if the call is new. already_exists: the key was used with another body, or the answer held a secret that
// could not be sealed.
Result<std::optional<StoredAnswer>> find_answer(Store& store, const Vault& vault, const RepeatableCall& call,
                                                std::int64_t now_ms);

// The answer in the form in which it is stored. One that holds a secret is sealed; where that is not possible it isn't
// stored, and what it made is named in its place. May put a data key into the change.
std::string encode_answer(Change& change, const RepeatableCall& call, const StoredAnswer& answer);
// Puts it into the batch, and the removal of some that are too old.
Status put_answer(Store& store, const RepeatableCall& call, std::string encoded, std::int64_t now_ms,
                  WriteBatch& batch);

}  // namespace tollgate
