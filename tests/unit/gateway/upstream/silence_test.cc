#include "gateway/upstream/silence.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

constexpr Silence::Time kBegin{std::chrono::hours(1)};

Silence::Time at(int ms) { return kBegin + std::chrono::milliseconds(ms); }

TEST(Silence, IsWaitedForInSlicesUpToTheGap) {
    Silence silence(1000, 400, kBegin);
    for (const int now : {0, 400}) {
        EXPECT_EQ(silence.next_wait_ms(at(now)), 400u);
        EXPECT_TRUE(silence.goes_on(at(now + 400)));
        EXPECT_TRUE(silence.sign_due(at(now + 400)));
        silence.shown(at(now + 400));
    }
    EXPECT_EQ(silence.next_wait_ms(at(800)), 200u);
    EXPECT_FALSE(silence.goes_on(at(1000)));
}

TEST(Silence, BeginsAnewWhenSomethingCame) {
    Silence silence(1000, 600, kBegin);
    silence.heard(at(900));
    silence.shown(at(900));
    EXPECT_EQ(silence.next_wait_ms(at(900)), 600u);
    EXPECT_TRUE(silence.goes_on(at(1500)));
    EXPECT_FALSE(silence.goes_on(at(1900)));
}

TEST(Silence, ASignIsDueWhereTheClientIsShownNothingOfWhatComes) {
    Silence silence(1000, 600, kBegin);
    for (int now = 100; now < 600; now += 100) silence.heard(at(now));
    EXPECT_FALSE(silence.sign_due(at(500)));
    EXPECT_EQ(silence.next_wait_ms(at(500)), 100u);
    EXPECT_TRUE(silence.sign_due(at(600)));
    silence.shown(at(600));
    EXPECT_FALSE(silence.sign_due(at(1100)));
}

TEST(Silence, WithoutSignsOfLifeTheGapIsOneWait) {
    Silence silence(1000, 0, kBegin);
    EXPECT_EQ(silence.next_wait_ms(kBegin), 1000u);
    EXPECT_FALSE(silence.goes_on(at(1000)));
    EXPECT_FALSE(silence.sign_due(at(5000)));
}

TEST(Silence, AShortGapIsNotExceeded) {
    Silence silence(100, 15'000, kBegin);
    EXPECT_EQ(silence.next_wait_ms(kBegin), 100u);
    EXPECT_FALSE(silence.goes_on(at(100)));
    silence.set_gap(300);
    EXPECT_EQ(silence.next_wait_ms(at(100)), 200u);
    EXPECT_TRUE(silence.goes_on(at(100)));
}

TEST(Silence, AWaitIsNeverNothing) {
    const Silence silence(1000, 400, kBegin);
    EXPECT_EQ(silence.next_wait_ms(at(5000)), 1u);
}

}  // namespace
}  // namespace tollgate
