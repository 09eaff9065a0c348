// Whether a request to the operations listener comes from a program of the operator. The listener has no
// authentication, and a page of another site can make a browser inside the network send requests to it. Such a request
// says its Origin; or, where the site's name was pointed to the listener's address, that name as its Host; and it
// cannot carry a field of its own without asking first (Fetch standard, CORS protocol).
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tollgate {

// What a request that changes something must carry, with any value.
inline constexpr std::string_view kOperationField = "x-tollgate-operation";

struct OperationsRequest {
    std::string_view host;  // the Host field; empty: none, as of HTTP/1.0
    bool has_origin = false;
    bool changes = false;  // anything but GET and HEAD
    bool has_operation_field = false;
};

// Why it is refused, in words; empty: it is not. Host may be an IP address, "localhost" or one of `hosts`, with any
// port.
std::string_view refusal_of(const OperationsRequest& request, std::span<const std::string> hosts);

}  // namespace tollgate
