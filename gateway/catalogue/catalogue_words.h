// The words that catalogue files may use. The gateway acts on them, so that one which it does not know is a mistake.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "gateway/catalogue/model.h"

namespace tollgate::catalogue_words {

using namespace std::string_view_literals;

inline constexpr std::array kDialects = {"chat"sv, "messages"sv, "responses"sv, "gemini"sv, "converse"sv};
inline constexpr std::array kAuths = {"bearer"sv,         "x-api-key"sv, "api-key"sv,
                                      "x-goog-api-key"sv, "sigv4"sv,     "google"sv};
inline constexpr std::array kModalities = {"text"sv,  "image"sv,      "file"sv,     "audio"sv,
                                           "video"sv, "embeddings"sv, "decision"sv, "transcription"sv};
// As records name the calls.
inline constexpr std::array kServed = {"speech"sv, "transcriptions"sv, "translations"sv,
                                       "images"sv, "moderations"sv,    "realtime"sv};
// https://openrouter.ai/docs: quantizations of `provider`, and supported_parameters of a model.
inline constexpr std::array kQuantizations = {"int4"sv, "int8"sv, "fp4"sv,   "fp6"sv,   "fp8"sv,  "fp16"sv,
                                              "bf16"sv, "fp32"sv, "mxfp4"sv, "mxfp8"sv, "nvfp4"sv};
inline constexpr std::array kParameters = {"temperature"sv,
                                           "top_p"sv,
                                           "top_k"sv,
                                           "min_p"sv,
                                           "top_a"sv,
                                           "frequency_penalty"sv,
                                           "presence_penalty"sv,
                                           "repetition_penalty"sv,
                                           "max_tokens"sv,
                                           "max_completion_tokens"sv,
                                           "logit_bias"sv,
                                           "logprobs"sv,
                                           "top_logprobs"sv,
                                           "prediction"sv,
                                           "seed"sv,
                                           "response_format"sv,
                                           "structured_outputs"sv,
                                           "stop"sv,
                                           "tools"sv,
                                           "tool_choice"sv,
                                           "parallel_tool_calls"sv,
                                           "include_reasoning"sv,
                                           "reasoning"sv,
                                           "reasoning_effort"sv,
                                           "web_search_options"sv,
                                           "verbosity"sv};
inline constexpr std::array kEfforts = {"none"sv, "minimal"sv, "low"sv, "medium"sv, "high"sv, "xhigh"sv, "max"sv};
inline constexpr std::array<std::pair<std::string_view, ReasoningKind>, 5> kReasoningKinds = {
    {{"none", ReasoningKind::none},
     {"budget", ReasoningKind::budget},
     {"adaptive", ReasoningKind::adaptive},
     {"effort", ReasoningKind::effort},
     {"level", ReasoningKind::level}}};

}  // namespace tollgate::catalogue_words
