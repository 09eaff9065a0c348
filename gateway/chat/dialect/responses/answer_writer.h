// Writes a plain answer of another dialect as a response object.
#pragma once

#include <span>
#include <string>

#include "gateway/chat/answer_options.h"
#include "gateway/chat/canonical/answer_event.h"
#include "gateway/chat/dialect/usage_json.h"

namespace tollgate {

// The whole answer, in one piece or in many. `usage` is what the client is charged for.
void write_responses_answer(std::span<const AnswerEvent> events, const AnswerOptions& options,
                            const ChargedUsage& usage, std::string& out);

}  // namespace tollgate
