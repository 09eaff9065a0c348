// The statuses that providers' names of errors stand for. In a stream, or under 200, an error comes without its own.
#pragma once

#include <string_view>

namespace tollgate {

// 400 to 599; 0: the name tells of none.
int status_named(std::string_view error);

}  // namespace tollgate
