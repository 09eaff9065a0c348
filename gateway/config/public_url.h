// The address that people reach the gateway by, which a proxy in front may serve under a path of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/status.h"

namespace tollgate {

struct PublicUrl {
    std::string scheme;      // http or https
    std::string host;        // in lower case; an IPv6 address in brackets
    std::uint16_t port = 0;  // the scheme's where the text names none
    std::string base_path;   // "/gate", without a slash at its end; empty: the root

    // As browsers write it: without the scheme's own port.
    std::string origin() const;
    bool operator==(const PublicUrl&) const = default;
};

// invalid: what is wrong with the text.
Result<PublicUrl> parse_public_url(std::string_view text);

}  // namespace tollgate
