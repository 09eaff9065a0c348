// One GET of another server's API, by libcurl. It blocks: for a thread that may wait, never a worker's.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/text/error.h"

namespace tollgate {

inline constexpr std::size_t kMostHttpAnswerBytes = std::size_t{4} << 20;  // head and body each; more is an error

struct HttpGet {
    std::string url;
    std::string token;                  // secret: sent as the bearer, and nowhere else
    std::vector<std::string> fields;    // "Name: value"
    std::string tls_ca_file;            // empty: the system's trust store
    std::uint32_t timeout_ms = 10'000;  // of the whole call
};

struct HttpAnswer {
    int status = 0;
    std::string body;
    std::vector<std::pair<std::string, std::string>> fields;  // names in lower case

    std::string_view field(std::string_view lower_case_name) const;  // the first of that name; empty if absent
};

// Redirects are answers like others: the token goes to no other host. Proxies of the environment are not used. Ends
// early when `stop` becomes true. upstream_unreachable, upstream_timeout, upstream_invalid_response, shutting_down.
Outcome<HttpAnswer> http_get(const HttpGet& get, const std::atomic<bool>& stop);

}  // namespace tollgate
