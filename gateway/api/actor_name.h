// The names of those whom records have by id.
#pragma once

#include <string>
#include <string_view>

namespace tollgate {

class Call;

// Of an actor as actor_of() writes it, "user:018f…": the person's name, also of one who was deleted since. Empty: it is
// no person.
std::string actor_name(const Call& call, std::string_view actor);

}  // namespace tollgate
