// Who may have the secret of a key that acts for its maker: a management or service key may what its maker may.
#pragma once

#include <string_view>

#include "accounting/accounts/key.h"
#include "gateway/api/call.h"

namespace tollgate {

// Whether the caller may make a key of this kind, or let one go on, as that maker's: nobody but the operator has the
// secret of one that is made, or goes on, in another's name. A session must have been proven lately for a key that acts
// for its maker. `param`: the field that asks for it. The answer's error says why not.
ApiAnswer check_key_maker(const Call& call, const Directory& directory, KeyKind kind, const Id128& creator,
                          std::string_view param = "creator_user_id");

// The same of what makes the key that there is worth more to whoever has its secret: of a kind that acts for its maker,
// the maker does it himself, not by another key, or the operator. `verb`: what is done to it, in the words of a
// refusal.
ApiAnswer check_key_holder(const Call& call, const Directory& directory, const KeyRecord& key, std::string_view verb,
                           std::string_view param = {});

}  // namespace tollgate
