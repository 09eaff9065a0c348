// JSON as events and events as JSON, of any bytes: what comes out is what it is said to be, and pieces make no
// difference.
#include <simdjson.h>

#include <algorithm>
#include <string>

#include "gateway/chat/dialect/openai_from_events.h"
#include "gateway/chat/dialect/openai_to_events.h"
#include "gateway/chat/dialect/openai_whole_to_chunk.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::OpenAiFromEvents;
using tollgate::OpenAiToEvents;
using tollgate::OpenAiWholeToChunk;
using tollgate::fuzz::require;

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

bool is_object(std::string_view json) {
    simdjson::dom::parser parser;
    simdjson::dom::element root;
    return parser.parse(simdjson::padded_string(json)).get(root) == simdjson::SUCCESS && root.is_object();
}

// What JSON becomes, in pieces.
OpenAiToEvents::State events_of(std::string_view json, std::size_t piece, std::string& events) {
    OpenAiToEvents to_events(kMostBytes);
    auto state = OpenAiToEvents::State::more;
    for (std::size_t at = 0; at < json.size() && state == OpenAiToEvents::State::more; at += piece) {
        state = to_events.take(json.substr(at, piece), at + piece >= json.size(), events);
    }
    return state;
}

std::string chunk_of(std::string_view json, std::size_t piece) {
    OpenAiWholeToChunk chunk;
    std::string out;
    for (std::size_t at = 0; at < json.size(); at += piece) chunk.take(json.substr(at, piece), out);
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tollgate::fuzz::Input input(data, size);
    const std::size_t piece = 1 + input.byte();
    const std::string_view text = input.rest();
    OpenAiFromEvents from(kMostBytes, kMostBytes);
    for (std::size_t at = 0; at < text.size(); at += piece) from.take_bytes(text.substr(at, piece));
    require(is_object(from.take()), "an answer out of events is an object");
    if (is_object(text)) {
        const std::string chunk = chunk_of(text, piece);
        require(chunk == chunk_of(text, text.size()), "pieces make no difference to a chunk");
        require(is_object(chunk) && chunk.find('\n') == std::string::npos, "a chunk is an object on one line");
    }
    std::string whole, pieces;
    if (events_of(text, std::max<std::size_t>(text.size(), 1), whole) != OpenAiToEvents::State::more) return 0;
    require(events_of(text, piece, pieces) == OpenAiToEvents::State::more, "pieces are read as the whole is");
    require(whole == pieces, "pieces make no difference");
    OpenAiFromEvents back(kMostBytes, kMostBytes);
    back.take_bytes(whole);
    require(is_object(back.take()), "an answer out of these events is an object");
    return 0;
}
