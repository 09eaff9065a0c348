// Writes plain answers for clients of Anthropic's Messages API: https://docs.anthropic.com/en/api/messages.
#pragma once

#include <span>
#include <string>

#include "gateway/chat/answer_options.h"
#include "gateway/chat/canonical/answer_event.h"
#include "gateway/chat/dialect/usage_json.h"

namespace tollgate {

// An answer of another dialect, in one piece or in many. `usage` is what the client is charged for.
void write_messages_answer(std::span<const AnswerEvent> events, const AnswerOptions& options, const ChargedUsage& usage,
                           std::string& out);

// The API's own answer, a well-formed object, with what is charged in its usage; and with the gateway's names where the
// inbound API labels answers.
void pass_messages_answer(Json body, const AnswerOptions& options, const ChargedUsage& usage, std::string& out);

}  // namespace tollgate
