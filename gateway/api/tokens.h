// Personal tokens: how a person calls the API. Each person manages his own; the operator may make one for a user.
#pragma once

#include <array>

#include "accounting/accounts/key.h"
#include "gateway/api/call.h"
#include "gateway/api/keys.h"
#include "gateway/api/paging.h"

namespace tollgate {

ApiAnswer list_my_tokens(Call& call);
ApiAnswer create_my_token(Call& call, Change& change);
ApiAnswer show_my_token(Call& call);
ApiAnswer update_my_token(Call& call, Change& change);
ApiAnswer delete_my_token(Call& call, Change& change);
ApiAnswer rotate_my_token(Call& call, Change& change);
ApiAnswer create_token_of_user(Call& call, Change& change);

void write_token(const Call& call, const KeyRecord& token, JsonWriter& json);

inline constexpr Field kScopesField = fields::texts("scopes");
inline constexpr std::array kNewTokenFields = {
    kNameField,
    kScopesField.or_null().note("What the token may do of what its person may; null: everything"),
    fields::flag("may_infer").note("Whether it may call models; true if absent"),
    fields::time("expires_at").or_null().note("In the future; null: never"),
};
inline constexpr Schema kNewTokenBody{"NewToken", kNewTokenFields};
inline constexpr std::array kTokenFields = {
    fields::key_hash("hash").note("SHA-256 of the token's first secret: its id, also when it has another one"),
    fields::text("label"),
    fields::text("name").from(1, 100),
    kScopesField.note("*: everything"),
    fields::flag("may_infer"),
    fields::flag("disabled"),
    fields::time("created_at"),
    fields::time("expires_at").or_null(),
    fields::time("last_used_at").or_null().note("null: never"),
    kPreviousSecretField,
    fields::integer("version"),
};
inline constexpr Schema kToken{"Token", kTokenFields};
inline constexpr Schema kTokenChangeBody{"TokenChange", kTokenFields};
inline constexpr std::array kTokenDataFields = {fields::object("data", kToken)};
inline constexpr Schema kTokenData{"TokenData", kTokenDataFields};
inline constexpr std::array kTokenPageFields = {fields::list("data", kToken), kNextCursor};
inline constexpr Schema kTokenPage{"TokenPage", kTokenPageFields};
inline constexpr std::array kNewTokenAnswerFields = {fields::object("data", kToken),
                                                     fields::text("token").note("The plaintext, shown this once")};
inline constexpr Schema kNewTokenAnswer{"NewTokenData", kNewTokenAnswerFields};

}  // namespace tollgate
