// A client's list of messages as units that can be left out without breaking what belongs together: a model's calls and
// their results, and sealed reasoning and what follows from it. Of all APIs that clients speak: `messages` of chat
// completions and of Messages, `input` of Responses, `contents` of Gemini.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

enum class HistoryRole : std::uint8_t { system, user, assistant };

// A run of elements of the list.
struct HistoryUnit {
    std::size_t begin = 0, end = 0;
    HistoryRole first_role = HistoryRole::user, last_role = HistoryRole::user;  // results of calls are the user's
    bool pinned = false;  // it must stay: instructions, what the user said last, and the end
};

struct History {
    std::vector<Json> items;         // the list's elements
    std::vector<HistoryRole> roles;  // of each
    std::vector<HistoryUnit> units;  // all items, in order
};

// `list` is a well-formed array. Views into it.
History split_history(Json list);

}  // namespace tollgate
