// Summaries of reasoning, which some providers show beside what they seal.
#pragma once

#include "gateway/chat/canonical/chat_request.h"

namespace tollgate {

// What is shown of reasoning by the Responses API is a summary.
constexpr bool is_summarized(ReasoningFormat format) {
    return format == ReasoningFormat::openai_responses || format == ReasoningFormat::xai_responses;
}

// Reasoning without a signature that stands before what a provider sealed of it becomes that provider's, under its id
// and in its turn.
void join_summaries(ChatRequest& request);

}  // namespace tollgate
