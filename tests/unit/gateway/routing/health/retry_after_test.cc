#include "gateway/routing/health/retry_after.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

constexpr std::int64_t kNow = 784'111'767'000;  // ten seconds before the dates below

std::int64_t after(std::string_view lines) { return retry_after_ms(lines, kNow); }

TEST(RetryAfter, IsReadInMillisecondsOrSeconds) {
    EXPECT_EQ(after("retry-after: 20\r\n"), 20'000);
    EXPECT_EQ(after("retry-after: 20\r\nretry-after-ms: 1500\r\nx-should-retry: true\r\n"), 1500);
    EXPECT_EQ(after("x-should-retry: true\r\nretry-after: 1.9\r\n"), 1000);
    EXPECT_EQ(after("retry-after: 99999999\r\n"), 86'400'000);
}

TEST(RetryAfter, IsReadAsADateInEachOfItsForms) {
    EXPECT_EQ(after("retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), 10'000);
    EXPECT_EQ(after("retry-after: Sunday, 06-Nov-94 08:49:37 GMT\r\n"), 10'000);
    EXPECT_EQ(after("retry-after: Sun Nov  6 08:49:37 1994\r\n"), 10'000);
    EXPECT_EQ(after("retry-after-ms: soon\r\nretry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), 10'000);
    EXPECT_EQ(after("retry-after: Sun, 06 Nov 1994 08:49:27 GMT\r\n"), 0) << "now";
    EXPECT_EQ(after("retry-after: Sun, 06 Nov 1994 08:49:26 GMT\r\n"), 0) << "past";
    EXPECT_EQ(after("retry-after: Sun, 06 Nov 2094 08:49:37 GMT\r\n"), 86'400'000);
    for (const char* const lines :
         {"retry-after: Sun, 06 Nov 1994 08:49:37\r\n", "retry-after: Sun, 06 Nov 1994\r\n",
          "retry-after: Sun, 06 Nov 1994 08:49:37 GMT+1\r\n", "retry-after: Sun, 06 Nov 1994 25:49:37 GMT\r\n"}) {
        EXPECT_EQ(after(lines), 0) << lines;
    }
}

TEST(RetryAfter, WhatIsNoNumberSaysNothing) {
    for (const char* const lines :
         {"", "retry-after: \r\n", "retry-after: soon\r\n", "retry-after: -5\r\n", "retry-after: 12 parsecs\r\n",
          "retry-after: 99999999999999999999\r\n", "x-retry-after: 5\r\n", "retry-after"}) {
        EXPECT_EQ(after(lines), 0) << lines;
    }
}

}  // namespace
}  // namespace tollgate
