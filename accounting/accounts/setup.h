// The link by which the first person is made who operates the gateway. Whoever has it need not be known; whoever has it
// not gets nothing, however early he comes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/status.h"
#include "store/store.h"

namespace tollgate {

class Change;

// Returns the token, of which only the digest is stored. One that was made before ends.
std::string make_setup_token(Change& change);
// What stands behind the gateway's address in the link.
std::string setup_path(std::string_view token);
// Whether there is one that nobody has used.
Result<bool> has_setup_token(Store& store);
// not_found setup_invalid: it is another one, or was used. The second uses it up.
Status check_setup_token(Store& store, std::string_view token);
Status use_setup_token(Change& change, std::string_view token);

}  // namespace tollgate
