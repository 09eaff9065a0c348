// Writes usage objects of OpenAI's shapes, so that a client sees exactly what it is charged for.
#pragma once

#include <string>
#include <string_view>

#include "gateway/chat/reported_usage.h"
#include "gateway/chat/token_counts.h"

namespace tollgate {

// What an answer is charged for.
struct ChargedUsage {
    TokenCounts counts{};
    bool reported = true;   // as the provider's report has it: what else the report says stays
    std::string_view cost;  // JSON: a decimal in USD, and maybe members that go with it behind a comma
};

// What an API calls the counts.
struct UsageMembers {
    std::string_view prompt, completion, prompt_details, completion_details;
    bool all_details;  // also parts that are zero
};
inline constexpr UsageMembers kChatUsage = {"prompt_tokens", "completion_tokens", "prompt_tokens_details",
                                            "completion_tokens_details", false};
inline constexpr UsageMembers kResponsesUsage = {"input_tokens", "output_tokens", "input_tokens_details",
                                                 "output_tokens_details", true};

// {"prompt_tokens":…,"cost":…}; parts that are zero are left out where the API leaves them out.
std::string usage_json(const TokenCounts& counts, std::string_view cost, const UsageMembers& names = kChatUsage);

// Whether the object that `report` was read from shows those counts already and only lacks the cost.
bool shows(const ReportedUsage& report, const TokenCounts& counts);

// Appends the provider's usage object with what is charged in place of its counts and its cost, however they are
// spelt. One that is not believed is replaced whole.
void append_usage(std::string_view object, const ChargedUsage& charged, std::string& out,
                  const UsageMembers& names = kChatUsage);

}  // namespace tollgate
