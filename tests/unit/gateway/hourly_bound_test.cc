#include "gateway/hourly_bound.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

TEST(HourlyBound, EachHourHasItsOwn) {
    HourlyBound bound;
    EXPECT_TRUE(bound.take(kHourMs, 2));
    EXPECT_TRUE(bound.take(2 * kHourMs - 1, 2));
    EXPECT_FALSE(bound.take(2 * kHourMs - 1, 2));
    EXPECT_TRUE(bound.take(2 * kHourMs, 2));
}

}  // namespace
}  // namespace tollgate
