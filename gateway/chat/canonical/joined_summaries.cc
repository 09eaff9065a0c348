#include "gateway/chat/canonical/joined_summaries.h"

#include <span>

namespace tollgate {
namespace {

using Kind = Part::Kind;

bool may_be_summary(const Part& part) { return part.kind == Kind::reasoning && part.signature.empty(); }

bool is_sealed_beside_summaries(const Part& part) {
    return part.kind == Kind::sealed_reasoning && is_summarized(part.format);
}

// Where a turn ends within, it ends before.
void keep_together(std::size_t first, std::size_t last, ChatRequest& request) {
    for (Turn& turn : request.turns) {
        for (std::uint32_t* const bound : {&turn.begin, &turn.end}) {
            if (*bound > first && *bound <= last) *bound = static_cast<std::uint32_t>(first);
        }
    }
}

}  // namespace

void join_summaries(ChatRequest& request) {
    std::vector<Part>& parts = request.parts;
    std::size_t first = 0;  // of the summaries
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (may_be_summary(parts[i])) continue;
        if (i > first && is_sealed_beside_summaries(parts[i])) {
            for (Part& summary : std::span(parts).subspan(first, i - first)) {
                summary.format = parts[i].format;
                summary.id = parts[i].id;
            }
            keep_together(first, i, request);
        }
        first = i + 1;
    }
}

}  // namespace tollgate
