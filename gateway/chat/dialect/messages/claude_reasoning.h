// How Claude is told to reason, and to choose its words, whichever API it is asked by.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "gateway/chat/canonical/chat_request.h"

namespace tollgate {

// Tokens: https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking
inline constexpr std::int64_t kLeastClaudeBudget = 1024;

// Of the `bound` on the whole answer. Below the least where the bound leaves no room for it.
std::int64_t claude_budget(const ReasoningWish& wish, std::int64_t bound);

// Of a model that decides itself: "low" to "max".
std::string_view claude_effort(Effort effort);

// Whether the model is Claude, by the name that it has everywhere.
inline bool is_claude(std::string_view model) { return model.contains("claude"); }

// Newer models take the temperature or top_p, not both: the one that is not sent. It is taken where it says nothing.
// None: there is one at most.
std::optional<Parameter> surplus_of_sampling(const ChatRequest& request, UntakenParameters& parameters);

}  // namespace tollgate
