#include <gtest/gtest.h>

#include "gateway/upstream/pool.h"

namespace tollgate {
namespace {

using namespace std::chrono_literals;

TEST(IdlePolicy, ConnectionsAreKeptUpToTheLimit) {
    const IdlePolicy policy{.most = 2, .idle_timeout = 50s};
    EXPECT_TRUE(policy.may_keep(0));
    EXPECT_TRUE(policy.may_keep(1));
    EXPECT_FALSE(policy.may_keep(2));
    const IdlePolicy none{.most = 0, .idle_timeout = 50s};
    EXPECT_FALSE(none.may_keep(0));
}

TEST(IdlePolicy, ConnectionsAreUsedUntilTheirTimeout) {
    const IdlePolicy policy{.most = 2, .idle_timeout = 50s};
    const wire::Clock::time_point since{};
    EXPECT_TRUE(policy.may_use(since, since));
    EXPECT_TRUE(policy.may_use(since, since + 50s - 1ns));
    EXPECT_FALSE(policy.may_use(since, since + 50s));
}

}  // namespace
}  // namespace tollgate
