// One call to another server by HTTP, for threads that may wait: what is said, to whom, and within which limits. No
// redirect is followed, so that a credential goes to no other host; proxies of the environment are not used.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/text/error.h"
#include "gateway/wire/networks.h"

namespace tollgate {

struct HttpCall {
    static constexpr std::uint32_t kConnectTimeoutMs = 5'000;
    static constexpr std::size_t kMostBytes = 4 << 20;  // of a reply's head

    std::string url = {};                                        // http or https
    std::vector<std::string> header_lines = {};                  // without CRLF; wiped when the call is over
    std::string ca_file = {};                                    // empty: the system's trust store
    std::function<bool(const wire::IpAddress&)> may_reach = {};  // asked of each address that is tried; empty: all
    std::size_t most_bytes = kMostBytes;                         // of a reply's body
    std::function<bool(std::size_t)> may_hold = {};  // asked before a body grows to so many bytes; empty: yes
    std::uint32_t timeout_ms = 10'000;               // of all
    const std::atomic<bool>* stop = nullptr;         // ends the call early when it becomes true; null: none
};

struct HttpReply {
    int status = 0;
    std::string body;
    std::vector<std::pair<std::string, std::string>> fields;  // names in lower case

    std::string_view field(std::string_view lower_case_name) const;  // the first of that name; empty if absent
};

// The error's message says why there is no reply, in words for whoever made the call, and holds no header line:
// upstream_unreachable, upstream_timeout, upstream_invalid_response (too large), shutting_down.
Outcome<HttpReply> get(HttpCall call);
// The same with a body, which is wiped when the call is over.
Outcome<HttpReply> post(HttpCall call, std::string body);

}  // namespace tollgate
