// The response object of OpenAI's Responses API: https://platform.openai.com/docs/api-reference/responses/object.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/chat/answer_options.h"
#include "gateway/chat/canonical/answer_event.h"
#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/usage_json.h"

namespace tollgate {

// Of a request's body what the response repeats: `,"name":value` of each. Instructions and tools are not repeated: they
// are most of a request, and each response would have them twice or more.
std::string repeated_members(Json body);

enum class ResponseStatus : std::uint8_t { in_progress, completed, cut_by_length, filtered, failed };

// Of an answer that ended so. `refused`: it says itself that there is none.
ResponseStatus status_of(FinishReason reason, bool refused);

struct ResponseObject {
    std::string_view id;  // spelt
    ResponseStatus status = ResponseStatus::in_progress;
    std::string_view output{};            // its items, without brackets
    const ChargedUsage* usage = nullptr;  // null: not known yet
    std::string_view error{};             // an object; empty: none, or of one that failed a general one
    std::string_view cut{};               // why it was cut for want of credit; empty: it was not
};

void append_response(const ResponseObject& response, const AnswerOptions& options, std::string& out);

}  // namespace tollgate
