// JSON as events and events as JSON, of any bytes: what comes out is what it is said to be, and going there and back
// keeps the text.
#include <simdjson.h>

#include <string>

#include "gateway/chat/dialect/openai_from_events.h"
#include "gateway/chat/dialect/openai_to_events.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::OpenAiFromEvents;
using tollgate::fuzz::require;

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

bool is_object(std::string_view json) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    return parser.parse(simdjson::padded_string(json)).get(root) == simdjson::SUCCESS && root.is_object();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tollgate::fuzz::Input input(data, size);
    const std::size_t piece = 1 + input.byte();
    const std::string_view text = input.rest();
    OpenAiFromEvents from(kMostBytes, kMostBytes);
    for (std::size_t at = 0; at < text.size(); at += piece) from.take_bytes(text.substr(at, piece));
    require(is_object(from.take()), "an answer out of events is an object");
    std::string events;
    if (!tollgate::append_as_events(text, events)) return 0;
    OpenAiFromEvents back(kMostBytes, kMostBytes);
    const auto state = back.take_bytes(events);
    require(state == OpenAiFromEvents::State::done || state == OpenAiFromEvents::State::failed ||
                state == OpenAiFromEvents::State::invalid || state == OpenAiFromEvents::State::too_large,
            "events out of an answer come to an end");
    return 0;
}
