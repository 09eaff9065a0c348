// What is wrong with a field of a client's request.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "gateway/text/error.h"

namespace tollgate {

// invalid_request: it cannot be understood, or cannot stand there. `param` names it in the client's words.
inline Error invalid_field(std::string message, std::string_view param) {
    return {ErrorKind::invalid_request, std::move(message), std::string(param)};
}

// The same, of what the chosen model's provider alone does not know or take: with Retry::elsewhere.
inline Error unsupported_field(std::string message, std::string_view param) {
    Error error = invalid_field(std::move(message), param);
    error.set_retry(Retry::elsewhere);
    return error;
}

}  // namespace tollgate
