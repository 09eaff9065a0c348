#include "gateway/outside/token_refresh.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

TEST(TokenRefresh, IsDueAtOnceAndOnlyOnceAtATime) {
    TokenRefresh refresh;
    EXPECT_TRUE(refresh.is_due(0));
    EXPECT_EQ(refresh.usable_until_ms(), 0);
    refresh.begin();
    EXPECT_FALSE(refresh.is_due(1'000'000)) << "one runs";
}

TEST(TokenRefresh, IsDueAheadOfTheEnd) {
    TokenRefresh refresh;
    refresh.begin();
    refresh.succeed(3600, 1'000);
    EXPECT_EQ(refresh.due_ms(), 1'000 + 3'300'000);
    EXPECT_EQ(refresh.usable_until_ms(), 1'000 + 3'585'000);
    EXPECT_FALSE(refresh.is_due(refresh.due_ms() - 1));
    EXPECT_TRUE(refresh.is_due(refresh.due_ms()));
}

TEST(TokenRefresh, AShortLifeIsHalvedAndNoLoop) {
    TokenRefresh refresh;
    refresh.begin();
    refresh.succeed(60, 0);
    EXPECT_EQ(refresh.due_ms(), 30'000);
    refresh.begin();
    refresh.succeed(1, 0);
    EXPECT_EQ(refresh.due_ms(), TokenRefresh::kFirstPauseMs);
    EXPECT_LE(refresh.usable_until_ms(), 0) << "too short to be of use";
    refresh.begin();
    refresh.succeed(INT64_MAX, 0);
    EXPECT_EQ(refresh.due_ms(), TokenRefresh::kLongestLifetimeMs - TokenRefresh::kAheadMs);
}

TEST(TokenRefresh, FailuresAreFurtherAndFurtherApart) {
    TokenRefresh refresh;
    std::int64_t now = 0;
    for (const std::int64_t pause : {1'000, 2'000, 4'000, 8'000, 16'000, 32'000, 60'000, 60'000}) {
        refresh.begin();
        refresh.fail(now);
        EXPECT_EQ(refresh.due_ms() - now, pause);
        now = refresh.due_ms();
    }
    refresh.begin();
    refresh.succeed(3600, now);
    now = refresh.due_ms();
    const std::int64_t usable = refresh.usable_until_ms();
    refresh.begin();
    refresh.fail(now);
    EXPECT_EQ(refresh.due_ms() - now, 1'000) << "a success in between";
    EXPECT_EQ(refresh.usable_until_ms(), usable) << "the token in hand stays";
}

}  // namespace
}  // namespace tollgate
