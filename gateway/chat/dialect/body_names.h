// How an API's bodies name what the gateway looks at. A member that is none of them is measured, and passes.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace tollgate {

// A parameter, and what chat completions call it: so LLM defaults know it.
struct SameParameter {
    std::string_view name, of_chat;
};

struct BodyNames {
    std::string_view prompt;                         // required
    bool prompt_is_messages = true;                  // a list of them; or, with prompt_may_be_text, a text
    bool prompt_may_be_text = false;                 //
    std::array<std::string_view, 2> instructions{};  // beside it; empty: none
    std::array<std::string_view, 2> bounds{};        // of output tokens
    std::array<std::string_view, 2> choices{};       // how many answers
    std::string_view reply_options{};                // an object that has those three, under…
    std::string_view reply_options_snake_case{};     // …either name
    bool model_in_path = false;                      // and whether it is a stream
    std::span<const SameParameter> parameters{};     // that are called otherwise
};

inline constexpr BodyNames kChatNames{
    .prompt = "messages", .bounds = {"max_tokens", "max_completion_tokens"}, .choices = {"n", "best_of"}};
inline constexpr BodyNames kCompletionNames{.prompt = "prompt",
                                            .prompt_is_messages = false,
                                            .bounds = {"max_tokens", "max_completion_tokens"},
                                            .choices = {"n", "best_of"}};
inline constexpr BodyNames kEmbeddingsNames{.prompt = "input", .prompt_is_messages = false};

// https://docs.anthropic.com/en/api/messages
inline constexpr std::array kMessagesParameters = {
    SameParameter{"stop_sequences", "stop"},
    SameParameter{"thinking", "reasoning"},
    SameParameter{"output_config", "reasoning_effort"},
};
inline constexpr BodyNames kMessagesNames{
    .prompt = "messages", .instructions = {"system"}, .bounds = {"max_tokens"}, .parameters = kMessagesParameters};

// https://platform.openai.com/docs/api-reference/responses/create
inline constexpr std::array kResponsesParameters = {
    SameParameter{"max_output_tokens", "max_tokens"},
    SameParameter{"reasoning", "reasoning_effort"},
    SameParameter{"text", "response_format"},
};
inline constexpr BodyNames kResponsesNames{.prompt = "input",
                                           .prompt_may_be_text = true,
                                           .instructions = {"instructions"},
                                           .bounds = {"max_output_tokens"},
                                           .parameters = kResponsesParameters};

// https://ai.google.dev/api/generate-content
inline constexpr std::array kGeminiParameters = {
    SameParameter{"maxOutputTokens", "max_tokens"},
    SameParameter{"max_output_tokens", "max_tokens"},
    SameParameter{"topP", "top_p"},
    SameParameter{"topK", "top_k"},
    SameParameter{"stopSequences", "stop"},
    SameParameter{"stop_sequences", "stop"},
    SameParameter{"candidateCount", "n"},
    SameParameter{"frequencyPenalty", "frequency_penalty"},
    SameParameter{"presencePenalty", "presence_penalty"},
    SameParameter{"thinkingConfig", "reasoning_effort"},
    SameParameter{"thinking_config", "reasoning_effort"},
    SameParameter{"responseMimeType", "response_format"},
};
inline constexpr BodyNames kGeminiNames{.prompt = "contents",
                                        .prompt_may_be_text = true,
                                        .instructions = {"systemInstruction", "system_instruction"},
                                        .bounds = {"maxOutputTokens", "max_output_tokens"},
                                        .choices = {"candidateCount", "candidate_count"},
                                        .reply_options = "generationConfig",
                                        .reply_options_snake_case = "generation_config",
                                        .model_in_path = true,
                                        .parameters = kGeminiParameters};

}  // namespace tollgate
