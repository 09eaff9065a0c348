// JSON in one form whatever order its members stand in and however it is spaced, to tell whether two bodies ask for the
// same. Numbers and strings stay as they are spelt: 1 and 1.0 are two, as some readers have it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// Appends the value, which is well-formed and has no white space around it. Of its own members, if it is an object,
// those that are named are left out.
void append_canonical(Json json, std::span<const std::string_view> left_out, std::string& out);

}  // namespace tollgate
