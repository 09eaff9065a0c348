// Links that stand for a person: by one he chooses a password, by another he signs in. There is at most one of each
// person, and the next one ends it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "accounting/money/ids.h"
#include "store/store.h"

namespace tollgate {

class Change;

enum class PersonLinkKind : std::uint8_t {
    mailed_password,  // for an hour
    password,         // that somebody passes on by hand; for a day
    sign_in,          // from the host's command alone; for ten minutes
};
std::string_view to_string(PersonLinkKind kind);
bool parse(std::string_view text, PersonLinkKind& kind);
std::int64_t lifetime_ms(PersonLinkKind kind);
// What stands behind the gateway's address in such a link: "/#/password?token=…".
std::string link_path(PersonLinkKind kind, std::string_view token);

// Returns the token. Only its digest is stored.
std::string make_person_link(Change& change, const Id128& user, PersonLinkKind kind);
// Nothing if there is none.
void erase_person_link(Change& change, const Id128& user);

enum class LinkUse : std::uint8_t { choose_password, sign_in };
// Whose link it is: the token alone says so. not_found link_invalid: unknown, used, replaced, or for another use;
// conflict link_expired.
Result<Id128> find_person_link(Store& store, std::string_view token, LinkUse use, std::int64_t now_ms);
// The same, and uses it up.
Result<Id128> use_person_link(Change& change, std::string_view token, LinkUse use);

}  // namespace tollgate
