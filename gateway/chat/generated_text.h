// How much text a model generated, in an event or in a whole answer.
#pragma once

#include <cstdint>

namespace tollgate {

struct GeneratedText {
    std::int64_t bytes = 0;            // of UTF-8, reasoning and tool calls included
    std::int64_t reasoning_bytes = 0;  // of them, of reasoning that is shown
    std::int64_t tool_calls = 0;       // that begin here
    bool other_output = false;         // pictures, sound and what else is no text

    void add(const GeneratedText& more) {
        bytes += more.bytes;
        reasoning_bytes += more.reasoning_bytes;
        tool_calls += more.tool_calls;
        other_output = other_output || more.other_output;
    }
};

}  // namespace tollgate
