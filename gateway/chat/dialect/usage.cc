#include "gateway/chat/dialect/usage.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>

#include "gateway/chat/dialect/openai_text.h"
#include "gateway/text/json_members.h"

namespace tollgate {
namespace {

constexpr std::int64_t kMostTokens = 1'000'000'000;  // of one count: more is a slip, not a number of tokens

enum class Role : std::uint8_t {
    count,       // of prompt or completion: one that can't be read spoils the report
    part,        // ignored where it can't be read
    prompt,      // an object of parts of the prompt
    completion,  // an object of parts of the completion
    written,     // what was written to the cache, by how long it stays: an object, or a list (Bedrock's)
    billed,      // an object of counts that are billed
    other,       // an object of counts, if there is no billed one
    cost,
};

struct Name {
    std::string_view name;
    Role role;
    std::int64_t ReportedUsage::* count = nullptr;
    bool ReportedUsage::* mark = nullptr;  // what a count under this name says beside its number
    bool openai = false;
};

using R = ReportedUsage;

// Sources, as of November 2026. Recorded answers of most are in tests/unit/gateway/chat/dialect/usage_test.cc.
constexpr std::array kNames = {
    // https://platform.openai.com/docs/api-reference/chat/object; also Azure, vLLM, Together, Perplexity, xAI, Z.ai.
    Name{"prompt_tokens", Role::count, &R::prompt, &R::whole_prompt, true},
    Name{"completion_tokens", Role::count, &R::completion, nullptr, true},
    Name{"total_tokens", Role::part, &R::total, nullptr, true},
    Name{"prompt_tokens_details", Role::prompt},
    Name{"completion_tokens_details", Role::completion},
    // OpenAI's later APIs; https://docs.anthropic.com/en/api/messages: there the cache stands beside the input.
    Name{"input_tokens", Role::count, &R::prompt},
    Name{"output_tokens", Role::count, &R::completion},
    Name{"input_tokens_details", Role::prompt},
    Name{"output_tokens_details", Role::completion},
    // Its Realtime API: https://platform.openai.com/docs/api-reference/realtime-server-events/response/done
    Name{"input_token_details", Role::prompt},
    Name{"output_token_details", Role::completion},
    Name{"cache_read_input_tokens", Role::part, &R::cache_read, &R::cache_beside},
    Name{"cache_creation_input_tokens", Role::part, &R::cache_write, &R::cache_beside},
    Name{"cache_creation", Role::written, nullptr, &R::cache_beside},
    // https://api-docs.deepseek.com/api/create-chat-completion
    Name{"prompt_cache_hit_tokens", Role::part, &R::cache_read},
    // https://platform.moonshot.ai/docs/api/chat, https://docs.together.ai/reference/chat-completions-1
    Name{"cached_tokens", Role::part, &R::cache_read},
    // https://docs.mistral.ai/api: in recorded answers
    Name{"num_cached_tokens", Role::part, &R::cache_read},
    // https://openrouter.ai/docs/use-cases/usage-accounting
    Name{"cache_write_tokens", Role::part, &R::cache_write},
    Name{"cost", Role::cost},
    // new-api's answers of Claude models, beside prompt_tokens_details: relay/channel/claude in QuantumNous/new-api
    Name{"claude_cache_creation_1_h_tokens", Role::part, &R::cache_write_1h},
    // https://docs.perplexity.ai/api-reference/chat-completions-post
    Name{"reasoning_tokens", Role::part, &R::reasoning},
    // https://ai.google.dev/api/generate-content#UsageMetadata
    Name{"promptTokenCount", Role::count, &R::prompt, &R::whole_prompt},
    Name{"candidatesTokenCount", Role::count, &R::completion},
    Name{"totalTokenCount", Role::part, &R::total},
    Name{"thoughtsTokenCount", Role::part, &R::reasoning, &R::reasoning_beside},
    Name{"cachedContentTokenCount", Role::part, &R::cache_read},
    Name{"toolUsePromptTokenCount", Role::part, &R::tool_prompt},
    // The same as Google's Python SDK writes them out: https://googleapis.github.io/python-genai
    Name{"prompt_token_count", Role::count, &R::prompt, &R::whole_prompt},
    Name{"candidates_token_count", Role::count, &R::completion},
    Name{"total_token_count", Role::part, &R::total},
    Name{"thoughts_token_count", Role::part, &R::reasoning, &R::reasoning_beside},
    Name{"cached_content_token_count", Role::part, &R::cache_read},
    Name{"tool_use_prompt_token_count", Role::part, &R::tool_prompt},
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
    Name{"inputTokens", Role::count, &R::prompt},
    Name{"outputTokens", Role::count, &R::completion},
    Name{"totalTokens", Role::part, &R::total},
    Name{"cacheReadInputTokens", Role::part, &R::cache_read, &R::cache_beside},
    Name{"cacheWriteInputTokens", Role::part, &R::cache_write, &R::cache_beside},
    Name{"cacheDetails", Role::written, nullptr, &R::cache_beside},
    // Bedrock's older names, and those of `amazon-bedrock-invocationMetrics`:
    // https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
    Name{"inputTokenCount", Role::count, &R::prompt},
    Name{"outputTokenCount", Role::count, &R::completion},
    Name{"cacheReadInputTokenCount", Role::part, &R::cache_read, &R::cache_beside},
    Name{"cacheWriteInputTokenCount", Role::part, &R::cache_write, &R::cache_beside},
    // https://ai-sdk.dev/docs/reference/ai-sdk-core/generate-text, before version 5
    Name{"promptTokens", Role::count, &R::prompt, &R::whole_prompt},
    Name{"completionTokens", Role::count, &R::completion},
    // since version 5
    Name{"cachedInputTokens", Role::part, &R::cache_read},
    Name{"reasoningTokens", Role::part, &R::reasoning},
    // https://cloud.ibm.com/apidocs/watsonx-ai#text-generation
    Name{"input_token_count", Role::count, &R::prompt},
    Name{"generated_token_count", Role::count, &R::completion},
    // llama.cpp: `timings`, in the README of its server
    Name{"prompt_n", Role::count, &R::prompt},
    Name{"predicted_n", Role::count, &R::completion},
    Name{"cache_n", Role::part, &R::cache_read, &R::cache_beside},
    // https://github.com/ollama/ollama/blob/main/docs/api.md
    Name{"prompt_eval_count", Role::count, &R::prompt, &R::whole_prompt},
    Name{"eval_count", Role::count, &R::completion},
    // https://cloud.tencent.com/document/api/1729/101838
    Name{"PromptTokens", Role::count, &R::prompt, &R::whole_prompt},
    Name{"CompletionTokens", Role::count, &R::completion},
    Name{"TotalTokens", Role::part, &R::total},
    // https://docs.cohere.com/reference/chat
    Name{"billed_units", Role::billed},
    Name{"tokens", Role::other},
};

constexpr std::array kPromptParts = {
    Name{"cached_tokens", Role::part, &R::cache_read, nullptr, true},
    Name{"cache_write_tokens", Role::part, &R::cache_write, nullptr, true},        // OpenRouter
    Name{"cache_write_1h_tokens", Role::part, &R::cache_write_1h, nullptr, true},  // another Tollgate
    Name{"cache_creation_tokens", Role::part, &R::cache_write, nullptr, true},     // LiteLLM, and its next
    Name{"cache_creation_token_details", Role::written, nullptr, nullptr, true},
    Name{"cached_creation_tokens", Role::part, &R::cache_write, nullptr, true},  // new-api
    // https://www.alibabacloud.com/help/en/model-studio/context-cache
    Name{"cache_creation_input_tokens", Role::part, &R::cache_write, nullptr, true},
    Name{"cache_creation", Role::written, nullptr, nullptr, true},
};

// https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching
constexpr std::array kWritten = {
    Name{"ephemeral_5m_input_tokens", Role::part, &R::cache_write, nullptr, true},
    Name{"ephemeral_1h_input_tokens", Role::part, &R::cache_write_1h, nullptr, true},
};

constexpr std::array kCompletionParts = {
    Name{"reasoning_tokens", Role::part, &R::reasoning, nullptr, true},
    Name{"thinking_tokens", Role::part, &R::reasoning, nullptr, true},  // Anthropic
    Name{"audio_tokens", Role::part, &R::hidden_output, nullptr, true},
    Name{"image_tokens", Role::part, &R::hidden_output, nullptr, true},
    Name{"rejected_prediction_tokens", Role::part, &R::hidden_output, nullptr, true},
};

// Where usage stands in an answer, beside `usage`. Those with a second name are objects that hold it.
struct Place {
    std::string_view name;
    std::string_view inner = {};
};
constexpr std::array kPlaces = {
    Place{"usageMetadata"},      // Gemini
    Place{"usage_metadata"},     // the same as Google's and LangChain's Python write it
    Place{"Usage"},              // Hunyuan
    Place{"timings"},            // llama.cpp
    Place{"x_groq", "usage"},    // Groq's streams
    Place{"message", "usage"},   // Anthropic's message_start
    Place{"response", "usage"},  // OpenAI's responses
    Place{"metadata", "usage"},  // Bedrock's ConverseStream
    Place{"meta"},               // Cohere's embeddings
    Place{"data", "usage"},      // proxies that wrap an answer
    Place{"x_cerebras", "usage"},
    Place{"token_usage"},                       // LangChain
    Place{"amazon-bedrock-invocationMetrics"},  // the last event of Bedrock's InvokeModelWithResponseStream
};

// Counts that stand in the answer itself, as Ollama's do, and those of proxies that take an answer apart.
constexpr std::array<std::string_view, 5> kBareCounts = {"prompt_eval_count", "eval_count", "prompt_tokens",
                                                         "completion_tokens", "total_tokens"};

const Name* find(std::span<const Name> names, std::string_view key) {
    const auto find_name = [names](std::string_view name) {
        const auto found = std::ranges::find(names, name, &Name::name);
        return found == names.end() ? nullptr : &*found;
    };
    const std::string_view as_it_stands = key.substr(1, key.size() - 2);
    if (const Name* const found = find_name(as_it_stands)) return found;
    std::string unescaped_key;
    const std::string_view spelt = key_name(key, unescaped_key);
    return spelt.data() == as_it_stands.data() ? nullptr : find_name(spelt);
}

enum class Number : std::uint8_t { absent, plain, written_otherwise, unreadable };

Number read_number(std::string_view text, std::int64_t& out) {
    if (text == "null") return Number::absent;
    const bool quoted = text.size() >= 2 && text.front() == '"';
    if (quoted) {
        text = text.substr(1, text.size() - 2);
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        text = text.substr(0, text.find_last_not_of(' ') + 1);
        if (text.starts_with('+')) text.remove_prefix(1);
    }
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    auto [stop, error] = std::from_chars(text.data(), end, value);
    const bool odd = text.size() > 1 && (text.front() == '0' || text.front() == '-');  // 012, -0
    bool plain = !quoted && !odd;
    if (error == std::errc() && stop != end) {  // a fraction or an exponent
        double number = 0;
        const auto read = std::from_chars(text.data(), end, number);
        stop = read.ptr;
        error = read.ec;
        if (!(number >= 0 && number <= static_cast<double>(kMostTokens)) || number != std::floor(number)) {
            return Number::unreadable;
        }
        value = static_cast<std::int64_t>(number);
        plain = false;
    }
    if (error != std::errc() || stop != end || value < 0 || value > kMostTokens) return Number::unreadable;
    out = value;
    return plain ? Number::plain : Number::written_otherwise;
}

void take_count(const Name& name, std::string_view value, ReportedUsage& report) {
    std::int64_t number = 0;
    const Number read = read_number(value, number);
    if (read == Number::absent) return;
    if (read == Number::unreadable) {
        (name.role == Role::count ? report.unreadable : report.unreadable_part) = true;
        report.openai_text = false;
        return;
    }
    std::int64_t& count = report.*name.count;
    // Names of the same count in one object agree, or the one whose prompt is whole says more.
    count = std::max(count, number);
    if (name.mark != nullptr) report.*name.mark = true;
    if (number > 0 || name.openai) report.openai_text = report.openai_text && name.openai && read == Number::plain;
}

// What stands under a name that is not known may not even be JSON.
void check_unknown(std::string_view value, ReportedUsage& report) {
    report.openai_text = report.openai_text && may_be_value(value);
}

void take_written_of(std::string_view object, ReportedUsage& sum) {
    JsonMembers members(object, 0);
    while (const auto member = members.next()) {
        const Name* const part = find(kWritten, member->key.of(object));
        if (part == nullptr) continue;
        ReportedUsage read;
        take_count(*part, member->value.of(object), read);
        if (read.*part->count != ReportedUsage::kAbsent) {
            sum.split_write = std::max<std::int64_t>(sum.split_write, 0) + read.*part->count;
        }
        sum.cache_write_1h = std::max(sum.cache_write_1h, read.cache_write_1h);
        sum.unreadable_part = sum.unreadable_part || read.unreadable_part;
        sum.openai_text = sum.openai_text && read.openai_text;
    }
}

// One of Bedrock's list: {"ttl":"1h","inputTokens":9}
void take_written_item(std::string_view item, ReportedUsage& sum) {
    const auto ttl = find_member(item, 0, "ttl"), tokens = find_member(item, 0, "inputTokens");
    if (!tokens) return;
    const bool hour = ttl && ttl->value.of(item) == "\"1h\"";
    const Name name{"inputTokens", Role::part, hour ? &R::cache_write_1h : &R::cache_write};
    ReportedUsage read;
    take_count(name, tokens->value.of(item), read);
    const std::int64_t written = std::max<std::int64_t>(read.*name.count, 0);
    sum.split_write = std::max<std::int64_t>(sum.split_write, 0) + written;
    if (hour) sum.cache_write_1h = std::max<std::int64_t>(sum.cache_write_1h, 0) + written;
    sum.unreadable_part = sum.unreadable_part || read.unreadable_part;
}

void take_written_list(std::string_view list, ReportedUsage& sum) {
    JsonMembers items(list, 0);
    std::size_t at = after_separator(list, 1);
    while (at < list.size() && list[at] != ']') {
        items.resume(at);
        const std::string_view item = items.skip_value().of(list);
        if (item.empty()) break;  // no value: the list is no JSON
        if (item.starts_with('{')) take_written_item(item, sum);
        at = after_separator(list, items.position());
    }
    sum.openai_text = false;
}

void take_written(const Name& name, std::string_view text, ReportedUsage& report) {
    ReportedUsage sum;
    if (text.starts_with('{')) take_written_of(text, sum);
    if (text.starts_with('[')) take_written_list(text, sum);
    report.merge(sum);
    if (name.mark != nullptr && sum.split_write != ReportedUsage::kAbsent) report.*name.mark = true;
    report.openai_text = report.openai_text && sum.openai_text && (name.openai || sum.split_write <= 0);
}

std::span<const Name> parts_of(const Name* name) {
    if (name == nullptr) return {};
    if (name->role == Role::prompt) return kPromptParts;
    return name->role == Role::completion ? std::span<const Name>(kCompletionParts) : std::span<const Name>();
}

// Of the object of parts that `whole` has come to, which is left behind: it is looked at once.
void read_parts(std::span<const Name> names, std::string_view text, JsonMembers& whole, ReportedUsage& report) {
    const std::size_t at = whole.position();
    if (at >= text.size() || text[at] != '{') return check_unknown(whole.skip_value().of(text), report);
    JsonMembers members(text, at);
    while (const auto member = members.next()) {
        const Name* const name = find(names, member->key.of(text));
        const std::string_view value = member->value.of(text);
        if (name == nullptr) {
            check_unknown(value, report);
        } else if (name->role == Role::written) {
            take_written(*name, value, report);
        } else {
            take_count(*name, value, report);
        }
    }
    if (members.closed()) {
        whole.resume(members.position() + 1);
    } else {
        whole.skip_value();
    }
}

constexpr int kMostNesting = 2;  // of billed units and tokens, which stand in `usage` or `meta`

bool read_object(std::string_view text, int depth, ReportedUsage& report);

void read_inner(std::string_view text, int depth, bool& found, ReportedUsage& report) {
    if (depth < kMostNesting) found = read_object(text, depth + 1, report);
}

bool read_object(std::string_view text, int depth, ReportedUsage& report) {
    if (!text.starts_with('{')) return false;
    ReportedUsage billed, other;
    bool any_billed = false, any_other = false;
    JsonMembers members(text, 0);
    for (std::string_view key = members.next_key(); !key.empty(); key = members.next_key()) {
        if (key.find('\\') != std::string_view::npos) report.openai_text = false;
        const Name* const name = find(kNames, key);
        if (const auto parts = parts_of(name); !parts.empty()) {
            read_parts(parts, text, members, report);
            continue;
        }
        const std::string_view value = members.skip_value().of(text);
        if (name == nullptr) {
            check_unknown(value, report);
            continue;
        }
        switch (name->role) {
            case Role::count:
            case Role::part:
                take_count(*name, value, report);
                break;
            case Role::written:
                take_written(*name, value, report);
                break;
            case Role::billed:
                read_inner(value, depth, any_billed, billed);
                break;
            case Role::other:
                read_inner(value, depth, any_other, other);
                break;
            case Role::cost:
                report.openai_text = false;
                break;
            case Role::prompt:
            case Role::completion:
                break;
        }
    }
    if (any_billed || any_other) {
        report.merge(any_billed ? billed : other);
        report.openai_text = false;
    }
    return report.names_count() || report.unreadable;
}

}  // namespace

bool read_usage(std::string_view object, ReportedUsage& report) {
    ReportedUsage read;
    if (!read_object(object, 0, read)) return false;
    const bool first = !report.names_count() && !report.unreadable;
    if (first) {
        report = read;
    } else {
        report.merge(read);
    }
    return true;
}

bool read_usage_member(std::string_view name, std::string_view value, ReportedUsage& report) {
    if (name == "usage") return read_usage(value, report);
    if (std::ranges::find(kBareCounts, name) != kBareCounts.end()) {
        return read_usage("{\"" + std::string(name) + "\":" + std::string(value) + "}", report);
    }
    if (!value.starts_with('{')) return false;
    const auto place = std::ranges::find(kPlaces, name, &Place::name);
    if (place == kPlaces.end()) return false;
    if (place->inner.empty()) return read_usage(value, report);
    const auto inner = find_member(value, 0, place->inner);
    return inner && read_usage(inner->value.of(value), report);
}

}  // namespace tollgate
