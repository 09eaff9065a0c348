// Which of a client's header fields are sent on to its provider: those that the configuration names.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gateway/wire/http_head.h"

namespace tollgate {

inline constexpr std::size_t kMostForwardedBytes = 4096;  // of all lines of a request; what does not fit is left out

// Appends their lines, each with CRLF. `names` are in lower case. A value with other than visible ASCII, spaces and
// tabs is left out.
void append_forwarded(const wire::RequestHead& head, const std::vector<std::string>& names, std::string& out);

}  // namespace tollgate
