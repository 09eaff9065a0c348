// Writes usage of Google's shape, so that a client sees exactly what it is charged for:
// https://ai.google.dev/api/generate-content#UsageMetadata. The cost stands beside the counts, in USD.
#pragma once

#include <string>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/usage_json.h"

namespace tollgate {

// {"promptTokenCount":…}; parts that are zero are left out.
void append_usage_metadata(const ChargedUsage& usage, std::string& out);

// Appends the provider's object with what is charged in place of its counts. One that is not believed is replaced
// whole.
void append_passed_usage_metadata(Json object, const ChargedUsage& usage, std::string& out);

}  // namespace tollgate
