// How turns are written for APIs that know two sides, the user's and the model's.
#pragma once

#include <span>
#include <string>

#include "gateway/chat/canonical/chat_request.h"
#include "gateway/chat/canonical/unsupported_turn.h"

namespace tollgate {

inline bool is_assistant(const Turn& turn) { return turn.role == Turn::Role::assistant; }

inline std::span<const Part> parts_of(const ChatRequest& request, const Turn& turn) {
    return std::span(request.parts).subspan(turn.begin, turn.end - turn.begin);
}

// An instruction that does not stand at the beginning keeps its place, as text that says what it is. Calls
// `write(part, text)` for each part that says something.
template <class Write>
Error write_instruction(const ChatRequest& request, const Turn& turn, Write&& write) {
    for (const Part& part : parts_of(request, turn)) {
        if (part.kind != Part::Kind::text) return unsupported_turn(request, turn, kMoreThanText);
        if (!is_blank(part.text)) write(part, "<system>\\n" + std::string(part.text) + "\\n</system>");
    }
    return {};
}

// Neighbouring turns of one side, as one message: the results of tools stand first.
template <class Blocks>
void write_side(const ChatRequest& request, std::span<const Turn> turns, Blocks& blocks) {
    for (const Turn& turn : turns) {
        for (const Part& part : parts_of(request, turn)) {
            if (part.kind == Part::Kind::tool_result) blocks.result(turn, part);
        }
    }
    for (const Turn& turn : turns) {
        if (turn.role == Turn::Role::system) {
            blocks.instruction(turn);
            continue;
        }
        for (const Part& part : parts_of(request, turn)) blocks.part(turn, part);
    }
}

}  // namespace tollgate
