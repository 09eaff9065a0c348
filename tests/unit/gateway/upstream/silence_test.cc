#include "gateway/upstream/silence.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

TEST(Silence, IsWaitedForInSlicesUpToTheGap) {
    Silence silence(1000, 400);
    EXPECT_EQ(silence.next_wait_ms(false), 400u);
    EXPECT_TRUE(silence.go_on());
    EXPECT_EQ(silence.next_wait_ms(false), 400u);
    EXPECT_TRUE(silence.go_on());
    EXPECT_EQ(silence.next_wait_ms(false), 200u);
    EXPECT_FALSE(silence.go_on());
}

TEST(Silence, BeginsAnewWhenSomethingCame) {
    Silence silence(1000, 600);
    silence.next_wait_ms(false);
    EXPECT_TRUE(silence.go_on());
    silence.end();
    EXPECT_EQ(silence.next_wait_ms(false), 600u);
    EXPECT_TRUE(silence.go_on());
}

TEST(Silence, ADueHeadIsNotKeptLong) {
    Silence silence(300'000, 15'000);
    EXPECT_EQ(silence.next_wait_ms(true), Silence::kHeadPatienceMs);
    EXPECT_TRUE(silence.go_on());
    EXPECT_EQ(silence.next_wait_ms(false), 15'000u);
}

TEST(Silence, WithoutSignsOfLifeTheGapIsOneWait) {
    Silence silence(1000, 0);
    EXPECT_EQ(silence.next_wait_ms(false), 1000u);
    EXPECT_FALSE(silence.go_on());
}

TEST(Silence, AShortGapIsNotExceeded) {
    Silence silence(100, 15'000);
    EXPECT_EQ(silence.next_wait_ms(true), 100u);
    EXPECT_FALSE(silence.go_on());
}

}  // namespace
}  // namespace tollgate
