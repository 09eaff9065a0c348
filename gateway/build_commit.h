// The commit that the program was built of.
#pragma once

#include <string_view>

namespace tollgate {

std::string_view build_commit();  // empty: not built of a repository

}  // namespace tollgate
