#include "gateway/chat/dialect/messages/message_writer.h"

#include <algorithm>
#include <span>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/turn_writer.h"
#include "gateway/chat/canonical/unsupported_turn.h"
#include "gateway/chat/dialect/messages/block_writer.h"

namespace tollgate {
namespace {

using Kind = Part::Kind;
using Role = Turn::Role;

// Whether turns have anything but blank text.
bool says_anything(const ChatRequest& request, std::span<const Turn> turns) {
    for (const Turn& turn : turns) {
        for (std::uint32_t i = turn.begin; i < turn.end; ++i) {
            const Part& part = request.parts[i];
            const bool text = part.kind == Kind::text || part.kind == Kind::refusal;
            if (!text || !is_blank(part.text)) return true;
        }
    }
    return false;
}

}  // namespace

std::size_t leading_instructions(const ChatRequest& request) {
    const auto first = std::ranges::find_if(request.turns, [](const Turn& turn) { return turn.role != Role::system; });
    return static_cast<std::size_t>(first - request.turns.begin());
}

Error append_system(const ChatRequest& request, std::string& out) {
    const std::size_t before = out.size();
    out += ",\"system\":[";
    const std::size_t empty = out.size();
    for (std::size_t t = 0; t < leading_instructions(request); ++t) {
        for (std::uint32_t i = request.turns[t].begin; i < request.turns[t].end; ++i) {
            const Part& part = request.parts[i];
            if (part.kind != Kind::text) return unsupported_turn(request, request.turns[t], kMoreThanText);
            if (!is_blank(part.text)) append_text_block(out, part.text, part.cache_control);
        }
    }
    if (out.size() == empty) {
        out.resize(before);
    } else {
        out += ']';
    }
    return {};
}

Error append_messages(const ChatRequest& request, bool continues_answers, std::string& out, TranslationNotes& notes) {
    out += "\"messages\":[";
    const std::span<const Turn> turns = std::span(request.turns).subspan(leading_instructions(request));
    bool answer_last = false;
    for (std::size_t begin = 0, end = 0; begin < turns.size(); begin = end) {
        const bool assistant = is_assistant(turns[begin]);
        while (end < turns.size() && is_assistant(turns[end]) == assistant) ++end;
        const auto group = turns.subspan(begin, end - begin);
        if (!says_anything(request, group)) {
            if (assistant) continue;  // it said nothing
            const std::string field = request.field_of(group.front());
            return invalid_field("'" + field + "' has no text", field);
        }
        if (!out.ends_with('[')) out += ',';
        (((out += "{\"role\":\"") += assistant ? "assistant" : "user") += "\",\"content\":[");
        ContentBlockWriter blocks(request, out, notes);
        write_side(request, group, blocks);
        if (blocks.error()) return blocks.error();
        out += "]}";
        answer_last = assistant;
    }
    out += ']';
    if (answer_last && !continues_answers) {
        return unsupported_turn(request, turns.back(), kBegunAnswer);
    }
    return {};
}

bool lacks_reasoning(const ChatRequest& request) {
    bool results = false, calls = false, reasons = false;
    for (auto turn = request.turns.rbegin(); turn != request.turns.rend(); ++turn) {
        if (turn->role == Role::system) continue;
        for (std::uint32_t i = turn->begin; i < turn->end; ++i) {
            const Part& part = request.parts[i];
            results = results || part.kind == Kind::tool_result;
            calls = calls || part.kind == Kind::tool_call;
            const bool own = part.format == ReasoningFormat::anthropic &&
                             (part.kind == Kind::sealed_reasoning || !part.signature.empty());
            reasons = reasons || own;
        }
        if (turn->role == Role::user && !results) return false;  // the last exchange is not with tools
        if (turn->role == Role::assistant) return calls && !reasons;
    }
    return false;
}

}  // namespace tollgate
