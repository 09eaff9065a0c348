// How Claude is told how much to reason, whichever API it is asked by.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/chat/canonical/chat_request.h"

namespace tollgate {

// Tokens: https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking
inline constexpr std::int64_t kLeastClaudeBudget = 1024;

// Of the `bound` on the whole answer. Below the least where the bound leaves no room for it.
std::int64_t claude_budget(const ReasoningWish& wish, std::int64_t bound);

// Of a model that decides itself: "low" to "max".
std::string_view claude_effort(Effort effort);

}  // namespace tollgate
