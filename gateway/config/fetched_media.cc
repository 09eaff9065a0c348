#include "gateway/config/fetched_media.h"

#include "gateway/config/names.h"
#include "gateway/config/section.h"

namespace tollgate {

void describe_fetched_media(Section& section, FetchedMediaConfig& fetched) {
    section.number("max_bytes", fetched.max_bytes, {0, 1U << 28}, "of one");
    section.number("max_request_bytes", fetched.max_request_bytes, {0, 1U << 28}, "of all of one request");
    section.number("max_count", fetched.max_count, {0, 1000}, "in one request");
    section.number("timeout_ms", fetched.timeout_ms, {0, 600000}, "for all of one attempt");
    section.number("threads", fetched.threads, {0, 256}, "that wait for their servers; organizations take turns");
    section.texts("allowed_networks", fetched.allowed_networks,
                  "networks beside public addresses that they may lie in; http only there", "10.0.0.0/8",
                  wrong_with_network);
}

}  // namespace tollgate
