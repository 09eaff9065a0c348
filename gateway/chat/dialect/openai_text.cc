#include "gateway/chat/dialect/openai_text.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "gateway/chat/dialect/provider_error.h"

namespace tollgate {
namespace {

// Of a code unit, in UTF-8; the two of a surrogate pair make four bytes.
std::int64_t unit_bytes(std::string_view hex) {
    unsigned unit = 0;
    std::from_chars(hex.data(), hex.data() + hex.size(), unit, 16);
    if (unit < 0x80) return 1;
    if (unit < 0x800 || (unit >= 0xd800 && unit < 0xe000)) return 2;
    return 3;
}

// Fields that show reasoning. Where several do, they show the same.
bool is_reasoning(std::string_view name) {
    static constexpr std::array<std::string_view, 8> kNames = {
        "reasoning_content", "reasoning",       "reasoning_details", "reasoning_text",
        "reasoning_summary", "thinking_blocks", "thinking",          "thoughts"};
    return std::ranges::find(kNames, name) != kNames.end();
}

}  // namespace

std::int64_t spelt_bytes(std::string_view json) {
    if (json.size() <= 2 || json.front() != '"') return 0;
    const std::string_view inside = json.substr(1, json.size() - 2);
    auto bytes = static_cast<std::int64_t>(inside.size());
    for (auto at = inside.find('\\'); at != std::string_view::npos; at = inside.find('\\', at)) {
        if (inside.substr(at, 2) == "\\u") {
            const std::string_view escape = inside.substr(at, 6);
            bytes -= static_cast<std::int64_t>(escape.size()) - unit_bytes(escape.substr(2));
            at += escape.size();
        } else {
            --bytes;
            at += 2;
        }
    }
    return bytes;
}

std::size_t after_separator(std::string_view data, std::size_t at) {
    while (at < data.size() && (data[at] == ',' || data[at] == ' ' || (data[at] >= '\t' && data[at] <= '\r'))) ++at;
    return at;
}

// `element` walks the one that stands where it is told, and returns where it ends.
template <class Element>
std::size_t OpenAiText::elements(std::size_t at, Element&& element) {
    if (at >= data_.size() || data_[at] != '[') return skip(at);
    at = after_separator(data_, at + 1);
    while (at < data_.size() && data_[at] != ']') {
        const std::size_t end = element(at);
        if (end <= at) return data_.size();
        at = after_separator(data_, end);
    }
    return std::min(at + 1, data_.size());
}

std::size_t OpenAiText::skip(std::size_t at) {
    JsonMembers members(data_, at);
    members.resume(at);
    const TextSpan value = members.skip_value();
    malformed_ = malformed_ || !may_be_value(value.of(data_));
    return value.end;
}

std::size_t OpenAiText::text_at(std::size_t at, std::int64_t& bytes, FreeStrings::Kind kind) {
    const std::size_t end = skip(at);
    const std::string_view json = data_.substr(at, end - at);
    bytes += spelt_bytes(json);
    if (json.starts_with('"')) strings_.add({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end)}, kind);
    return end;
}

std::size_t OpenAiText::string(std::size_t at) { return text_at(at, found_.bytes, FreeStrings::Kind::text); }

std::size_t OpenAiText::message(std::size_t at) {
    if (at < data_.size() && data_[at] == '"') return string(at);
    if (at >= data_.size() || data_[at] != '{') return skip(at);
    JsonMembers members(data_, at);
    std::string unescaped_key;
    std::int64_t most_reasoning = 0;
    for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
        const std::string_view name = key_name(key, unescaped_key);
        const std::size_t value = members.position();
        std::size_t end = 0;
        if (name == "content") {
            end = content(value);
        } else if (name == "refusal") {
            end = string(value);
        } else if (is_reasoning(name)) {
            std::int64_t bytes = 0;
            end = reasoning(value, bytes);
            most_reasoning = std::max(most_reasoning, bytes);
        } else if (name == "tool_calls") {
            end = tool_calls(value);
        } else if (name == "function_call") {
            end = call(value);
        } else {
            end = skip(value);
            if (name == "usage") usage_ = {static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(end)};
            if (name == "error") failed_ = failed_ || says_error(name, data_.substr(value, end - value));
            const bool media = name == "images" || name == "audio" || name == "image" || name == "video";
            found_.other_output = found_.other_output || (media && data_[value] != 'n');
            if (name == "audio") add_transcript(value);
        }
        members.resume(end);
    }
    found_.reasoning_bytes += most_reasoning;
    found_.bytes += most_reasoning;
    return members.closed() ? members.position() + 1 : data_.size();
}

// What is said in a sound is text beside it.
void OpenAiText::add_transcript(std::size_t audio) {
    const auto transcript = data_[audio] == '{' ? find_member(data_, audio, "transcript") : std::nullopt;
    if (transcript) string(transcript->value.begin);
}

// A string, or parts, or one part, or (Gemini's) an object that holds parts.
std::size_t OpenAiText::content(std::size_t at) {
    if (at < data_.size() && data_[at] == '{') {
        const auto parts = find_member(data_, at, "parts");
        if (parts) elements(parts->value.begin, [this](std::size_t part) { return content_part(part); });
        const std::size_t end = content_part(at);
        if (parts) strings_.count = FreeStrings::kMost + 1;  // they are not in the order in which they stand
        return end;
    }
    if (at < data_.size() && data_[at] == '[') {
        return elements(at, [this](std::size_t part) { return content_part(part); });
    }
    return string(at);
}

std::size_t OpenAiText::content_part(std::size_t at) {
    if (data_[at] != '{') return string(at);
    JsonMembers members(data_, at);
    std::string unescaped_key;
    for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
        const std::string_view name = key_name(key, unescaped_key);
        const std::size_t value = members.position();
        if (name == "text" || name == "refusal") {
            members.resume(string(value));
        } else if (name == "thinking") {  // Mistral's
            std::int64_t bytes = 0;
            members.resume(reasoning(value, bytes));
            found_.reasoning_bytes += bytes;
            found_.bytes += bytes;
        } else {
            const std::size_t end = skip(value);
            if (end > value && data_[value] == '{') found_.other_output = true;
            members.resume(end);
        }
    }
    return members.closed() ? members.position() + 1 : data_.size();
}

// A string or a detail, or several.
std::size_t OpenAiText::reasoning(std::size_t at, std::int64_t& bytes) {
    if (at >= data_.size() || data_[at] != '[') return reasoning_detail(at, bytes);
    return elements(at, [this, &bytes](std::size_t detail) { return reasoning_detail(detail, bytes); });
}

// A string, or an object whose text, summary or content is shown.
std::size_t OpenAiText::reasoning_detail(std::size_t at, std::int64_t& bytes) {
    constexpr auto kReasoning = FreeStrings::Kind::reasoning;
    if (at >= data_.size() || data_[at] != '{') return text_at(at, bytes, kReasoning);
    JsonMembers members(data_, at);
    std::string unescaped_key;
    for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
        const std::string_view name = key_name(key, unescaped_key);
        const bool shown = name == "text" || name == "summary" || name == "content" || name == "thinking";
        members.resume(shown ? text_at(members.position(), bytes, kReasoning) : skip(members.position()));
    }
    return members.closed() ? members.position() + 1 : data_.size();
}

// A list, or one.
std::size_t OpenAiText::tool_calls(std::size_t at) {
    if (at < data_.size() && data_[at] == '{') return tool_call(at);
    return elements(at, [this](std::size_t tool) { return tool_call(tool); });
}

// The call is its `function`; with some it stands in the tool call itself.
std::size_t OpenAiText::tool_call(std::size_t at) {
    if (data_[at] != '{') return skip(at);
    calls_ = true;
    if (!find_member(data_, at, "function") && !find_member(data_, at, "custom")) return call(at);
    JsonMembers members(data_, at);
    std::string unescaped_key;
    for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
        const std::string_view name = key_name(key, unescaped_key);
        const bool called = name == "function" || name == "custom";
        members.resume(called ? call(members.position()) : skip(members.position()));
    }
    return members.closed() ? members.position() + 1 : data_.size();
}

// {"name":…,"arguments":…}; a custom tool's has `input`.
std::size_t OpenAiText::call(std::size_t at) {
    if (at >= data_.size() || data_[at] != '{') return skip(at);
    JsonMembers members(data_, at);
    std::string unescaped_key;
    for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
        const std::string_view name = key_name(key, unescaped_key);
        const std::size_t value = members.position();
        if (name == "name" && value < data_.size() && data_[value] == '"') ++found_.tool_calls;
        if (name == "name") {
            members.resume(string(value));
        } else {
            members.resume(name == "arguments" || name == "input" ? argument(value) : skip(value));
        }
    }
    return members.closed() ? members.position() + 1 : data_.size();
}

// A string, or (Ollama and some proxies) what it would spell.
std::size_t OpenAiText::argument(std::size_t at) {
    if (at >= data_.size() || (data_[at] != '{' && data_[at] != '[')) return string(at);
    const std::size_t end = skip(at);
    found_.bytes += static_cast<std::int64_t>(end - at);
    strings_.count = FreeStrings::kMost + 1;  // no string is all of it
    return end;
}

}  // namespace tollgate
