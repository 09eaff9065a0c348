// When a provider that refuses for now wants to be asked again.
#pragma once

#include <cstdint>
#include <string_view>

namespace tollgate {

// In ms from now, of header lines each with CRLF: retry-after-ms, else retry-after in whole seconds. 0: they do not
// say, or name a date.
std::int64_t retry_after_ms(std::string_view header_lines);

}  // namespace tollgate
