// Writes usage objects of OpenAI's shape, so that a client sees exactly what it is charged for.
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
    std::string_view cost;  // a decimal in USD
};

// {"prompt_tokens":…,"cost":…}; parts that are zero are left out.
std::string usage_json(const TokenCounts& counts, std::string_view cost);

// Whether the object that `report` was read from shows those counts already and only lacks the cost.
bool shows(const ReportedUsage& report, const TokenCounts& counts);

// Appends the provider's usage object with what is charged in place of its counts and its cost, however they are
// spelt. One that is not believed is replaced whole.
void append_usage(std::string_view object, const ChargedUsage& charged, std::string& out);

}  // namespace tollgate
