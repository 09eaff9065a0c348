// All that a directory says, as text: two that say the same are the same text.
#pragma once

#include <string>

#include "accounting/accounts/directory.h"

namespace tollgate::simulation {

std::string text_of(const Directory& directory);

}  // namespace tollgate::simulation
