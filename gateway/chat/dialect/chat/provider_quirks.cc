#include "gateway/chat/dialect/chat/provider_quirks.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace tollgate {
namespace {

using enum Quirk;

struct NamedQuirk {
    Quirk quirk;
    std::string_view name;
};
constexpr std::array<NamedQuirk, kQuirks> kNames = {{
    {one_system_message, "one-system-message"},
    {no_developer_role, "no-developer-role"},
    {alternating_roles, "alternating-roles"},
    {no_user_after_tool, "no-user-after-tool"},
    {prefix_last_answer, "prefix-last-answer"},
    {text_as_string, "text-as-string"},
    {short_tool_ids, "short-tool-ids"},
    {cache_marks, "cache-marks"},
    {no_media_urls, "no-media-urls"},
    {document_url, "document-url"},
    {file_urls, "file-urls"},
    {video, "video"},
    {thought_signatures, "thought-signatures"},
    {reasoning_content, "reasoning-content"},
    {reasoning_member, "reasoning-member"},
    {reasoning_details, "reasoning-details"},
    {thinking_parts, "thinking-parts"},
    {reasoning_object, "reasoning-object"},
    {thinking_object, "thinking-object"},
    {enable_thinking, "enable-thinking"},
    {template_thinking, "template-thinking"},
    {no_parallel_tool_calls, "no-parallel-tool-calls"},
    {no_named_tool_choice, "no-named-tool-choice"},
    {no_required_tool_choice, "no-required-tool-choice"},
    {any_for_required, "any-for-required"},
    {no_json_schema, "no-json-schema"},
    {no_json_object, "no-json-object"},
    {openapi_schemas, "openapi-schemas"},
    {strict_members, "strict-members"},
    {sampling_extras, "sampling-extras"},
    {random_seed, "random-seed"},
    {no_stream_options, "no-stream-options"},
}};

constexpr Quirks quirks(std::initializer_list<Quirk> list) {
    Quirks all;
    for (const Quirk quirk : list) all.add(quirk);
    return all;
}

struct ProviderRow {
    std::string_view slug;
    Quirks quirks;
};

// Alibaba's and Z.ai's go by two names.
constexpr Quirks kDashScope = quirks({one_system_message, no_developer_role, cache_marks, video, enable_thinking,
                                      no_required_tool_choice, sampling_extras});
constexpr Quirks kZai = quirks({no_developer_role, video, reasoning_content, thinking_object, no_required_tool_choice,
                                no_named_tool_choice, no_json_schema});

// By the providers' own documentation, and where that says nothing by what they were seen to refuse.
constexpr std::array kProviders = {
    // https://console.groq.com/docs/openai
    ProviderRow{"groq", quirks({strict_members, reasoning_member})},
    // https://docs.mistral.ai/api
    ProviderRow{"mistral",
                quirks({strict_members, no_developer_role, no_user_after_tool, prefix_last_answer, short_tool_ids,
                        thinking_parts, document_url, any_for_required, random_seed, no_stream_options})},
    // https://api-docs.deepseek.com
    ProviderRow{"deepseek",
                quirks({no_developer_role, text_as_string, reasoning_content, thinking_object, no_json_schema})},
    // https://docs.x.ai/docs/api-reference
    ProviderRow{"xai", quirks({})},
    // https://openrouter.ai/docs/api-reference
    ProviderRow{"openrouter",
                quirks({cache_marks, file_urls, video, reasoning_details, reasoning_object, sampling_extras})},
    // https://docs.together.ai/reference/chat-completions
    ProviderRow{"together", quirks({no_developer_role, sampling_extras})},
    // https://docs.fireworks.ai/api-reference/post-chatcompletions
    ProviderRow{"fireworks", quirks({strict_members, no_developer_role, reasoning_content, sampling_extras})},
    // https://inference-docs.cerebras.ai/api-reference/chat-completions
    ProviderRow{"cerebras", quirks({strict_members, reasoning_member})},
    // https://docs.perplexity.ai/api-reference/chat-completions
    ProviderRow{"perplexity", quirks({one_system_message, no_developer_role, alternating_roles, no_json_object})},
    // https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
    ProviderRow{"vllm", quirks({one_system_message, no_developer_role, video, reasoning_member, template_thinking,
                                sampling_extras})},
    // https://docs.sglang.ai/basic_usage/openai_api_completions.html
    ProviderRow{"sglang", quirks({one_system_message, no_developer_role, video, reasoning_content, template_thinking,
                                  sampling_extras})},
    // https://github.com/ggml-org/llama.cpp/tree/master/tools/server
    ProviderRow{"llama-cpp", quirks({one_system_message, no_developer_role, reasoning_content, template_thinking,
                                     no_named_tool_choice, sampling_extras})},
    // https://docs.ollama.com/api/openai-compatibility
    ProviderRow{"ollama", quirks({one_system_message, no_developer_role, no_media_urls, reasoning_member,
                                  no_parallel_tool_calls, no_named_tool_choice, no_required_tool_choice})},
    // https://lmstudio.ai/docs/developer/openai-compat
    ProviderRow{"lm-studio", quirks({one_system_message, no_developer_role, no_media_urls, no_parallel_tool_calls,
                                     no_named_tool_choice, no_json_object, sampling_extras})},
    // https://www.alibabacloud.com/help/en/model-studio/use-qwen-by-calling-api
    ProviderRow{"alibaba", kDashScope},
    ProviderRow{"dashscope", kDashScope},
    // https://docs.z.ai/api-reference/llm/chat-completion
    ProviderRow{"z-ai", kZai},
    ProviderRow{"zai", kZai},
    // https://platform.moonshot.ai/docs/api/chat
    ProviderRow{"moonshotai", quirks({no_developer_role, reasoning_content, no_required_tool_choice})},
    // https://deepinfra.com/docs/openai_api
    ProviderRow{"deepinfra", quirks({no_developer_role, sampling_extras})},
    // https://novita.ai/docs/api-reference/model-apis-llm-create-chat-completion
    ProviderRow{"novita", quirks({no_developer_role, sampling_extras})},
    // https://ai.google.dev/gemini-api/docs/openai
    ProviderRow{"google", quirks({strict_members, thought_signatures, no_media_urls})},
};

}  // namespace

std::string_view to_string(Quirk quirk) {
    const auto found = std::ranges::find(kNames, quirk, &NamedQuirk::quirk);
    return found == kNames.end() ? std::string_view() : found->name;
}

std::optional<Quirk> quirk_named(std::string_view name) {
    const auto found = std::ranges::find(kNames, name, &NamedQuirk::name);
    return found == kNames.end() ? std::nullopt : std::optional(found->quirk);
}

Quirks provider_quirks(std::string_view slug) {
    const auto found = std::ranges::find(kProviders, slug, &ProviderRow::slug);
    return found == kProviders.end() ? Quirks() : found->quirks;
}

}  // namespace tollgate
