// What an attempt says of its endpoint. A client's fault says nothing of it: a bad request of one must not bench the
// endpoint of all.
#pragma once

#include <cstdint>

#include "gateway/text/error.h"

namespace tollgate {

enum class AttemptOutcome : std::uint8_t {
    success,
    failure,
    rate_limited,  // neither up nor down: the provider is well, and asks for less
    nothing,       // the request's own fault, or nobody waited for the answer
};

// What an attempt came to.
struct AttemptFacts {
    int upstream_status = 0;            // of its head; 0: none came
    ErrorKind error = ErrorKind::none;  // what the attempt ended with
    int meant_status = 0;               // of an upstream_error, wherever it was told: under 200, too; 0: not known
    bool client_left = false;           // before it ended
    bool own_time_limit = false;        // of the request, shorter than the gateway's: it was that which ran out
    bool names_own_object = false;      // a 404 is of something of the caller's, as /files/x: it is his mistake
    bool ended_in_error = false;        // 200, and the finish reason says error
};

// As OpenRouter counts (https://openrouter.ai/docs/guides/community/for-providers): 401, 402, 404, 5xx, broken streams
// and answers that end in an error are failures; 400, 403, 413, 422 are not; 429 is counted by itself.
AttemptOutcome outcome_of(const AttemptFacts& facts);

}  // namespace tollgate
