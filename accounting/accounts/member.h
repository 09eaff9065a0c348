// A member of an organization: so far the limits of a person in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "accounting/accounts/document.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Change;
class Store;

struct Member {
    Id128 organization, user;
    std::int64_t version = 0;  // one more with each change; 1 is the first
    Limits limits = {};
};

// From the document's key and text.
Result<Member> read_member(DocumentReader& reader, std::string_view document, std::string_view text);

// As stored; one without limits, of version 0, where there is none.
Result<Member> find_member(Store& store, const Id128& organization, const Id128& user);

// The organization must be there. The member need not be known yet: people come later.
Status set_member_limits(Change& change, const Id128& organization, const Id128& user, const Limits& limits);

}  // namespace tollgate
