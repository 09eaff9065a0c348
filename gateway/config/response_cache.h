// The section `response_cache`: answers that are served again to clients that ask for it.
#pragma once

#include <cstdint>

namespace tollgate {

class Section;

struct ResponseCacheConfig {
    std::uint32_t max_bytes = 67108864;  // 0: there is no cache
    std::uint32_t max_answer_bytes = 1048576;
    std::uint32_t max_waiting = 1024;  // requests that wait for another one's answer
};

// The section's options. `cache` must outlive it.
void describe_response_cache(Section& section, ResponseCacheConfig& cache);

}  // namespace tollgate
