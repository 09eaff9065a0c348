#include "accounting/money/money.h"

#include <gtest/gtest.h>

#include <limits>

namespace tollgate {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

std::int64_t parsed(std::string_view text) {
    const auto amount = parse_usd(text);
    EXPECT_TRUE(amount) << text;
    return amount ? amount->value : -1;
}

TEST(Money, ReadsAmountsExactly) {
    EXPECT_EQ(parsed("5"), 5'000'000'000);
    EXPECT_EQ(parsed("0.25"), 250'000'000);
    EXPECT_EQ(parsed("-0.25"), -250'000'000);
    EXPECT_EQ(parsed("0.000000001"), 1);
    EXPECT_EQ(parsed("0.100000000"), 100'000'000);
    EXPECT_EQ(parsed("0.1000000000000"), 100'000'000);  // zeros past the ninth decimal say nothing
    EXPECT_EQ(parsed("0"), 0);
    EXPECT_EQ(parsed("-0.0"), 0);
    EXPECT_EQ(parsed("9223372036.854775807"), kMost);
}

TEST(Money, ReadsExponents) {
    EXPECT_EQ(parsed("1e-3"), 1'000'000);
    EXPECT_EQ(parsed("1E+2"), 100'000'000'000);
    EXPECT_EQ(parsed("0.5e1"), 5'000'000'000);
    EXPECT_EQ(parsed("250000000000e-12"), 250'000'000);
    EXPECT_EQ(parsed("0e999999999999"), 0);
}

TEST(Money, MoreThanNineDecimalsAreInvalid) {
    for (const char* text : {"0.0000000001", "1e-10", "1.0000000005", "1e-999999999999999999999"}) {
        const auto amount = parse_usd(text);
        ASSERT_FALSE(amount) << text;
        EXPECT_EQ(amount.error().code(), StatusCode::invalid);
        EXPECT_NE(amount.error().message().find("nine decimals"), std::string::npos);
    }
}

TEST(Money, AmountsOutOfRangeAreInvalid) {
    for (const char* text : {"9223372036.854775808", "1e10", "1e999999999999999999999", "99999999999999999999"}) {
        EXPECT_FALSE(parse_usd(text)) << text;
    }
}

TEST(Money, WhatIsNotAJsonNumberIsInvalid) {
    for (const char* text : {"", "-", "+5", "05", "5.", ".5", "1e", "1e+", "0x10", "5 ", " 5", "NaN", "1,5", "\"5\""}) {
        EXPECT_FALSE(parse_usd(text)) << text;
    }
}

TEST(Money, WritesTheShortestDecimalWithoutExponent) {
    EXPECT_EQ(to_usd(NanoUsd{5'000'000'000}), "5");
    EXPECT_EQ(to_usd(NanoUsd{250'000}), "0.00025");
    EXPECT_EQ(to_usd(NanoUsd{1}), "0.000000001");
    EXPECT_EQ(to_usd(NanoUsd{0}), "0");
    EXPECT_EQ(to_usd(NanoUsd{-1'500'000'000}), "-1.5");
    EXPECT_EQ(to_usd(NanoUsd{kMost}), "9223372036.854775807");
    EXPECT_EQ(to_usd(NanoUsd{std::numeric_limits<std::int64_t>::min()}), "-9223372036.854775808");
}

TEST(Money, SumsBeyond64BitsAreWrittenExactly) {
    const NanoUsdSum sum = NanoUsdSum{kMost} * 1000;
    EXPECT_EQ(to_string(sum), "9223372036854775807000");
    EXPECT_EQ(to_string(-sum), "-9223372036854775807000");
    EXPECT_EQ(to_usd(sum), "9223372036854.775807");
    EXPECT_EQ(to_usd(-sum), "-9223372036854.775807");
    EXPECT_EQ(to_usd(NanoUsdSum{-1}), "-0.000000001");
    EXPECT_EQ(to_usd(NanoUsdSum{0}), "0");
    EXPECT_EQ(to_usd(NanoUsdSum{5} * kNanoPerUsd), "5");
}

TEST(Money, TextReadsBackAsTheSameAmount) {
    for (const std::int64_t value : {0L, 1L, -1L, 999'999'999L, 1'000'000'001L, -123'456'789'012'345'678L, kMost}) {
        EXPECT_EQ(parsed(to_usd(NanoUsd{value})), value);
    }
}

TEST(MoneyDeathTest, OverflowAborts) {
    EXPECT_DEATH((void)(NanoUsd{kMost} + NanoUsd{1}), "money would be wrong");
    EXPECT_DEATH((void)(NanoUsd{std::numeric_limits<std::int64_t>::min()} - NanoUsd{1}), "money would be wrong");
}

TEST(Cost, AddsUpThePartsOfAUsage) {
    const Prices prices{.prompt = 150'000, .completion = 600'000, .cache_read = 75'000, .cache_write = 200'000};
    const TokenUsage usage{.prompt = 1000, .completion = 500, .cache_read = 400, .cache_write = 100, .reasoning = 200};
    // 500 * 150 + 400 * 75 + 100 * 200 + 500 * 600 nano-USD; reasoning is inside the completion.
    EXPECT_EQ(cost_of(usage, prices).value, 75'000 + 30'000 + 20'000 + 300'000);
}

TEST(Cost, WhatIsWrittenToTheCacheForAnHourHasItsOwnPrice) {
    const Prices prices{.prompt = 100'000, .cache_write = 125'000, .cache_write_1h = 200'000};
    EXPECT_EQ(cost_of({.prompt = 1000, .cache_write = 400, .cache_write_1h = 100}, prices).value,
              600 * 100 + 300 * 125 + 100 * 200);
    EXPECT_EQ(cost_of({.prompt = 1000, .cache_write = 400, .cache_write_1h = 900}, prices).value, 600 * 100 + 400 * 200)
        << "no more than is written";
    EXPECT_EQ(cost_of({.prompt = 1000, .cache_write_1h = 900}, prices).value, 1000 * 100);
}

TEST(Cost, IsRoundedOnceHalfUp) {
    EXPECT_EQ(cost_of({.prompt = 1}, {.prompt = 499}).value, 0);
    EXPECT_EQ(cost_of({.prompt = 1}, {.prompt = 500}).value, 1);
    EXPECT_EQ(cost_of({.prompt = 1, .completion = 1}, {.prompt = 250, .completion = 250}).value, 1);
    EXPECT_EQ(cost_of({.prompt = 3}, {.prompt = 500}).value, 2);
}

TEST(Cost, IncludesThePriceOfTheRequest) { EXPECT_EQ(cost_of({}, {.per_request = 2'000'000}).value, 2000); }

TEST(Cost, WholeTokensOfAnAmount) {
    EXPECT_EQ(tokens_for({600}, 600'000), 1);
    EXPECT_EQ(tokens_for({599}, 600'000), 0);
    EXPECT_EQ(tokens_for({1'000'000}, 1), 1'000'000'000);
    EXPECT_EQ(tokens_for({std::numeric_limits<std::int64_t>::max()}, 1), std::int64_t{1} << 60);
    EXPECT_EQ(tokens_for({1}, 0), std::int64_t{1} << 60);
}

TEST(Cost, SaturatesInsteadOfWrapping) {
    const Prices most{.prompt = kMost, .completion = kMost, .cache_read = kMost, .per_request = kMost};
    EXPECT_EQ(cost_of({.prompt = kMost, .completion = kMost, .cache_read = kMost / 2}, most).value, kMost);
}

TEST(Cost, PartsThatExceedThePromptAreClampedToIt) {
    const Prices prices{.prompt = 1000, .cache_read = 100'000, .cache_write = 1'000'000};
    EXPECT_EQ(cost_of({.prompt = 10, .cache_read = 50, .cache_write = 50}, prices).value, 1000);
    EXPECT_EQ(cost_of({.prompt = 10, .cache_read = 8, .cache_write = 50}, prices).value, 800 + 2000);
    EXPECT_EQ(cost_of({.prompt = 10, .cache_read = -5}, prices).value, 10);
    EXPECT_EQ(cost_of({.prompt = -10, .completion = -10}, prices).value, 0);
}

TEST(Money, AnAnswerCostsTheCustomerAndTheOperatorByTheirOwnPrices) {
    const PricePair prices{.customer = {.prompt = 1000, .completion = 3000, .per_request = 500'000},
                           .provider = {.prompt = 800, .completion = 2000}};
    const TokenUsage usage{.prompt = 10'000, .completion = 100};
    EXPECT_EQ(price_usage(usage, prices), (UsageCost{{10'000 + 300 + 500}, {8'000 + 200}}));
    EXPECT_EQ(price_usage(usage, prices, 50), (UsageCost{{10'000 + 300 + 500}, {8'000 + 300}}))
        << "what the customer does not pay is the provider's all the same";
}

}  // namespace
}  // namespace tollgate
