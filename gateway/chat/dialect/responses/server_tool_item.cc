#include "gateway/chat/dialect/responses/server_tool_item.h"

#include <algorithm>
#include <array>

namespace tollgate {
namespace {

// https://platform.openai.com/docs/api-reference/responses/object, and what is told of each: nothing of lists of tools,
// and of pictures, which stand in no answer elsewhere. A compaction is none of them: it is the conversation before it.
struct ItemType {
    std::string_view name;
    std::array<std::string_view, 4> told{};
};
constexpr std::array kTypes = {
    ItemType{"web_search_call", {"action"}},
    ItemType{"file_search_call", {"queries", "results"}},
    ItemType{"code_interpreter_call", {"code", "outputs"}},
    ItemType{"computer_call", {"action", "actions"}},
    ItemType{"computer_call_output"},
    ItemType{"local_shell_call", {"action"}},
    ItemType{"local_shell_call_output", {"output"}},
    ItemType{"shell_call", {"action"}},
    ItemType{"shell_call_output", {"output"}},
    ItemType{"apply_patch_call", {"operation"}},
    ItemType{"apply_patch_call_output", {"output"}},
    ItemType{"tool_search_call", {"arguments"}},
    ItemType{"tool_search_output"},
    ItemType{"mcp_call", {"name", "arguments", "output", "error"}},
    ItemType{"mcp_list_tools"},
    ItemType{"mcp_approval_request", {"name", "arguments"}},
    ItemType{"mcp_approval_response", {"approve", "reason"}},
    ItemType{"image_generation_call"},
};

}  // namespace

std::optional<ServerToolItem> read_server_tool_item(Json item, std::string_view type) {
    const auto* const known = std::ranges::find(kTypes, type, &ItemType::name);
    if (known == kTypes.end()) return std::nullopt;
    ServerToolItem read{.text = {}, .of_client = type.ends_with("_output") || type.ends_with("_response")};
    for (const std::string_view name : known->told) {
        const Json value = name.empty() ? Json() : member(item, name);
        if (!says_something(value)) continue;
        if (!read.text.empty()) read.text += ' ';
        read.text += is_text(value) ? std::string(spelt(value)) : spell(value);
    }
    if (!read.text.empty()) read.text = "[" + std::string(type) + " " + read.text + "]";
    return read;
}

}  // namespace tollgate
