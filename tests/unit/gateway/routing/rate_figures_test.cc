#include "gateway/routing/rate_figures.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

constexpr std::int64_t kNow = 1'795'219'200'000;  // 2026-11-21T00:00:00Z

RateFigures figures_of(const std::string& fields) {
    static wire::ResponseHead head;
    static std::string text;
    text = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n" + fields + "\r\n";
    const auto refusal = wire::parse_response_head(text, wire::kMaxHeadFields, false, head);
    EXPECT_EQ(refusal.status, 0) << refusal.reason;
    return read_rate_figures(head, kNow);
}

TEST(RateFigures, OpenAisFieldsAreRead) {
    const RateFigures figures = figures_of(
        "x-ratelimit-limit-requests: 5000\r\nX-RateLimit-Remaining-Requests: 4999\r\nx-ratelimit-reset-requests: "
        "12ms\r\n"
        "x-ratelimit-limit-tokens: 160000\r\nx-ratelimit-remaining-tokens: 159976\r\nx-ratelimit-reset-tokens: 9s\r\n");
    EXPECT_EQ(figures.requests, (RateFigure{4999, 5000, 12}));
    EXPECT_EQ(figures.tokens, (RateFigure{159976, 160000, 9000}));
}

TEST(RateFigures, OfAnthropicsTokensTheLeastCount) {
    const RateFigures figures = figures_of(
        "anthropic-ratelimit-requests-limit: 50\r\nanthropic-ratelimit-requests-remaining: 49\r\n"
        "anthropic-ratelimit-requests-reset: 2026-11-21T00:00:30Z\r\n"
        "anthropic-ratelimit-input-tokens-limit: 40000\r\nanthropic-ratelimit-input-tokens-remaining: 39000\r\n"
        "anthropic-ratelimit-output-tokens-limit: 8000\r\nanthropic-ratelimit-output-tokens-remaining: 1000\r\n"
        "anthropic-ratelimit-output-tokens-reset: 2026-11-21T00:00:05Z\r\n"
        "anthropic-ratelimit-tokens-limit: 48000\r\nanthropic-ratelimit-tokens-remaining: 40000\r\n");
    EXPECT_EQ(figures.requests, (RateFigure{49, 50, 30'000}));
    EXPECT_EQ(figures.tokens, (RateFigure{1000, 8000, 5000}));
}

TEST(RateFigures, WhatIsNotToldIsNotKnown) {
    EXPECT_EQ(figures_of(""), RateFigures());
    EXPECT_EQ(figures_of("x-ratelimit-limit-requests: 5000\r\nx-ratelimit-reset-requests: 1s\r\n"), RateFigures());
    EXPECT_EQ(figures_of("x-ratelimit-remaining-requests: many\r\n"), RateFigures());
    EXPECT_EQ(figures_of("x-ratelimit-remaining-requests: 7\r\n").requests,
              (RateFigure{7, RateFigure::kUnknown, kUsualRefillMs}));
}

TEST(RateFigures, AbsurdCountsAreBounded) {
    const std::int64_t most = UINT32_MAX - 1;
    EXPECT_EQ(figures_of("x-ratelimit-remaining-tokens: 99999999999999999999999\r\n").tokens.left, most);
    EXPECT_EQ(figures_of("x-ratelimit-remaining-tokens: 9999999999\r\n").tokens.left, most);
    EXPECT_EQ(figures_of("x-ratelimit-remaining-tokens: -99999999999999999999999\r\n").tokens.left, 0);
    EXPECT_EQ(figures_of("x-ratelimit-remaining-tokens: -1\r\n").tokens.left, 0);
}

TEST(RateFigures, TimesOfEveryForm) {
    EXPECT_EQ(refill_ms("6m0s", kNow), 360'000);
    EXPECT_EQ(refill_ms("1m30.5s", kNow), 90'500);
    EXPECT_EQ(refill_ms("17.399s", kNow), 17'399);
    EXPECT_EQ(refill_ms("4ms", kNow), 4);
    EXPECT_EQ(refill_ms("12", kNow), 12'000) << "Azure's: seconds";
    EXPECT_EQ(refill_ms("2026-11-21T00:00:07.250Z", kNow), 7250);
}

TEST(RateFigures, TimesStayWithinBounds) {
    EXPECT_EQ(refill_ms("24h0m0s", kNow), kLongestRefillMs);
    EXPECT_EQ(refill_ms("1e400s", kNow), kUsualRefillMs);
    EXPECT_EQ(refill_ms("99999999999999999999h", kNow), kLongestRefillMs);
    EXPECT_EQ(refill_ms("2030-01-01T00:00:00Z", kNow), kLongestRefillMs);
    EXPECT_EQ(refill_ms("2020-01-01T00:00:00Z", kNow), 1) << "it is past";
    EXPECT_EQ(refill_ms("0s", kNow), 1);
    for (const std::string_view nonsense : {"", "soon", "5x", "-3s", "nan", "inf", "T"}) {
        EXPECT_EQ(refill_ms(nonsense, kNow), kUsualRefillMs) << nonsense;
    }
}

}  // namespace
}  // namespace tollgate
