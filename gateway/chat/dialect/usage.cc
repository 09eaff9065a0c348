#include "gateway/chat/dialect/usage.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <span>

#include "gateway/text/json_members.h"

namespace tollgate {
namespace {

constexpr std::int64_t kMostTokens = 1'000'000'000;  // of one request; a larger report is not believed

enum class Role : std::uint8_t {
    count,    // makes the report one, and must be readable
    part,     // of a count: ignored where it can't be read
    sign,     // not billed: only a sign that usage was meant
    details,  // an object of parts
};

struct Name {
    std::string_view name;  // with the quotes, as it stands in the text
    Role role;
    std::int64_t TokenCounts::* count = nullptr;
};

// OpenAI: https://platform.openai.com/docs/api-reference/chat/object (`usage`).
// DeepSeek: https://api-docs.deepseek.com/api/create-chat-completion. OpenRouter:
// https://openrouter.ai/docs/use-cases/usage-accounting.
constexpr std::array kNames = {
    Name{"\"prompt_tokens\"", Role::count, &TokenCounts::prompt},
    Name{"\"completion_tokens\"", Role::count, &TokenCounts::completion},
    Name{"\"total_tokens\"", Role::sign},
    Name{"\"prompt_tokens_details\"", Role::details},
    Name{"\"completion_tokens_details\"", Role::details},
    Name{"\"input_tokens\"", Role::count, &TokenCounts::prompt},  // OpenAI's later APIs
    Name{"\"output_tokens\"", Role::count, &TokenCounts::completion},
    Name{"\"prompt_cache_hit_tokens\"", Role::part, &TokenCounts::cache_read},  // DeepSeek
};

constexpr std::array kDetailNames = {
    Name{"\"cached_tokens\"", Role::part, &TokenCounts::cache_read},
    Name{"\"reasoning_tokens\"", Role::part, &TokenCounts::reasoning},
    Name{"\"cache_write_tokens\"", Role::part, &TokenCounts::cache_write},  // OpenRouter
};

const Name* find(std::span<const Name> names, std::string_view key) {
    const auto found = std::find_if(names.begin(), names.end(), [key](const Name& name) { return name.name == key; });
    return found == names.end() ? nullptr : &*found;
}

// Token counts are non-negative integers; anything else counts as absent.
bool read_count(std::string_view text, std::int64_t& out) {
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stop != text.data() + text.size() || value < 0 || value > kMostTokens) return false;
    out = value;
    return true;
}

void read_details(std::string_view text, TextSpan value, TokenCounts& usage) {
    if (!value.of(text).starts_with('{')) return;
    JsonMembers members(text, value.begin);
    while (const auto member = members.next()) {
        const Name* const name = find(kDetailNames, member->key.of(text));
        if (name != nullptr) read_count(member->value.of(text), usage.*name->count);
    }
}

}  // namespace

bool parse_usage(std::string_view text, TokenCounts& usage) {
    if (!text.starts_with('{')) return false;
    JsonMembers members(text, 0);
    bool any = false, unreadable = false;
    while (const auto member = members.next()) {
        const Name* const name = find(kNames, member->key.of(text));
        if (name == nullptr) continue;
        const std::string_view value = member->value.of(text);
        std::int64_t total = 0;
        switch (name->role) {
            case Role::count:
                if (read_count(value, usage.*name->count)) {
                    any = true;
                } else if (value != "null") {
                    unreadable = true;
                }
                break;
            case Role::part:
                read_count(value, usage.*name->count);
                break;
            case Role::sign:
                any = read_count(value, total) || any;
                break;
            case Role::details:
                read_details(text, member->value, usage);
                break;
        }
    }
    return any && !unreadable;
}

}  // namespace tollgate
