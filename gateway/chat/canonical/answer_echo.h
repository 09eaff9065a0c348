// What the answer of a request needs to know of it: the client gets its own names back. A request's reader fills it; it
// outlives the request, as long as its answer is written. Most requests leave it empty.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// A tool that the upstream is told of by another name, or in another form, than the client knows. Texts as they are
// spelt.
struct RenamedTool {
    std::string upstream_name;
    std::string name;
    std::string name_space;   // that it belongs to; empty: none
    bool takes_text = false;  // the client's takes a text; the upstream's an object with the text as its only member

    bool operator==(const RenamedTool&) const = default;
};

struct AnswerEcho {
    static constexpr std::string_view kTextMember = "input";  // of the object that stands for a text

    std::vector<RenamedTool> tools;
    std::string members;  // of the request's body that answers repeat: `,"name":value` of each

    // Null: it has the same name on both sides.
    const RenamedTool* tool(Spelt upstream_name) const {
        const auto found = std::ranges::find(tools, upstream_name, &RenamedTool::upstream_name);
        return found == tools.end() ? nullptr : &*found;
    }
    bool empty() const { return tools.empty() && members.empty(); }
    bool operator==(const AnswerEcho&) const = default;
};

}  // namespace tollgate
