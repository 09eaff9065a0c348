// The secrets of a key whose first one was replaced.
//
// A key stays the same one whatever its secret: its public id is the digest of the first, and by that it stands in
// balances, limits, usage records, reports and the audit. A new key that inherits the record was the other way. It
// would have to take what was spent from the old one while requests hold money of both, and split every report in two.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "accounting/accounts/api_key.h"
#include "accounting/accounts/seldom.h"
#include "accounting/money/ids.h"
#include "store/status.h"

namespace tollgate {

class Change;

// No more than two work at a time: the newest, and for a while the one before it.
struct KeySecrets {
    KeyDigest current = {}, previous = {};
    std::int64_t previous_until_ms = 0;  // Unix time at which the previous one stops; 0: there is none

    bool empty() const { return *this == KeySecrets(); }
    bool admits(const KeyDigest& presented, std::int64_t now_ms) const {
        return presented == current || (presented == previous && now_ms < previous_until_ms);
    }
    bool operator==(const KeySecrets&) const = default;
};
using CompactKeySecrets = Seldom<KeySecrets>;  // most keys have their first one still

// As JSON, and from it; empty: none.
std::string json_of(const CompactKeySecrets& secrets);
// corrupt: says what is wrong; `document` names where it stands.
Result<KeySecrets> read_key_secrets(std::string_view document, std::string_view json);

inline constexpr std::int64_t kMostGraceSeconds = 7LL * 24 * 3600;
// Of a key that rotates itself and names none: else a lost answer would leave its holder with no secret at all.
inline constexpr std::int64_t kOwnGraceSeconds = 60;

struct Rotation {
    // For which the secret that the key had works on; absent: none, or kOwnGraceSeconds of the key that calls.
    std::optional<std::int64_t> grace_seconds = {};
    std::optional<Id128> creator = {};  // a member, whose key it is from now on: then there is no grace
};
// Gives the key another secret. Any but the newest two stop at once. The digest returned is still the key's id.
// not_found for an unknown key, invalid for the root key, a grace above kMostGraceSeconds, and one of 0 for the key
// that calls; denied scope_exceeds_own: a personal token may what the one that calls may not. With another maker, what
// hand_over() refuses.
Result<NewKey> rotate_key(Change& change, const KeyDigest& key, const Rotation& rotation = {});

}  // namespace tollgate
