#include "gateway/chat/dialect/messages/message_reader.h"

#include <algorithm>
#include <array>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/joined_summaries.h"
#include "gateway/chat/canonical/read_elements.h"
#include "gateway/chat/canonical/unknown_members.h"
#include "gateway/chat/dialect/messages/block_reader.h"

namespace tollgate {
namespace {

using Role = Turn::Role;

struct NamedRole {
    std::string_view name;
    Role role;
    BlockPlace place;
};
constexpr std::array kRoles = {
    NamedRole{"user", Role::user, BlockPlace::user},
    NamedRole{"assistant", Role::assistant, BlockPlace::assistant},
    NamedRole{"system", Role::system, BlockPlace::system},
};

void begin_turn(Role role, std::uint32_t message, ChatRequest& request) {
    const auto at = static_cast<std::uint32_t>(request.parts.size());
    request.turns.push_back({.role = role, .begin = at, .end = at, .message = message});
}

Error read_message(Json message, std::uint32_t index, ChatRequest& request) {
    const std::string field = "messages[" + std::to_string(index) + "]";
    const Spelt role = spelt(member(message, "role"));
    const auto known = std::ranges::find_if(kRoles, [&](const NamedRole& one) { return spells(role, one.name); });
    if (known == kRoles.end()) {
        return invalid_field("'" + field + ".role' is none that is known", field + ".role");
    }
    each_member(message, [&](std::string_view name, Json value) {
        if (name != "role" && name != "content") note_unknown_member("messages[]", name, value, request);
    });
    begin_turn(known->role, index, request);
    const Json content = member(message, "content");
    if (!is_text(content) && !is_array(content)) {
        return invalid_field("'" + field + ".content' must be a string or a list", field + ".content");
    }
    Error error = read_blocks(content, {known->place, field + ".content", request.parts, request});
    Turn& turn = request.turns.back();
    turn.end = static_cast<std::uint32_t>(request.parts.size());
    if (!error && known->role == Role::assistant) place_signatures(turn, request);
    if (!error && known->role == Role::system && turn.begin == turn.end) request.turns.pop_back();  // says nothing
    return error;
}

}  // namespace

Error read_messages_system(Json system, ChatRequest& request) {
    if (!says_something(system)) return {};
    if (!is_text(system) && !is_array(system)) {
        return invalid_field("'system' must be a string or a list of texts", "system");
    }
    begin_turn(Role::system, 0, request);
    Error error = read_blocks(system, {BlockPlace::system, "system", request.parts, request});
    request.turns.back().end = static_cast<std::uint32_t>(request.parts.size());
    return error;
}

Error read_messages_turns(Json list, ChatRequest& request) {
    if (!is_array(list)) return invalid_field("'messages' must be a list", "messages");
    if (next_element(list, 1) == list.size()) return invalid_field("'messages' must have a message", "messages");
    Error error =
        read_elements(list, [&](Json message, std::uint32_t index) { return read_message(message, index, request); });
    join_summaries(request);
    return error;
}

}  // namespace tollgate
