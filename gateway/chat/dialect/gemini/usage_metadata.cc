#include "gateway/chat/dialect/gemini/usage_metadata.h"

#include <algorithm>
#include <array>

#include "gateway/chat/dialect/gemini/fields.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

struct Count {
    std::string_view name;
    std::int64_t value;
    bool wanted;  // although it is zero
    bool seen = false;
};
using Counts = std::array<Count, 5>;

// Thoughts stand beside the candidates, and what tools read beside the prompt.
Counts counts_of(const TokenCounts& counts, std::int64_t tool_prompt) {
    const std::int64_t thoughts = std::min(counts.reasoning, counts.completion);
    return {Count{"promptTokenCount", std::max<std::int64_t>(counts.prompt - tool_prompt, 0), true},
            Count{"candidatesTokenCount", counts.completion - thoughts, true},
            Count{"totalTokenCount", counts.prompt + counts.completion, true},
            Count{"cachedContentTokenCount", counts.cache_read, false}, Count{"thoughtsTokenCount", thoughts, false}};
}

void append_count(const Count& count, std::string& out) {
    if (out.back() != '{') out += ',';
    ((out += '"') += count.name) += "\":";
    append_number(out, count.value);
}

void append_missing(const Counts& counts, const ChargedUsage& usage, std::string& out) {
    for (const Count& count : counts) {
        if (!count.seen && (count.wanted || count.value > 0)) append_count(count, out);
    }
    if (!usage.cost.empty()) (out += ",\"cost\":") += usage.cost;
    out += '}';
}

}  // namespace

void append_usage_metadata(const ChargedUsage& usage, std::string& out) {
    out += '{';
    append_missing(counts_of(usage.counts, 0), usage, out);
}

void append_passed_usage_metadata(Json object, const ChargedUsage& usage, std::string& out) {
    if (!usage.reported || !is_object(object)) return append_usage_metadata(usage, out);
    const auto tools = whole_number(field(object, "toolUsePromptTokenCount"));
    Counts counts = counts_of(usage.counts, tools.value_or(0));
    out += '{';
    each_member(object, [&](std::string_view name, Json value) {
        std::string room;
        const std::string_view camel = camel_case(name, room);
        Count* const ours = std::ranges::find(counts, camel, &Count::name);
        if (ours == counts.end()) {
            if (name == "cost") return;
            if (out.back() != '{') out += ',';
            append_json_string(out, name);
            (out += ':') += value;
        } else if (!ours->seen) {
            append_count(*ours, out);
            ours->seen = true;
        }
    });
    append_missing(counts, usage, out);
}

}  // namespace tollgate
