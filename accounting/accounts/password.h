// The password of a person, as it is stored.
//
// Its hash is sealed as other secrets are, by the instance's data key: who has a copy of the database cannot try
// passwords without the master key. Mixing that key into the hash was the other way, and would bind every password to
// one master key for ever; what is sealed is wrapped anew when that key is replaced.
#pragma once

#include <string>
#include <string_view>

#include "accounting/money/ids.h"
#include "store/store.h"

namespace tollgate {

class Change;
class Vault;

// By hash_password(). not_found: the person has none. Any thread that may block.
Result<std::string> find_password(Store& store, const Vault& vault, const Id128& user);

// Puts a hash in the place of the one there was. The person's document says when (User::password_set_ms). conflict
// no_master_key: nothing can be sealed.
Status set_password(Change& change, const Id128& user, std::string_view hash);
// Nobody signs in by it any more. not_found: there is no such person.
Status clear_password(Change& change, const Id128& user);
// For the person's end.
void erase_password(Change& change, const Id128& user);

}  // namespace tollgate
