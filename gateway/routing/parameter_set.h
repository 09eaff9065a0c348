// Which of the parameters that endpoints differ in a request has, or an endpoint takes: OpenRouter's names
// (`supported_parameters` of its models), one bit each.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tollgate {

inline constexpr std::array<std::string_view, 24> kRoutedParameters = {"temperature",
                                                                       "top_p",
                                                                       "top_k",
                                                                       "min_p",
                                                                       "top_a",
                                                                       "frequency_penalty",
                                                                       "presence_penalty",
                                                                       "repetition_penalty",
                                                                       "max_tokens",
                                                                       "max_completion_tokens",
                                                                       "logit_bias",
                                                                       "logprobs",
                                                                       "top_logprobs",
                                                                       "prediction",
                                                                       "seed",
                                                                       "response_format",
                                                                       "structured_outputs",
                                                                       "stop",
                                                                       "tools",
                                                                       "tool_choice",
                                                                       "parallel_tool_calls",
                                                                       "reasoning",
                                                                       "reasoning_effort",
                                                                       "verbosity"};

class ParameterSet {
  public:
    constexpr ParameterSet() = default;
    static constexpr ParameterSet all() { return ParameterSet(~std::uint32_t{0}); }

    // A name that is none of them is left out: endpoints do not differ in it, or nobody knows.
    constexpr void add(std::string_view name) {
        const auto found = std::ranges::find(kRoutedParameters, name);
        if (found != kRoutedParameters.end()) bits_ |= 1U << (found - kRoutedParameters.begin());
    }
    constexpr bool has_all(ParameterSet wanted) const { return (bits_ & wanted.bits_) == wanted.bits_; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr ParameterSet without(ParameterSet others) const { return ParameterSet(bits_ & ~others.bits_); }
    constexpr ParameterSet both(ParameterSet others) const { return ParameterSet(bits_ & others.bits_); }
    template <class Visit>
    constexpr void for_each(Visit visit) const {
        for (std::size_t i = 0; i < kRoutedParameters.size(); ++i) {
            if ((bits_ >> i & 1U) != 0) visit(kRoutedParameters[i]);
        }
    }
    bool operator==(const ParameterSet&) const = default;

  private:
    constexpr explicit ParameterSet(std::uint32_t bits) : bits_(bits) {}
    std::uint32_t bits_ = 0;
};
static_assert(kRoutedParameters.size() <= 32);

template <class Names>
constexpr ParameterSet parameters_named(const Names& names) {
    ParameterSet set;
    for (const std::string_view name : names) set.add(name);
    return set;
}

// The gateway sends either of these as the one that the endpoint knows.
inline constexpr std::array<std::array<std::string_view, 2>, 2> kSameParameters = {
    {{"max_tokens", "max_completion_tokens"}, {"reasoning", "reasoning_effort"}}};

// Of an endpoint that takes parameters of those names.
template <class Names>
constexpr ParameterSet parameters_taken(const Names& names) {
    ParameterSet set = parameters_named(names);
    for (const auto& same : kSameParameters) {
        const ParameterSet either = parameters_named(same);
        if (set.both(either).empty()) continue;
        for (const std::string_view name : same) set.add(name);
    }
    return set;
}

// Without them an answer is another one than was asked for, so endpoints that take them go first; OpenRouter's choice.
inline constexpr ParameterSet kPreferredParameters =
    parameters_named(std::array<std::string_view, 4>{"tools", "tool_choice", "response_format", "verbosity"});

}  // namespace tollgate
