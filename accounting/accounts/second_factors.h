// Second factors of a person: codes of an authenticator app (authenticator_app.h), passkeys (passkey.h), and recovery
// codes for the day when he has lost those. They are documents alone, not in the directory: they are looked at when
// somebody signs in or changes them.
//
// The audit shows the document that says what there is. What counts stands in another one, which no audit shows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/money/ids.h"
#include "store/store.h"

namespace tollgate {

class Change;

struct SecondFactors {
    Id128 user = {};
    std::int64_t app_ms = 0;             // since when he has an authenticator app; 0: he has none
    std::int64_t awaited_app_ms = 0;     // when he began to set up one that waits for its first code; 0: none waits
    std::int64_t recovery_codes_ms = 0;  // when they were made; 0: he has none
    std::int64_t recovery_codes_left = 0;
    std::vector<std::string> passkeys = {};  // what names them, in hexadecimal, the oldest first

    // Whether a password alone does not let him in.
    bool any() const { return app_ms != 0 || !passkeys.empty(); }
};

// Of a person who has none: empty ones. In a change: as it leaves them.
Result<SecondFactors> find_second_factors(Store& store, const Id128& user);
Result<SecondFactors> find_second_factors(Change& change, const Id128& user);

inline constexpr std::size_t kRecoveryCodes = 10;  // of 80 bits each

// In the place of those there were. conflict no_second_factor: there is nothing to recover from.
Result<std::vector<std::string>> make_recovery_codes(Change& change, const Id128& user);
// Which of the person's codes was typed. denied code_invalid: none that is left.
Result<KeyDigest> check_recovery_code(Store& store, const Id128& user, std::string_view typed);
// It counts no more; returns how many are left. denied code_invalid: it was used since.
Result<std::int64_t> use_recovery_code(Change& change, const Id128& user, const KeyDigest& code);

// All of them, passkeys too: when he has lost everything, and for his end.
Status erase_second_factors(Change& change, const Id128& user);

// --- For those that add and remove factors.

// What no audit shows.
struct FactorSecrets {
    std::string app = {};                          // the sealed secret, in hexadecimal; empty: none, as is the next
    std::string awaited_app = {};                  // of an app that has not shown yet that it knows it
    std::int64_t last_app_step = 0;                // whose code was used last
    std::vector<std::string> recovery_codes = {};  // digests of those left
};
Result<FactorSecrets> find_factor_secrets(Store& store, const Id128& user);
Result<FactorSecrets> find_factor_secrets(Change& change, const Id128& user);
void put_factor_secrets(Change& change, const Id128& user, const FactorSecrets& secrets);
// With the last factor the recovery codes end.
Status put_second_factors(Change& change, SecondFactors factors);
// Recovery codes for a person who has just got his first factor; none where he has some.
Result<std::vector<std::string>> first_recovery_codes(Change& change, const Id128& user);

}  // namespace tollgate
