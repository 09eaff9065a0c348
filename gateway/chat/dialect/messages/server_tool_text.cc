#include "gateway/chat/dialect/messages/server_tool_text.h"

namespace tollgate {
namespace {

// "Title (https://…)" for each page, in lines.
std::string pages(Json found) {
    std::string text;
    each_element(found, [&](Json page) {
        if (!text.empty()) text += "\\n";
        (((text += spelt(member(page, "title"))) += " (") += spelt(member(page, "url"))) += ')';
    });
    return text;
}

}  // namespace

bool is_of_server_tool(Spelt type) {
    return type == "server_tool_use" || type == "mcp_tool_use" || type == "compaction" ||
           type.ends_with("_tool_result");
}

std::string server_tool_text(Json block) {
    const Spelt type = spelt(member(block, "type"));
    const Json content = member(block, "content");
    if (type.ends_with("_tool_use")) {
        const Json input = member(block, "input");
        return "[" + std::string(spelt(member(block, "name"))) + " " + spell(input) + "]";
    }
    if (type == "compaction") return std::string(spelt(content));
    if (type == "web_search_tool_result" && is_array(content)) return "[" + std::string(type) + "]\\n" + pages(content);
    return "[" + std::string(type) + " " + spell(content) + "]";
}

}  // namespace tollgate
