// The section `fetched_media`: pictures and PDF files that a client names by address, for providers that take no
// addresses.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tollgate {

class Section;

struct FetchedMediaConfig {
    std::uint32_t max_bytes = 5242880;           // of one
    std::uint32_t max_request_bytes = 20971520;  // of all of one request
    std::uint32_t max_count = 20;                // in one request
    std::uint32_t timeout_ms = 10000;            // for all of one attempt
    std::uint32_t threads = 32;                  // that wait for their servers
    std::vector<std::string> allowed_networks;   // beside public addresses; as wire/networks.h reads them

    // Else requests that need it fail.
    bool is_on() const {
        return max_bytes > 0 && max_request_bytes > 0 && max_count > 0 && timeout_ms > 0 && threads > 0;
    }
};

// The section's options. `fetched` must outlive it.
void describe_fetched_media(Section& section, FetchedMediaConfig& fetched);

}  // namespace tollgate
