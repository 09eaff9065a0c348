// Usage objects as providers write them: OpenAI's names, plus DeepSeek's cache split (prompt_cache_hit_tokens) and
// OpenRouter's cache_write_tokens.
#include <charconv>

#include "gateway/chat/stream_meter.h"

namespace tollgate {
namespace {

constexpr std::int64_t kBytesOfOneTokenEvents = 8;
constexpr std::int64_t kMostTokens = 1'000'000'000;  // of one request; a larger report is not believed

// Token counts are non-negative integers; anything else counts as absent.
bool read_count(std::string_view text, std::int64_t& out) {
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stop != text.data() + text.size() || value < 0 || value > kMostTokens) return false;
    out = value;
    return true;
}

void read_details(std::string_view text, TextSpan value, TokenUsage& usage) {
    if (!value.of(text).starts_with('{')) return;
    JsonMembers members(text, value.begin);
    while (const auto member = members.next()) {
        const std::string_view key = member->key.of(text);
        const std::string_view number = member->value.of(text);
        if (key == "\"cached_tokens\"") {
            read_count(number, usage.cache_read);
        } else if (key == "\"cache_write_tokens\"") {
            read_count(number, usage.cache_write);
        } else if (key == "\"reasoning_tokens\"") {
            read_count(number, usage.reasoning);
        }
    }
}

}  // namespace

bool parse_usage(std::string_view text, TokenUsage& usage) {
    if (!text.starts_with('{')) return false;
    JsonMembers members(text, 0);
    bool any = false, unreadable = false;  // one figure that cannot be makes the whole report incredible
    const auto take = [&any, &unreadable](std::string_view value, std::int64_t& out) {
        const bool read = read_count(value, out);
        any = any || read;
        unreadable = unreadable || (!read && value != "null");
    };
    while (const auto member = members.next()) {
        const std::string_view key = member->key.of(text);
        const std::string_view value = member->value.of(text);
        if (key == "\"prompt_tokens\"" || key == "\"input_tokens\"") {
            take(value, usage.prompt);
        } else if (key == "\"completion_tokens\"" || key == "\"output_tokens\"") {
            take(value, usage.completion);
        } else if (key == "\"prompt_tokens_details\"" || key == "\"completion_tokens_details\"") {
            read_details(text, member->value, usage);
        } else if (key == "\"prompt_cache_hit_tokens\"") {
            read_count(value, usage.cache_read);
        } else if (key == "\"total_tokens\"") {
            std::int64_t total = 0;
            any = read_count(value, total) || any;  // not billed: only a sign that usage was meant
        }
    }
    return any && !unreadable;
}

std::string usage_json(const TokenUsage& usage, NanoUsd cost) {
    return "{\"prompt_tokens\":" + std::to_string(usage.prompt) +
           ",\"completion_tokens\":" + std::to_string(usage.completion) +
           ",\"total_tokens\":" + std::to_string(usage.prompt + usage.completion) + ",\"cost\":" + to_usd(cost) + "}";
}

std::int64_t counted_completion_tokens(const StreamFacts& facts) {
    constexpr std::int64_t kBytesPerToken = 4;
    if (facts.content_bytes <= facts.content_events * kBytesOfOneTokenEvents) return facts.content_events;
    return (facts.content_bytes + kBytesPerToken - 1) / kBytesPerToken;
}

bool contradicts(std::int64_t visible_tokens, std::int64_t content_events, std::int64_t content_bytes) {
    constexpr std::int64_t kFewTokens = 16;  // templates and end marks are counted by some providers
    constexpr std::int64_t kLeastBytesPerToken = 2, kMostBytesPerToken = 6;
    std::int64_t least = content_bytes / kMostBytesPerToken, most = content_bytes / kLeastBytesPerToken;
    if (content_bytes <= content_events * kBytesOfOneTokenEvents) least = most = content_events;
    return (visible_tokens + kFewTokens) * 5 < least * 4 || (visible_tokens - kFewTokens) * 5 > most * 6;
}

}  // namespace tollgate
