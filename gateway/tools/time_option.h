// A command's option that is a point in time.
#pragma once

#include "gateway/text/time_text.h"

namespace tollgate {

// Unix milliseconds of an option in the forms of parse_time(); `otherwise` if it is empty. invalid names the option.
inline Result<std::int64_t> read_time_option(const std::string& option, const std::string& text,
                                             std::int64_t otherwise) {
    if (text.empty()) return otherwise;
    auto unix_ms = parse_time(text);
    if (unix_ms) return unix_ms;
    return failure(unix_ms.error().code(), option + " " + text + ": " + unix_ms.error().message());
}

}  // namespace tollgate
