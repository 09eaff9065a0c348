#include "gateway/chat/canonical/openai_names.h"

#include <algorithm>
#include <array>

namespace tollgate {
namespace {

// In the order of Parameter.
constexpr std::array<std::string_view, kParameters> kNames = {
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "top_a",
    "frequency_penalty",
    "presence_penalty",
    "repetition_penalty",
    "seed",
    "logit_bias",
    "logprobs",
    "top_logprobs",
    "n",
    "verbosity",
    "prediction",
    "user",
    "metadata",
    "service_tier",
    "store",
    "cache_control",
    "prompt_cache_key",
    "modalities",
    "audio",
    "web_search_options",
};
static_assert(!kNames.back().empty());

}  // namespace

std::string_view openai_name(Parameter parameter) { return kNames[static_cast<std::size_t>(parameter)]; }

std::optional<Parameter> parameter_named(std::string_view name) {
    const auto found = std::ranges::find(kNames, name);
    return found == kNames.end() ? std::nullopt : std::optional(static_cast<Parameter>(found - kNames.begin()));
}

std::optional<Parameter> parameter_named(std::string_view name, std::span<const Parameter> known) {
    const auto found = std::ranges::find(known, name, openai_name);
    return found == known.end() ? std::nullopt : std::optional(*found);
}

std::optional<Effort> effort_named(Spelt word) {
    for (auto effort = static_cast<int>(Effort::none); effort <= static_cast<int>(Effort::max); ++effort) {
        const auto one = static_cast<Effort>(effort);
        if (spells(word, to_string(one))) return one;
    }
    return std::nullopt;
}

}  // namespace tollgate
