// Parameters that may be kept for requests which lack them: OpenAI's of chats and completions
// (https://platform.openai.com/docs/api-reference/chat/create) and OpenRouter's further ones
// (https://openrouter.ai/docs/api-reference/parameters), each with the values that both take. What changes the price by
// itself, such as `n` and `service_tier`, is none of them.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "gateway/chat/model_call.h"
#include "gateway/text/error.h"

namespace tollgate {

struct LlmParameter {
    enum class Type : std::uint8_t { number, integer, word, texts };

    std::string_view name;
    Type type;
    std::int64_t least = INT64_MIN, most = INT64_MAX;  // of a number; of how many texts
    std::string_view choices = {};                     // of a word: "low|high"
    // Those of one group say the same of a request, so it takes one of them only.
    std::string_view group = {};
    bool completions = true;  // POST …/completions takes it
};

inline constexpr std::int64_t kMostOutputTokens = 100'000'000;  // that a request may allow

inline constexpr std::array kLlmParameters = {
    LlmParameter{.name = "frequency_penalty", .type = LlmParameter::Type::number, .least = -2, .most = 2},
    LlmParameter{.name = "max_completion_tokens",
                 .type = LlmParameter::Type::integer,
                 .least = 1,
                 .most = kMostOutputTokens,
                 .group = "output"},
    LlmParameter{.name = "max_tokens",
                 .type = LlmParameter::Type::integer,
                 .least = 1,
                 .most = kMostOutputTokens,
                 .group = "output"},
    LlmParameter{.name = "min_p", .type = LlmParameter::Type::number, .least = 0, .most = 1},
    LlmParameter{.name = "presence_penalty", .type = LlmParameter::Type::number, .least = -2, .most = 2},
    LlmParameter{.name = "reasoning_effort",
                 .type = LlmParameter::Type::word,
                 .choices = "none|minimal|low|medium|high|xhigh|max",
                 .group = "reasoning",
                 .completions = false},
    LlmParameter{.name = "repetition_penalty", .type = LlmParameter::Type::number, .least = 0, .most = 2},
    LlmParameter{.name = "seed", .type = LlmParameter::Type::integer},
    LlmParameter{.name = "stop", .type = LlmParameter::Type::texts, .least = 1, .most = 4},
    LlmParameter{.name = "temperature", .type = LlmParameter::Type::number, .least = 0, .most = 2},
    LlmParameter{.name = "top_a", .type = LlmParameter::Type::number, .least = 0, .most = 1},
    LlmParameter{.name = "top_k", .type = LlmParameter::Type::integer, .least = 0, .most = 1'000'000},
    LlmParameter{.name = "top_p", .type = LlmParameter::Type::number, .least = 0, .most = 1},
    LlmParameter{.name = "verbosity",
                 .type = LlmParameter::Type::word,
                 .choices = "low|medium|high|xhigh|max",
                 .completions = false},
};

// Null: it is none of them.
const LlmParameter* find_llm_parameter(std::string_view name);
// Whether members of a request of these names say the same.
bool same_parameter(std::string_view name, std::string_view other);
bool takes_parameter(ModelCall call, std::string_view name);

inline constexpr std::size_t kMostParameterBytes = 4096;  // of all of them, as JSON

// Hands each member of the JSON object that is not null to `take`, its value as JSON, a single text of `stop` as a
// list. invalid_request: names the member that is unknown, has another value than it may, or says what another one
// does.
using TakeParameter = std::function<void(std::string_view name, std::string json)>;
Error read_llm_parameters(std::string_view object, const TakeParameter& take);

}  // namespace tollgate
