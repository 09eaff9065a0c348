// A prompt that lost its middle so that it fits its endpoint.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "gateway/text/json_members.h"

namespace tollgate {

struct ShortenedPrompt {
    std::string body;           // the client's, with less in its list of messages
    TextSpan messages;          // where that list is
    std::size_t left_out = 0;   // messages that are gone
    std::size_t truncated = 0;  // texts of others that lost their middle
};

}  // namespace tollgate
