#include "gateway/client/routing_fields.h"

#include <simdjson.h>

#include "accounting/ledger/usage_record.h"
#include "gateway/text/json_members.h"

namespace tollgate {
namespace {

// OpenRouter's name of it, or that of Claude Code or of Codex.
std::string_view session_field(const wire::RequestHead& from, ApiType api) {
    const std::string_view session = from.field("x-session-id");
    if (!session.empty()) return session;
    if (api == ApiType::messages) return from.field("x-claude-code-session-id");
    if (api == ApiType::responses) return from.field("session-id");
    return {};
}

}  // namespace

void note_routing_fields(const wire::RequestHead& from, Head& head) {
    const std::string_view session = session_field(from, head.operation->contract.api);
    if (!session.empty() && simdjson::validate_utf8(session)) head.session = cut_utf8(session, kAttributionBytes);
    head.explain = from.field("x-openrouter-metadata") == "enabled" ||
                   from.field("x-openrouter-experimental-metadata") == "enabled" ||
                   from.field("x-tollgate-explain") == "1";
}

}  // namespace tollgate
