// The names under which providers report counts of tokens. A further provider's naming is a row more.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "gateway/chat/reported_usage.h"

namespace tollgate {

enum class UsageRole : std::uint8_t {
    count,       // of prompt or completion: one that can't be read spoils the report
    part,        // ignored where it can't be read
    prompt,      // an object of parts of the prompt
    completion,  // an object of parts of the completion
    written,     // what was written to the cache, by how long it stays: an object, or a list (Bedrock's)
    billed,      // an object of counts that are billed
    other,       // an object of counts, if there is no billed one
    cost,
};

struct UsageName {
    std::string_view name{};
    UsageRole role{};
    std::int64_t ReportedUsage::* count = nullptr;
    bool ReportedUsage::* mark = nullptr;  // what a count under this name says beside its number
    bool openai = false;
};

// A table of names, found by length first: most differ by it.
class UsageNames {
  public:
    template <std::size_t count>
    explicit consteval UsageNames(const std::array<UsageName, count>& names) {
        for (std::size_t i = count; i > 0; --i) {
            names_.at(i) = names.at(i - 1);
            std::uint8_t& first = first_.at(names_.at(i).name.size());
            next_.at(i) = first;
            first = static_cast<std::uint8_t>(i);
        }
    }

    const UsageName* find(std::string_view name) const {
        std::uint8_t i = name.size() < first_.size() ? first_[name.size()] : 0;
        while (i != 0 && std::memcmp(names_[i].name.data(), name.data(), name.size()) != 0) i = next_[i];
        return i == 0 ? nullptr : &names_[i];
    }

  private:
    static constexpr std::size_t kMostNames = 80, kMostBytes = 48;  // more do not compile

    std::array<UsageName, kMostNames> names_{};     // from 1: 0 is none
    std::array<std::uint8_t, kMostBytes> first_{};  // by length
    std::array<std::uint8_t, kMostNames> next_{};   // of the same length
};

// Sources, as of November 2026. Recorded answers of most are in tests/unit/gateway/chat/dialect/usage_test.cc.
inline constexpr UsageNames kUsageNames(std::to_array<UsageName>({
    // https://platform.openai.com/docs/api-reference/chat/object; also Azure, vLLM, Together, Perplexity, xAI, Z.ai.
    {"prompt_tokens", UsageRole::count, &ReportedUsage::prompt, &ReportedUsage::whole_prompt, true},
    {"completion_tokens", UsageRole::count, &ReportedUsage::completion, nullptr, true},
    {"total_tokens", UsageRole::part, &ReportedUsage::total, nullptr, true},
    {"prompt_tokens_details", UsageRole::prompt},
    {"completion_tokens_details", UsageRole::completion},
    // OpenAI's later APIs; https://docs.anthropic.com/en/api/messages: there the cache stands beside the input.
    {"input_tokens", UsageRole::count, &ReportedUsage::prompt},
    {"output_tokens", UsageRole::count, &ReportedUsage::completion},
    {"input_tokens_details", UsageRole::prompt},
    {"output_tokens_details", UsageRole::completion},
    // Its Realtime API: https://platform.openai.com/docs/api-reference/realtime-server-events/response/done
    {"input_token_details", UsageRole::prompt},
    {"output_token_details", UsageRole::completion},
    {"cache_read_input_tokens", UsageRole::part, &ReportedUsage::cache_read, &ReportedUsage::cache_beside},
    {"cache_creation_input_tokens", UsageRole::part, &ReportedUsage::cache_write, &ReportedUsage::cache_beside},
    {"cache_creation", UsageRole::written, nullptr, &ReportedUsage::cache_beside},
    // https://api-docs.deepseek.com/api/create-chat-completion
    {"prompt_cache_hit_tokens", UsageRole::part, &ReportedUsage::cache_read},
    // https://platform.moonshot.ai/docs/api/chat, https://docs.together.ai/reference/chat-completions-1
    {"cached_tokens", UsageRole::part, &ReportedUsage::cache_read},
    // https://docs.mistral.ai/api: in recorded answers
    {"num_cached_tokens", UsageRole::part, &ReportedUsage::cache_read},
    // https://openrouter.ai/docs/use-cases/usage-accounting
    {"cache_write_tokens", UsageRole::part, &ReportedUsage::cache_write},
    {"cost", UsageRole::cost},
    // new-api's answers of Claude models, beside prompt_tokens_details: relay/channel/claude in QuantumNous/new-api
    {"claude_cache_creation_1_h_tokens", UsageRole::part, &ReportedUsage::cache_write_1h},
    // https://docs.perplexity.ai/api-reference/chat-completions-post
    {"reasoning_tokens", UsageRole::part, &ReportedUsage::reasoning},
    // https://ai.google.dev/api/generate-content#UsageMetadata
    {"promptTokenCount", UsageRole::count, &ReportedUsage::prompt, &ReportedUsage::whole_prompt},
    {"candidatesTokenCount", UsageRole::count, &ReportedUsage::completion},
    {"totalTokenCount", UsageRole::part, &ReportedUsage::total},
    {"thoughtsTokenCount", UsageRole::part, &ReportedUsage::reasoning, &ReportedUsage::reasoning_beside},
    {"cachedContentTokenCount", UsageRole::part, &ReportedUsage::cache_read},
    {"toolUsePromptTokenCount", UsageRole::part, &ReportedUsage::tool_prompt},
    // The same as Google's Python SDK writes them out: https://googleapis.github.io/python-genai
    {"prompt_token_count", UsageRole::count, &ReportedUsage::prompt, &ReportedUsage::whole_prompt},
    {"candidates_token_count", UsageRole::count, &ReportedUsage::completion},
    {"total_token_count", UsageRole::part, &ReportedUsage::total},
    {"thoughts_token_count", UsageRole::part, &ReportedUsage::reasoning, &ReportedUsage::reasoning_beside},
    {"cached_content_token_count", UsageRole::part, &ReportedUsage::cache_read},
    {"tool_use_prompt_token_count", UsageRole::part, &ReportedUsage::tool_prompt},
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
    {"inputTokens", UsageRole::count, &ReportedUsage::prompt},
    {"outputTokens", UsageRole::count, &ReportedUsage::completion},
    {"totalTokens", UsageRole::part, &ReportedUsage::total},
    {"cacheReadInputTokens", UsageRole::part, &ReportedUsage::cache_read, &ReportedUsage::cache_beside},
    {"cacheWriteInputTokens", UsageRole::part, &ReportedUsage::cache_write, &ReportedUsage::cache_beside},
    {"cacheDetails", UsageRole::written, nullptr, &ReportedUsage::cache_beside},
    // Bedrock's older names, and those of `amazon-bedrock-invocationMetrics`:
    // https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html
    {"inputTokenCount", UsageRole::count, &ReportedUsage::prompt},
    {"outputTokenCount", UsageRole::count, &ReportedUsage::completion},
    {"cacheReadInputTokenCount", UsageRole::part, &ReportedUsage::cache_read, &ReportedUsage::cache_beside},
    {"cacheWriteInputTokenCount", UsageRole::part, &ReportedUsage::cache_write, &ReportedUsage::cache_beside},
    // https://ai-sdk.dev/docs/reference/ai-sdk-core/generate-text, before version 5
    {"promptTokens", UsageRole::count, &ReportedUsage::prompt, &ReportedUsage::whole_prompt},
    {"completionTokens", UsageRole::count, &ReportedUsage::completion},
    // since version 5
    {"cachedInputTokens", UsageRole::part, &ReportedUsage::cache_read},
    {"reasoningTokens", UsageRole::part, &ReportedUsage::reasoning},
    // https://cloud.ibm.com/apidocs/watsonx-ai#text-generation
    {"input_token_count", UsageRole::count, &ReportedUsage::prompt},
    {"generated_token_count", UsageRole::count, &ReportedUsage::completion},
    // llama.cpp: `timings`, in the README of its server
    {"prompt_n", UsageRole::count, &ReportedUsage::prompt},
    {"predicted_n", UsageRole::count, &ReportedUsage::completion},
    {"cache_n", UsageRole::part, &ReportedUsage::cache_read, &ReportedUsage::cache_beside},
    // https://github.com/ollama/ollama/blob/main/docs/api.md
    {"prompt_eval_count", UsageRole::count, &ReportedUsage::prompt, &ReportedUsage::whole_prompt},
    {"eval_count", UsageRole::count, &ReportedUsage::completion},
    // https://cloud.tencent.com/document/api/1729/101838
    {"PromptTokens", UsageRole::count, &ReportedUsage::prompt, &ReportedUsage::whole_prompt},
    {"CompletionTokens", UsageRole::count, &ReportedUsage::completion},
    {"TotalTokens", UsageRole::part, &ReportedUsage::total},
    // https://docs.cohere.com/reference/chat
    {"billed_units", UsageRole::billed},
    {"tokens", UsageRole::other},
}));

inline constexpr UsageNames kPromptParts(std::to_array<UsageName>({
    {"cached_tokens", UsageRole::part, &ReportedUsage::cache_read, nullptr, true},
    {"cache_write_tokens", UsageRole::part, &ReportedUsage::cache_write, nullptr, true},        // OpenRouter
    {"cache_write_1h_tokens", UsageRole::part, &ReportedUsage::cache_write_1h, nullptr, true},  // another Tollgate
    {"cache_creation_tokens", UsageRole::part, &ReportedUsage::cache_write, nullptr, true},     // LiteLLM, and its next
    {"cache_creation_token_details", UsageRole::written, nullptr, nullptr, true},
    {"cached_creation_tokens", UsageRole::part, &ReportedUsage::cache_write, nullptr, true},  // new-api
    // https://www.alibabacloud.com/help/en/model-studio/context-cache
    {"cache_creation_input_tokens", UsageRole::part, &ReportedUsage::cache_write, nullptr, true},
    {"cache_creation", UsageRole::written, nullptr, nullptr, true},
}));

// https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching
inline constexpr UsageNames kWrittenParts(std::to_array<UsageName>({
    {"ephemeral_5m_input_tokens", UsageRole::part, &ReportedUsage::cache_write, nullptr, true},
    {"ephemeral_1h_input_tokens", UsageRole::part, &ReportedUsage::cache_write_1h, nullptr, true},
}));

inline constexpr UsageNames kCompletionParts(std::to_array<UsageName>({
    {"reasoning_tokens", UsageRole::part, &ReportedUsage::reasoning, nullptr, true},
    {"thinking_tokens", UsageRole::part, &ReportedUsage::reasoning, nullptr, true},  // Anthropic
    {"audio_tokens", UsageRole::part, &ReportedUsage::hidden_output, nullptr, true},
    {"image_tokens", UsageRole::part, &ReportedUsage::hidden_output, nullptr, true},
    {"rejected_prediction_tokens", UsageRole::part, &ReportedUsage::hidden_output, nullptr, true},
}));

}  // namespace tollgate
