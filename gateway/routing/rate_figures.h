// What a provider says with an answer of how much more it will take from the key that asked.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/wire/http_head.h"

namespace tollgate {

// One of its limits. Providers refill what was used little by little, or all at once.
struct RateFigure {
    static constexpr std::int64_t kUnknown = -1;
    std::int64_t left = kUnknown, limit = kUnknown;  // requests or tokens
    std::int64_t full_in_ms = 0;                     // until nothing is used of it
    bool known() const { return left != kUnknown; }
    bool operator==(const RateFigure&) const = default;
};

struct RateFigures {
    RateFigure requests{}, tokens{};  // of several limits of tokens, the one with the least left
    bool operator==(const RateFigures&) const = default;
};

// Of OpenAI's header fields, which many have, and Anthropic's. `unix_ms`: now.
RateFigures read_rate_figures(const wire::ResponseHead& head, std::int64_t unix_ms);

// "6m0s", "17.399s", "4ms", seconds as a number, or a time by RFC 3339; at most kLongestRefillMs.
// kUsualRefillMs where it is none of them: most limits are of a minute.
inline constexpr std::int64_t kUsualRefillMs = 60'000, kLongestRefillMs = 600'000;
std::int64_t refill_ms(std::string_view text, std::int64_t unix_ms);

}  // namespace tollgate
