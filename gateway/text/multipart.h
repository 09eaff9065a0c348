// A form in parts (multipart/form-data, RFC 7578), looked at where it stands: its parts are found, so that one value
// can be changed by a splice and all other bytes stay as they are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/text/error.h"

namespace tollgate {

inline constexpr std::size_t kMostFormParts = 256;
inline constexpr std::size_t kMostPartHeadBytes = 8192;

// One part. The views are of the body.
struct FormPart {
    std::string name;        // unescaped
    bool is_file = false;    // it has a file name
    std::string_view value;  // what the part holds
    std::string_view whole;  // from its boundary to the next one
};

// The boundary that a content type of such a form names; empty: it is none, or names none that is one (RFC 2046 5.1.1).
std::string form_boundary(std::string_view content_type);

// All parts, in their order. invalid_request: the body is no such form, ends before its last boundary, or has too many
// or too large heads.
Outcome<std::vector<FormPart>> read_form(std::string_view body, std::string_view boundary);

}  // namespace tollgate
