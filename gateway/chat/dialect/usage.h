// The one reader of usage. Providers' names for token counts are in usage_names.h, the places where they stand in
// the source.
#pragma once

#include <string_view>

#include "gateway/chat/reported_usage.h"
#include "gateway/text/json_members.h"

namespace tollgate {

// Adds what the text of a JSON object says to `report`. A count is a whole number however it is written: 12, 12.0,
// 1.2e1, "12". False if the text is no object or names no count.
bool read_usage(std::string_view object, ReportedUsage& report);

// The same for the object of `text` that `whole` has come to, which is left behind: it is looked at once.
bool read_usage(std::string_view text, JsonMembers& whole, ReportedUsage& report);

// The same for a member of an answer, of one of its events or of one of its choices, if usage may stand in it.
bool read_usage_member(std::string_view name, std::string_view value, ReportedUsage& report);

}  // namespace tollgate
