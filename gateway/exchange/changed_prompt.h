// A prompt as an attempt sends it, where that is not as it came: it lost its middle so that it fits its endpoint, or
// something in it that the endpoint would refuse.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/json_members.h"

namespace tollgate {

struct ChangedPrompt {
    std::string body;           // the client's, with another list of messages
    TextSpan messages;          // where that list is
    std::size_t left_out = 0;   // messages that are gone because it was too long
    std::size_t truncated = 0;  // texts of others that lost their middle for the same reason
    // In place of the client's system prompt, which stands in `body` as it came. Empty: there is none any more.
    std::optional<std::string> instructions;
    FieldNames removed;  // what was mended, in the client's names

    bool is_shortened() const { return left_out > 0 || truncated > 0; }
};

}  // namespace tollgate
