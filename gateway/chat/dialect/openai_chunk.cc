#include "gateway/chat/dialect/openai_chunk.h"

#include <charconv>

#include "gateway/chat/dialect/usage.h"

namespace tollgate {
namespace {

constexpr int kMostNesting = 8;  // of what a delta holds; deeper text is not counted

bool truthy(std::string_view json) { return json != "null" && json != "false" && json != "\"\"" && json != "{}"; }

std::string_view unquoted(std::string_view string) { return string.substr(1, string.size() - 2); }

std::size_t after_separator(std::string_view data, std::size_t at) {
    while (at < data.size() && (data[at] == ',' || data[at] == ' ' || data[at] == '\t')) ++at;
    return at;
}

// Walks a delta: counts the bytes of its string values, tool-call arguments included. Returns where it ends.
std::size_t walk_generated(std::string_view data, std::size_t at, int depth, std::int64_t& bytes) {
    const char first = at < data.size() ? data[at] : '\0';
    JsonMembers members(data, at);
    if (first == '{' && depth < kMostNesting) {
        for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
            const bool generated = key != "\"role\"" && key != "\"id\"" && key != "\"type\"" && key != "\"index\"";
            if (generated) {
                members.resume(walk_generated(data, members.position(), depth + 1, bytes));
            } else {
                members.skip_value();
            }
        }
        return members.closed() ? members.position() + 1 : data.size();
    }
    if (first == '[' && depth < kMostNesting) {
        at = after_separator(data, at + 1);
        while (at < data.size() && data[at] != ']') {
            const std::size_t before = at;
            at = after_separator(data, walk_generated(data, at, depth + 1, bytes));
            if (at == before) return data.size();
        }
        return at + 1;
    }
    members.resume(at);
    const TextSpan value = members.skip_value();
    if (first == '"' && value.size() > 2) bytes += static_cast<std::int64_t>(value.size()) - 2;
    return value.end;
}

// Returns where the array at `at` ends; the end of the data if it is malformed.
std::size_t walk_choices(std::string_view data, std::size_t at, AnswerDelta& delta) {
    at = after_separator(data, at + 1);
    while (at < data.size() && data[at] == '{') {
        std::size_t index = 0;
        bool finished = false;
        JsonMembers members(data, at);
        for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
            if (key == "\"delta\"" || key == "\"text\"") {
                members.resume(walk_generated(data, members.position(), 0, delta.text_bytes));
                continue;
            }
            const std::string_view value = members.skip_value().of(data);
            if (key == "\"index\"") std::from_chars(value.data(), value.data() + value.size(), index);
            if (key == "\"finish_reason\"" && value.starts_with('"')) {
                delta.finish_reason = unquoted(value);
                ++delta.finish_reasons;
                finished = true;
            }
        }
        if (finished && index < kMostChoices) delta.finished.set(index);
        if (!members.closed()) return data.size();
        at = after_separator(data, members.position() + 1);
    }
    return at < data.size() && data[at] == ']' ? at + 1 : data.size();
}

void note_error(std::string_view data, TextSpan value, AnswerDelta& delta) {
    delta.error = true;
    if (!value.of(data).starts_with('{')) return;
    const auto message = find_member(data, value.begin, "message");
    if (message) delta.error_message = message->value.of(data);
}

// `previous_end` is where the member before ended.
void note_member(std::string_view data, std::string_view key, TextSpan value, std::uint32_t previous_end,
                 OpenAiChunk& chunk) {
    const std::string_view text = value.of(data);
    if (key == "\"usage\"") {
        chunk.usage_object = text.starts_with('{');
        chunk.usage_null = !chunk.usage_object;
        chunk.usage_cut = {previous_end, value.end};
        TokenCounts usage;
        if (parse_usage(text, usage)) chunk.delta.usage = usage;
    } else if (key == "\"error\"") {
        const bool error = truthy(text);
        chunk.error_null = !error;
        if (error) note_error(data, value, chunk.delta);
    } else if (key == "\"id\"" && text.size() > 2 && text.front() == '"' && chunk.delta.id.empty()) {
        chunk.delta.id = unquoted(text);
    }
}

// Choices are walked, not skipped and walked again.
void walk_chunk(std::string_view data, OpenAiChunk& chunk) {
    JsonMembers members(data, 0);
    bool empty_choices = false;
    std::uint32_t previous_end = 0;
    for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
        if (key == "\"choices\"" && data[members.position()] == '[') {
            const std::size_t begin = members.position();
            members.resume(walk_choices(data, begin, chunk.delta));
            empty_choices = data[after_separator(data, begin + 1)] == ']';
        } else {
            const TextSpan value = members.skip_value();
            if (value.size() == 0) return;
            note_member(data, key, value, previous_end, chunk);
        }
        previous_end = static_cast<std::uint32_t>(members.position());
    }
    if (members.closed() && members.position() == data.size() - 1) chunk.kind = OpenAiChunk::Kind::chunk;
    chunk.usage_only = chunk.usage_object && empty_choices;
}

}  // namespace

OpenAiChunk read_openai_chunk(std::string_view data) {
    OpenAiChunk chunk;
    if (data.front() == '{' && data.back() == '}') {
        walk_chunk(data, chunk);
    } else if (data == "[DONE]") {
        chunk.kind = OpenAiChunk::Kind::done;
    } else if (data.front() == ':') {
        chunk.kind = OpenAiChunk::Kind::comment;
    }
    return chunk;
}

std::int64_t generated_bytes(std::string_view body, TextSpan choices) {
    std::int64_t bytes = 0;
    std::size_t at = after_separator(body, choices.begin + 1);
    while (at < choices.end && body[at] == '{') {
        JsonMembers members(body, at);
        for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
            if (key == "\"message\"" || key == "\"text\"") {
                members.resume(walk_generated(body, members.position(), 0, bytes));
            } else {
                members.skip_value();
            }
        }
        if (!members.closed()) break;
        at = after_separator(body, members.position() + 1);
    }
    return bytes;
}

}  // namespace tollgate
