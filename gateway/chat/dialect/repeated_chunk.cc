#include "gateway/chat/dialect/repeated_chunk.h"

#include <span>

namespace tollgate {
namespace {

std::span<const FreeStrings::Place> places_of(const FreeStrings& strings) {
    return std::span(strings.places).first(strings.count);
}

// Reasoning may be shown in two fields, and counts once.
bool shows_reasoning_twice(const FreeStrings& strings) {
    std::size_t shown = 0;
    for (const auto& place : places_of(strings)) shown += place.kind == FreeStrings::Kind::reasoning ? 1 : 0;
    return shown > 1;
}

bool says_text_only(const OpenAiChunk& chunk) {
    const AnswerDelta& delta = chunk.delta;
    const bool usage = delta.usage || chunk.usage_value.size() > 0 || (chunk.usage && chunk.usage_cut.begin == 0);
    return chunk.kind == OpenAiChunk::Kind::chunk && !usage && !delta.error && !chunk.error_null &&
           !chunk.escaped_keys && delta.finish_reasons == 0 && delta.text.tool_calls == 0 && !delta.text.other_output;
}

void count(std::string_view json, FreeStrings::Kind kind, GeneratedText& text) {
    if (kind == FreeStrings::Kind::padding) return;
    const std::int64_t bytes = spelt_bytes(json);
    text.bytes += bytes;
    if (kind == FreeStrings::Kind::reasoning) text.reasoning_bytes += bytes;
}

}  // namespace

void RepeatedChunk::learn(std::string_view data, const OpenAiChunk& chunk) {
    const FreeStrings& strings = chunk.strings;
    forget();
    if (data.size() > kMostBytes || strings.count == 0 || strings.count > FreeStrings::kMost) return;
    if (!says_text_only(chunk) || shows_reasoning_twice(strings)) return;
    event_ = data;
    strings_ = strings;
    choices_ = chunk.delta.choices;
    usage_ = chunk.usage;
    usage_cut_ = chunk.usage_cut;
}

bool RepeatedChunk::read(std::string_view data, OpenAiChunk& chunk) const {
    if (event_.empty()) return false;
    const std::string_view event = event_;
    std::size_t at = 0, known = 0;  // what has been compared of `data`, and of `event`
    std::size_t cut = usage_cut_.begin;
    GeneratedText text;
    for (const auto& [span, kind] : places_of(strings_)) {
        const std::string_view before = event.substr(known, span.begin + 1 - known);  // with the opening quote
        if (data.substr(at, before.size()) != before) return false;
        at += before.size() - 1;
        const std::size_t end = after_string(data, at);
        count(data.substr(at, end - at), kind, text);
        at = end;
        known = span.end;
        if (span.end <= usage_cut_.begin) cut = usage_cut_.begin + at - known;
    }
    if (data.substr(at) != event.substr(known)) return false;
    chunk.kind = OpenAiChunk::Kind::chunk;
    chunk.delta.text = text;
    chunk.delta.choices = choices_;
    chunk.usage = usage_;
    chunk.usage_cut = {static_cast<std::uint32_t>(cut), static_cast<std::uint32_t>(cut + usage_cut_.size())};
    return true;
}

}  // namespace tollgate
