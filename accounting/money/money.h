// Money is integers. Balances are nano-USD, prices pico-USD per token; a cost is computed once in 128 bits and rounded
// once, half up, from pico to nano.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "store/status.h"

namespace tollgate {

// Ends the process with a message: money was about to be wrong. Stays on in release builds.
[[noreturn]] void money_violation(std::string_view what);

// 1 USD = 1 credit = 1'000'000'000 nano-USD.
struct NanoUsd {
    std::int64_t value = 0;
    auto operator<=>(const NanoUsd&) const = default;
    NanoUsd operator+(NanoUsd other) const;  // overflow aborts: a wrong balance is worse than no process
    NanoUsd operator-(NanoUsd other) const;
    NanoUsd operator-() const;
    NanoUsd& operator+=(NanoUsd other);
    NanoUsd& operator-=(NanoUsd other);
};
inline constexpr std::int64_t kNanoPerUsd = 1'000'000'000;

// The most that one call may name, as a transaction, a limit or a cap, and the most credit that an organization may
// ever be given. An int64 holds 9.2 billion USD: a limit, a balance and a hold can be added without looking.
inline constexpr NanoUsd kMostAmount{1'000'000'000 * kNanoPerUsd};
inline constexpr NanoUsd kMostCredit{4'000'000'000 * kNanoPerUsd};

// A sum in nano-USD over organizations, accounts or all time, which 64 bits need not hold.
__extension__ using NanoUsdSum = __int128;
std::string to_string(NanoUsdSum sum);  // its digits
std::string to_usd(NanoUsdSum sum);     // as that of NanoUsd

// Reads a JSON number's text ("5", "0.25", "1e-3") exactly, never through a double. More than nine decimals, or out of
// range, is invalid.
Result<NanoUsd> parse_usd(std::string_view number_text);
// The shortest decimal text without exponent: "5", "0.00025". Writes at most kUsdText characters and returns the
// length.
inline constexpr std::size_t kUsdText = 24;
std::size_t write_usd(NanoUsd amount, char* out);
std::string to_usd(NanoUsd amount);

// Prices in pico-USD (1e-12 USD) per token, per_request in pico-USD per request. 0.15 USD per million tokens is
// 150'000.
struct Prices {
    std::int64_t prompt = 0;
    std::int64_t completion = 0;
    std::int64_t cache_read = 0;      // prompt tokens served from the provider's cache
    std::int64_t cache_write = 0;     // prompt tokens written to it
    std::int64_t cache_write_1h = 0;  // those that it keeps for an hour
    std::int64_t per_request = 0;
    auto operator<=>(const Prices&) const = default;
};

// Tokens as a provider reports them in OpenAI's shape: cached and cache-write tokens are inside `prompt`, those written
// for an hour also inside `cache_write`, reasoning tokens inside `completion`.
struct TokenUsage {
    std::int64_t prompt = 0;
    std::int64_t completion = 0;
    std::int64_t cache_read = 0;
    std::int64_t cache_write = 0;
    std::int64_t cache_write_1h = 0;
    std::int64_t reasoning = 0;
    auto operator<=>(const TokenUsage&) const = default;
};

// Half up, saturating at the largest NanoUsd. Parts that exceed their whole are clamped to it.
NanoUsd cost_of(const TokenUsage& usage, const Prices& prices);

// The prices of one endpoint: the customer's, and those of the provider, who charges the operator.
struct PricePair {
    Prices customer, provider;
    auto operator<=>(const PricePair&) const = default;
};
struct UsageCost {
    NanoUsd customer, provider;
    auto operator<=>(const UsageCost&) const = default;
};
// What an answer costs. `unbilled_output` are tokens beside `usage` that the provider charges and the customer does not
// pay.
UsageCost price_usage(const TokenUsage& usage, const PricePair& prices, std::int64_t unbilled_output = 0);

// How many whole tokens the amount pays for at a price of Prices, saturating; the most there can be if they are free.
std::int64_t tokens_for(NanoUsd amount, std::int64_t price);

}  // namespace tollgate
