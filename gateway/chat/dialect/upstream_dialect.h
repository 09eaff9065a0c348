// A dialect as an upstream speaks it: how requests are written for it and its answers read. There is one const object
// for each, in upstream_dialects.cc, alive as long as the program.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/answer_reader.h"
#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/target.h"
#include "gateway/text/error.h"

namespace tollgate {

class UpstreamDialect {
  public:
    UpstreamDialect(const UpstreamDialect&) = delete;
    UpstreamDialect& operator=(const UpstreamDialect&) = delete;

    // As configurations name it: "chat", "messages", "responses", "gemini", "converse".
    virtual std::string_view name() const = 0;

    // Appends the body to `out`. What the API cannot express is noted, by the client's names. invalid_request, with
    // Retry::elsewhere: what a message holds cannot be sent to such an endpoint.
    virtual Error write_request(const ChatRequest& request, const Target& target, std::string& out,
                                TranslationNotes& notes) const = 0;
    virtual std::unique_ptr<EventReader> event_reader() const = 0;
    // A whole answer. `body` is well-formed JSON. Adds to `facts` and appends to `events`; both view the body.
    virtual AnswerRead read_answer(std::string_view body, AnswerDelta& facts,
                                   std::vector<AnswerEvent>& events) const = 0;

  protected:
    UpstreamDialect() = default;
    ~UpstreamDialect() = default;  // never deleted through this class
};

const UpstreamDialect& chat_upstream();       // OpenAI's chat completions
const UpstreamDialect& messages_upstream();   // Anthropic's Messages API
const UpstreamDialect& responses_upstream();  // OpenAI's Responses API
const UpstreamDialect& gemini_upstream();     // Google's generateContent
const UpstreamDialect& converse_upstream();   // Amazon Bedrock's Converse

}  // namespace tollgate
