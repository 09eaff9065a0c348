#include "gateway/chat/canonical/json_instruction.h"

#include <algorithm>
#include <string>

#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

bool speaks_of_json(const Part& part) {
    constexpr std::string_view kWord = "json";
    const auto same = [](char left, char right) { return ascii_lower(left) == right; };
    return part.kind == Part::Kind::text && !std::ranges::search(part.text, kWord, same).empty();
}

}  // namespace

std::optional<ChatRequest> with_json_instruction(const ChatRequest& request) {
    const bool has_schema = request.output.kind == OutputFormat::Kind::json_schema;
    const bool of_chats = request.dialect.empty() && request.turns_field == "messages";
    const bool knows_rule = of_chats || request.dialect == "responses";
    if (!has_schema && (knows_rule || std::ranges::any_of(request.parts, speaks_of_json))) return std::nullopt;
    ChatRequest told = request;
    std::string text = "Answer with a JSON object";
    text += has_schema ? " that this JSON Schema describes: " + spell(request.output.schema) : ".";
    const auto at = static_cast<std::uint32_t>(told.parts.size());
    told.parts.push_back({.kind = Part::Kind::text, .text = told.keep(std::move(text))});
    const auto first =
        std::ranges::find_if(told.turns, [](const Turn& turn) { return turn.role != Turn::Role::system; });
    told.turns.insert(first, {.role = Turn::Role::system, .begin = at, .end = at + 1});
    return told;
}

}  // namespace tollgate
