// The authenticator app of a person, whose codes (accounting/secrets/totp.h) prove that he has it. Its secret is sealed
// as other secrets are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/vault.h"
#include "accounting/money/ids.h"
#include "accounting/secrets/locked_bytes.h"
#include "store/store.h"

namespace tollgate {

class Change;

inline constexpr std::int64_t kAwaitedAppMs = 60LL * 60 * 1000;  // for a code of an app that is being set up

// A secret for another app. It counts when the app has shown a code; until then the one before does. conflict
// no_master_key.
Result<LockedBytes> begin_app(Change& change, const Id128& user);
// By the app's code; returns the recovery codes that the person gets with his first factor, else none. conflict
// app_not_begun: no app is being set up, or for too long; invalid code_invalid.
Result<std::vector<std::string>> confirm_app(Change& change, const Id128& user, std::string_view code);
// not_found: he has none.
Status remove_app(Change& change, const Id128& user);

// Which step's code was typed. denied code_invalid: none that counts now, or one that was used. Any thread that may
// block.
Result<std::int64_t> check_app_code(Store& store, const Vault& vault, const Id128& user, std::string_view code,
                                    std::int64_t now_ms);
// It and those before it count no more. denied code_invalid: it was used since.
Status use_app_step(Change& change, const Id128& user, std::int64_t step);

}  // namespace tollgate
