// One call to another server by HTTP, for threads that may wait: what is said, to whom, and within which limits. No
// redirect is followed, so that a credential goes to no other host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/wire/networks.h"
#include "store/status.h"

namespace tollgate {

struct HttpCall {
    static constexpr std::uint32_t kConnectTimeoutMs = 5'000;
    static constexpr std::uint32_t kTimeoutMs = 10'000;  // of all
    static constexpr std::size_t kMostBytes = 4 << 20;   // of a reply's body

    std::string url = {};                                        // http or https
    std::vector<std::string> header_lines = {};                  // without CRLF; wiped when the call is over
    std::string ca_file = {};                                    // empty: the system's trust store
    std::function<bool(const wire::IpAddress&)> may_reach = {};  // asked of each address that is tried; empty: all
};

struct HttpReply {
    int status = 0;
    std::string body;
};

// io: there is no reply; the message says why, in words for whoever made the call, and holds no header line.
//   reasons: address_refused, unreachable, timeout, tls_failed, reply_too_large
Result<HttpReply> get(HttpCall call);

}  // namespace tollgate
