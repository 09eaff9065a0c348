// The commands of the client: one for each operation of the API, made from the table of routes. A route that is added
// has a command at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/exchange/route.h"

namespace tollgate {

struct ClientCommand {
    const Operation* operation = nullptr;  // of the table of routes
    std::string group;                     // "key"
    std::string verb;                      // "create", "set-limits"
};

// All, by group, in the order of the table. None are of calls to models, and a path that repeats an earlier one for
// clients of another make has none of its own.
const std::vector<ClientCommand>& client_commands();

// Whether a call changes something: it may carry an Idempotency-Key.
bool changes(const Operation& operation);

// Whether it is about an organization that its path does not name: that of the key, or of X-Org-Id.
bool is_of_own_organization(const Operation& operation);

// The names in braces, in order: {"organization", "key"}.
std::vector<std::string_view> path_parameters(std::string_view path);

}  // namespace tollgate
