#include "gateway/chat/dialect/messages/tool_id.h"

#include "gateway/chat/canonical/short_id.h"

namespace tollgate {
namespace {

constexpr std::string_view kAlsoTaken = "-";

}  // namespace

bool is_messages_tool_id(std::string_view id) { return has_taken_characters(id, kAlsoTaken); }

std::string messages_tool_id(Spelt id) { return as_taken(id, kAlsoTaken, std::string::npos); }

}  // namespace tollgate
