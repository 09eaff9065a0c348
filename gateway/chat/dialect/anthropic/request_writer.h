// Writes a request for Anthropic's Messages API: https://docs.anthropic.com/en/api/messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/translation_notes.h"
#include "gateway/text/error.h"

namespace tollgate {

// How a model is told to reason.
enum class ReasoningControl : std::uint8_t {
    none,      // it does not
    budget,    // by the tokens that it may take
    adaptive,  // by an effort
};

struct AnthropicTarget {
    std::string_view model;  // the provider's name for it
    bool stream = false;
    std::int64_t output_bound = 0;  // tokens, for a request that names none; never 0: the API demands one
    ReasoningControl reasoning = ReasoningControl::budget;
    bool continues_answers = true;  // the messages may end with the beginning of the answer
};

// Appends the body to `out`. What the API cannot express is noted, by the client's names. invalid_request, with
// Retry::elsewhere: what a message holds cannot be sent to such an endpoint.
Error write_anthropic_request(const ChatRequest& request, const AnthropicTarget& target, std::string& out,
                              TranslationNotes& notes);

}  // namespace tollgate
