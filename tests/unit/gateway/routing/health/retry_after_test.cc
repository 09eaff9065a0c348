#include "gateway/routing/health/retry_after.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

TEST(RetryAfter, IsReadInMillisecondsOrSeconds) {
    EXPECT_EQ(retry_after_ms("retry-after: 20\r\n"), 20'000);
    EXPECT_EQ(retry_after_ms("retry-after: 20\r\nretry-after-ms: 1500\r\nx-should-retry: true\r\n"), 1500);
    EXPECT_EQ(retry_after_ms("x-should-retry: true\r\nretry-after: 1.9\r\n"), 1000);
    EXPECT_EQ(retry_after_ms("retry-after: 99999999\r\n"), 86'400'000);
}

TEST(RetryAfter, WhatIsNoNumberSaysNothing) {
    for (const char* const lines : {"", "retry-after: \r\n", "retry-after: soon\r\n", "retry-after: -5\r\n",
                                    "retry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n", "retry-after: 12 parsecs\r\n",
                                    "retry-after: 99999999999999999999\r\n", "x-retry-after: 5\r\n", "retry-after"}) {
        EXPECT_EQ(retry_after_ms(lines), 0) << lines;
    }
}

}  // namespace
}  // namespace tollgate
