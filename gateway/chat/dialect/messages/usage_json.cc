#include "gateway/chat/dialect/messages/usage_json.h"

#include <algorithm>
#include <array>

#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

struct Count {
    std::string_view name;
    std::int64_t value;
    bool wanted;  // although the provider's object lacks it
    bool seen = false;
};

// Prompt tokens that the cache has no part in. What a provider says of the cache may be more than the whole.
std::int64_t fresh_tokens(const TokenCounts& counts) {
    return std::max<std::int64_t>(counts.prompt - counts.cache_read - counts.cache_write, 0);
}

std::array<Count, 4> counts_of(const TokenCounts& counts) {
    return {Count{"input_tokens", fresh_tokens(counts), true},
            Count{"cache_creation_input_tokens", counts.cache_write, counts.cache_write > 0},
            Count{"cache_read_input_tokens", counts.cache_read, counts.cache_read > 0},
            Count{"output_tokens", counts.completion, true}};
}

void append_name(std::string_view name, std::string& out) {
    if (!out.ends_with('{')) out += ',';
    ((out += '"') += name) += "\":";
}

void append_count(const Count& count, std::string& out) {
    append_name(count.name, out);
    append_number(out, count.value);
}

// How long what was written stays.
void append_cache_creation(const TokenCounts& counts, std::string& out) {
    append_name("cache_creation", out);
    out += "{\"ephemeral_5m_input_tokens\":";
    append_number(out, counts.cache_write - counts.cache_write_1h);
    out += ",\"ephemeral_1h_input_tokens\":";
    append_number(out, counts.cache_write_1h);
    out += '}';
}

}  // namespace

std::string messages_usage_json(const TokenCounts& counts, std::string_view cost) {
    std::string out = "{";
    for (const Count& count : counts_of(counts)) append_count(count, out);
    if (counts.cache_write > 0) append_cache_creation(counts, out);
    if (counts.reasoning > 0) {
        append_name("output_tokens_details", out);
        out += "{\"thinking_tokens\":";
        append_number(out, counts.reasoning);
        out += '}';
    }
    append_name("cost", out);
    (out += cost) += '}';
    return out;
}

void append_messages_usage(Json object, const ChargedUsage& charged, std::string& out) {
    if (!charged.reported || !is_object(object)) {
        out += messages_usage_json(charged.counts, charged.cost);
        return;
    }
    auto counts = counts_of(charged.counts);
    std::string fresh = "{";
    each_member(object, [&](std::string_view name, Json value) {
        if (name == "cost") return;
        const auto count = std::ranges::find(counts, name, &Count::name);
        if (count != counts.end()) {
            if (count->seen) return;
            count->seen = true;
            append_count(*count, fresh);
        } else if (name == "cache_creation" && charged.counts.cache_write > 0) {
            append_cache_creation(charged.counts, fresh);
        } else {
            if (!fresh.ends_with('{')) fresh += ',';
            append_json_string(fresh, name);
            (fresh += ':') += value;
        }
    });
    for (const Count& count : counts) {
        if (count.wanted && !count.seen) append_count(count, fresh);
    }
    append_name("cost", fresh);
    ((out += fresh) += charged.cost) += '}';
}

void append_with_usage(Json object, const ChargedUsage& charged, std::string& out) {
    const std::size_t at = std::min(object.find('{'), object.size());
    const auto usage = find_member(object, at, "usage");
    const std::size_t begin = usage ? usage->value.begin : object.rfind('}');
    const std::size_t end = usage ? usage->value.end : begin;
    out += object.substr(0, begin);
    if (!usage) out += JsonMembers(object, at).next() ? ",\"usage\":" : "\"usage\":";
    append_messages_usage(usage ? usage->value.of(object) : Json(), charged, out);
    out += object.substr(end);
}

}  // namespace tollgate
