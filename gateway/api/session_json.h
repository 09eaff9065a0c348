// A session as JSON.
#pragma once

#include <array>

#include "accounting/accounts/session.h"
#include "gateway/api/call.h"
#include "gateway/api/schema.h"

namespace tollgate {

void write_session(const Call& call, const Session& session, JsonWriter& json);

inline constexpr std::array kSessionFields = {
    fields::key_hash("id"),
    fields::flag("current").note("Whether it is the one that calls"),
    fields::texts("proofs").note("password, totp, recovery_code, passkey, identity_provider, link"),
    fields::text("address").or_null().note("That it began from"),
    fields::text("user_agent").or_null().note("The browser, as it calls itself"),
    fields::time("created_at"),
    fields::time("last_used_at"),
    fields::time("proved_at").note("When its person last proved who he is"),
    fields::time("expires_at").note("Also while it is used"),
};
inline constexpr Schema kSession{"Session", kSessionFields};

}  // namespace tollgate
