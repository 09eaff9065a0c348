// The dashboard's files as a browser asks for them. They answer without a key: what they show comes from the API.
#pragma once

#include "gateway/api/call.h"

namespace tollgate {

// The page itself, which is asked for again each time, by its ETag.
ApiAnswer show_dashboard(Call& call);
// One of the files that the page names.
ApiAnswer show_dashboard_file(Call& call);

// Which of a file's three forms an Accept-Encoding takes, brotli before gzip (RFC 9110, 12.5.3).
enum class FileCoding : std::uint8_t { identity, gzip, brotli };
FileCoding choose_coding(std::string_view accept_encoding);

}  // namespace tollgate
