// A plain answer of OpenAI's API as the events that its stream would have been: for a client that asked for a stream
// and an upstream that sent none.
#pragma once

#include <string>
#include <string_view>

namespace tollgate {

// Appends server-sent events up to [DONE]: for each choice one with all of its message and one with its finish reason,
// then the usage. An answer without choices, such as an error, becomes one event as it is. False, and nothing is
// appended, if `answer` is not a JSON object.
bool append_as_events(std::string_view answer, std::string& out);

}  // namespace tollgate
