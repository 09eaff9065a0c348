// Mends the calls of a streamed chat that passes to a client of the same dialect. Clients put fragments together by
// their index, and make calls only where the reason for the end is that. Some providers number all calls 0, and some
// say "stop" although there are calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/dialect/chat/call_fragments.h"

namespace tollgate {

class PassedCalls {
  public:
    // Takes an event that has calls, or that ends a choice. True: `mended` is what it should say; else it passes as it
    // came.
    bool mend(std::string_view event, std::string& mended);

  private:
    struct Choice {
        CallFragments fragments{};
        std::vector<std::int64_t> numbers{};  // of the calls, as the client sees them
    };

    Choice& choice_at(Json index);
    void append_calls(Choice& choice, Json calls, std::string& out);
    void append_call(Choice& choice, Json entry, std::string& out);

    std::vector<Choice> choices_;  // by index
    bool changed_ = false;
    Spelt id_;  // of the answer, of the event in hand
};

// The same of the reasons in an answer that is not streamed.
bool mend_finish_reasons(std::string_view body, std::string& mended);

}  // namespace tollgate
