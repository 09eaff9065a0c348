// When a provider that refuses for now wants to be asked again.
#pragma once

#include <cstdint>
#include <string_view>

namespace tollgate {

// In ms from now, of header lines each with CRLF: retry-after-ms, else retry-after in seconds or as an HTTP date (RFC
// 9110, 10.2.3), for which `unix_ms` is now. At most a day. 0: they do not say, or name what is past.
std::int64_t retry_after_ms(std::string_view header_lines, std::int64_t unix_ms);

}  // namespace tollgate
