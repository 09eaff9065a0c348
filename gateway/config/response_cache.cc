#include "gateway/config/response_cache.h"

#include "gateway/config/section.h"

namespace tollgate {

void describe_response_cache(Section& section, ResponseCacheConfig& cache) {
    section.number("max_bytes", cache.max_bytes, {0, 4294967295U},
                   "of all answers, in memory alone; half of it of one organization. 0: none are kept");
    section.number("max_answer_bytes", cache.max_answer_bytes, {1024, 1U << 30},
                   "of one answer; larger ones are not kept");
    section.number("max_waiting", cache.max_waiting, {0, 1000000},
                   "requests that wait for the same one's answer; more have their own made");
}

}  // namespace tollgate
