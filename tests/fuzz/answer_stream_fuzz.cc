// An upstream's event stream in random pieces. The client gets single-line events and pings, no [DONE] before the
// settlement, JSON wherever the upstream's was; and the pieces make no difference.
#include <simdjson.h>

#include <string>
#include <vector>

#include "gateway/chat/answer_stream.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::fuzz::require;

struct Metered {
    std::string now, held;
    tollgate::StreamFacts facts;
};

Metered meter(std::string_view text, std::uint32_t seed, const tollgate::AnswerStream::Options& options) {
    tollgate::AnswerStream stream;
    stream.begin(options);
    Metered result;
    while (!text.empty()) {
        seed = seed * 1664525 + 1013904223;
        const std::size_t piece = seed == 0 ? text.size() : 1 + (seed >> 24) % 23;
        const std::string block(text.substr(0, piece));
        stream.feed(block, result.now);
        text.remove_prefix(block.size());
    }
    result.facts = stream.facts();
    const tollgate::BilledUsage billed = billed_usage(result.facts.usage, {});
    stream.append_end({.counts = billed.counts, .reported = billed.reported, .cost = "0.000000005"}, result.held);
    return result;
}

// The events' data; anything else that is no ping is a fault.
std::vector<std::string> events_of(std::string_view out) {
    std::vector<std::string> events;
    while (!out.empty()) {
        if (out.starts_with(": ping\n")) {
            out.remove_prefix(7);
            continue;
        }
        require(out.starts_with("data: "), "only data and pings");
        const auto end = out.find("\n\n");
        require(end != std::string_view::npos, "events are whole");
        events.emplace_back(out.substr(6, end - 6));
        require(events.back().find_first_of("\r\n") == std::string::npos, "data is one line");
        out.remove_prefix(end + 2);
    }
    return events;
}

bool is_json(const std::string& text) {
    static simdjson::dom::parser parser;
    return parser.parse(text).error() == simdjson::SUCCESS;
}

// Whether all data the upstream sent as objects was JSON, read as plainly as can be.
bool input_is_json(std::string_view text) {
    std::string data;
    bool first = true, good = true;
    // The meter strips a byte order mark byte by byte, so also a part of one.
    for (const char mark : std::string_view("\xef\xbb\xbf")) {
        if (!text.starts_with(mark)) break;
        text.remove_prefix(1);
    }
    const auto finish = [&] {
        if (!first && data.find('{') != std::string::npos) good = good && is_json(data);
        first = true;
        data.clear();
    };
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find_first_of("\r\n", at), text.size());
        const std::string_view line = text.substr(at, end - at);
        at = end + (text.substr(end, 2) == "\r\n" ? 2 : 1);
        if (line.empty()) finish();
        const bool alone = line.starts_with('{') || line.starts_with("error:");  // may be an event by itself
        if (alone && line.find('{') != std::string_view::npos)
            good = good && is_json(std::string(line.substr(line.find('{'))));
        if (!line.starts_with("data:")) continue;
        data += (first ? "" : "\n") + std::string(line.substr(5));
        first = false;
    }
    finish();
    return good;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tollgate::fuzz::Input input(data, size);
    const std::uint8_t choice = input.byte();
    const std::uint32_t seed = input.byte();
    const auto& inbound = (choice & 2) != 0 ? tollgate::openrouter_inbound() : tollgate::openai_inbound();
    const tollgate::AnswerStream::Options options{.inbound = &inbound,
                                                  .client_asked_for_usage = (choice & 1) == 0,
                                                  .generation = "gen-1",
                                                  .provider = "p\"",
                                                  .model = "a/b",
                                                  .created = 5,
                                                  .choices = 1,
                                                  .max_event_bytes = 512};
    const std::string_view text = input.rest();
    const Metered result = meter(text, seed, options);
    const bool all_json = input_is_json(text);
    for (const auto& event : events_of(result.now)) {
        require(event != "[DONE]", "no [DONE] before the settlement");
        require(event.starts_with('{') && event.ends_with('}'), "events are objects");
        if (all_json) require(is_json(event), "events are JSON where the upstream's were");
    }
    const auto held = events_of(result.held);
    require(!held.empty() && held.back() == "[DONE]", "[DONE] is the last");
    for (std::size_t i = 0; i + 1 < held.size(); ++i) {
        require(held[i].starts_with('{') && held[i].ends_with('}'), "held events are objects");
        if (all_json) require(is_json(held[i]), "held events are JSON where the upstream's were");
    }
    require(result.facts.text.bytes >= result.facts.text.reasoning_bytes && result.facts.text.reasoning_bytes >= 0,
            "text is not negative");
    if (!result.facts.invalid) {
        const Metered other = meter(text, seed ^ 0x5a5a5a5a, options);
        if (!other.facts.invalid)
            require(other.now == result.now && other.held == result.held, "pieces make no difference");
    }
    return 0;
}
