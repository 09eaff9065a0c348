// Writes a plain answer of another dialect as a chat completion:
// https://platform.openai.com/docs/api-reference/chat/object.
#pragma once

#include <span>
#include <string>

#include "gateway/chat/canonical/answer_event.h"
#include "gateway/chat/dialect/openai_writer.h"

namespace tollgate {

// The whole answer, in one piece or in many. `usage` is what the client is charged for.
void write_chat_answer(std::span<const AnswerEvent> events, const AnswerOptions& options, const ChargedUsage& usage,
                       std::string& out);

}  // namespace tollgate
