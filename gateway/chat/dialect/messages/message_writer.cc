#include "gateway/chat/dialect/messages/message_writer.h"

#include <algorithm>
#include <span>

#include "gateway/chat/canonical/call_ids.h"
#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/turn_writer.h"
#include "gateway/chat/canonical/unsupported_turn.h"
#include "gateway/chat/dialect/messages/block_writer.h"
#include "gateway/chat/dialect/messages/tool_id.h"

namespace tollgate {
namespace {

using Kind = Part::Kind;
using Role = Turn::Role;

bool is_reasoning(const Part& part) { return part.kind == Kind::reasoning || part.kind == Kind::sealed_reasoning; }

bool is_blank_text(const Part& part) {
    return (part.kind == Kind::text || part.kind == Kind::refusal) && is_blank(part.text);
}

bool says_nothing(const Part& part) { return is_reasoning(part) || is_blank_text(part); }

// Whether turns have anything but blank text.
bool says_anything(const ChatRequest& request, std::span<const Turn> turns) {
    for (const Turn& turn : turns) {
        for (std::uint32_t i = turn.begin; i < turn.end; ++i) {
            if (!is_blank_text(request.parts[i])) return true;
        }
    }
    return false;
}

}  // namespace

std::size_t leading_instructions(const ChatRequest& request) {
    const auto first = std::ranges::find_if(request.turns, [](const Turn& turn) { return turn.role != Role::system; });
    if (first == request.turns.end()) return 0;  // alone they are what the user says
    return static_cast<std::size_t>(first - request.turns.begin());
}

std::vector<Turn> told_turns(const ChatRequest& request, TranslationNotes& notes) {
    std::vector<Turn> told;
    bool last = true;  // of its answer, of what is told
    for (std::size_t t = request.turns.size(); t > leading_instructions(request); --t) {
        Turn turn = request.turns[t - 1];
        if (!is_assistant(turn)) {
            last = true;
            told.push_back(turn);
            continue;
        }
        while (last && turn.begin < turn.end && says_nothing(request.parts[turn.end - 1])) {
            if (is_reasoning(request.parts[--turn.end])) notes.dropped.add(request.reasoning_name);
        }
        if (turn.begin == turn.end) continue;
        last = false;
        told.push_back(turn);
    }
    std::ranges::reverse(told);
    return told;
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
    const std::vector<Turn> turns = told_turns(request, notes);
    CallIds ids(messages_tool_id);
    if (!turns.empty() && is_assistant(turns.front())) {
        ((out += R"({"role":"user","content":[{"type":"text","text":")") += kBeforeAnswer) += "\"}]}";
        notes.changed.add(request.turns_field);
    }
    for (std::size_t begin = 0, end = 0; begin < turns.size(); begin = end) {
        const bool assistant = is_assistant(turns[begin]);
        while (end < turns.size() && is_assistant(turns[end]) == assistant) ++end;
        const auto group = std::span(turns).subspan(begin, end - begin);
        if (!assistant && !says_anything(request, group)) {
            const std::string field = request.field_of(group.front());
            return invalid_field("'" + field + "' has no text", field);
        }
        if (!out.ends_with('[')) out += ',';
        (((out += "{\"role\":\"") += assistant ? "assistant" : "user") += "\",\"content\":[");
        if (assistant) ids.begin_answer();
        ContentBlockWriter blocks(request, ids, out, notes);
        write_side(request, group, blocks);
        if (blocks.error()) return blocks.error();
        out += "]}";
    }
    out += ']';
    if (!turns.empty() && is_assistant(turns.back()) && !continues_answers) {
        return unsupported_turn(request, turns.back(), kBegunAnswer);
    }
    return {};
}

bool lacks_reasoning(const ChatRequest& request) {
    bool results = false, calls = false, reasons = false;
    bool begins = true, says = false;  // the answer that is asked for
    for (auto turn = request.turns.rbegin(); turn != request.turns.rend(); ++turn) {
        if (turn->role == Role::system) continue;
        for (std::uint32_t i = turn->begin; i < turn->end; ++i) {
            const Part& part = request.parts[i];
            results = results || part.kind == Kind::tool_result;
            says = says || !says_nothing(part);
            calls = calls || part.kind == Kind::tool_call;
            const bool own = part.format == ReasoningFormat::anthropic &&
                             (part.kind == Kind::sealed_reasoning || !part.signature.empty());
            reasons = reasons || own;
        }
        if (turn->role == Role::user && !results) return false;  // the last exchange is not with tools
        begins = begins && turn->role == Role::assistant;
        if (turn->role == Role::assistant && (says || !begins)) return (calls || begins) && !reasons;
    }
    return false;
}

}  // namespace tollgate
