// An upstream's answer that is no answer: a status of 300 or above. What it means for the request is decided here,
// without I/O; chat/inbound.h shapes it for the client.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/chat/dialect/openai_request.h"
#include "gateway/chat/inbound.h"
#include "gateway/text/error.h"

namespace tollgate {

struct UpstreamRefusal {
    int status = 0;
    std::string_view provider;       // its name here
    std::string_view retry_headers;  // its retry-after and the like, as lines to pass on
    std::string_view body;
    bool whole = false;  // the body came to its end
};

// Whose fault it is, whether another endpoint can help, and what the client is told beside the body.
Error judge(const UpstreamRefusal& refusal);

// What the upstream says of it, if its body is a whole JSON object with an error that has a message. Its views are of
// the refusal's.
std::optional<UpstreamError> described(const UpstreamRefusal& refusal, JsonParser& parser);

}  // namespace tollgate
