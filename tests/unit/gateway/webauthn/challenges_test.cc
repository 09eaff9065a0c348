#include "gateway/webauthn/challenges.h"

#include <gtest/gtest.h>

#include <set>

namespace tollgate::webauthn {
namespace {

constexpr std::int64_t kNowMs = 1'700'000'000'000;
const ChallengeUse kUse{.purpose = Purpose::step_up, .session = "s", .user = "u"};

TEST(Challenges, NoTwoAreTheSame) {
    Challenges challenges;
    std::set<std::string> all;
    for (int i = 0; i < 1000; ++i) all.insert(challenges.make(kUse, kNowMs));
    EXPECT_EQ(all.size(), 1000U);
}

TEST(Challenges, NoByteMayBeAnother) {
    Challenges challenges;
    const std::string made = challenges.make(kUse, kNowMs);
    EXPECT_TRUE(challenges.check(made, kUse, kNowMs).ok());
    for (std::size_t at = 0; at < made.size(); ++at) {
        std::string altered = made;
        altered[at] ^= 1;
        EXPECT_EQ(challenges.check(altered, kUse, kNowMs).reason(), "challenge_invalid") << at;
    }
}

// The session and the person are told apart, wherever one ends and the other begins.
TEST(Challenges, WhatTheyAreForIsExact) {
    Challenges challenges;
    const std::string made = challenges.make({Purpose::step_up, "ab", "c"}, kNowMs);
    EXPECT_TRUE(challenges.check(made, {Purpose::step_up, "ab", "c"}, kNowMs).ok());
    EXPECT_FALSE(challenges.check(made, {Purpose::step_up, "a", "bc"}, kNowMs).ok());
    EXPECT_FALSE(challenges.check(made, {Purpose::sign_in, "ab", "c"}, kNowMs).ok());
}

TEST(Challenges, ThereIsRoomForSoManyAndNoMore) {
    Challenges challenges;
    for (std::size_t i = 0; i < kMostUsedChallenges; ++i) {
        ASSERT_TRUE(challenges.use_up(challenges.make(kUse, kNowMs), kNowMs).ok());
    }
    const std::string next = challenges.make(kUse, kNowMs + kChallengeLifetimeMs - 1);
    EXPECT_EQ(challenges.use_up(next, kNowMs + kChallengeLifetimeMs - 1).code(), StatusCode::full);
    EXPECT_TRUE(challenges.use_up(next, kNowMs + kChallengeLifetimeMs).ok());
}

// While it could count, it is remembered that it did.
TEST(Challenges, AUsedOneIsForgottenOnlyWhenItIsTooOld) {
    Challenges challenges;
    const std::string made = challenges.make(kUse, kNowMs);
    ASSERT_TRUE(challenges.use_up(made, kNowMs + kChallengeLifetimeMs - 1).ok());
    ASSERT_TRUE(challenges.use_up(challenges.make(kUse, kNowMs), kNowMs + kChallengeLifetimeMs).ok());
    EXPECT_FALSE(challenges.check(made, kUse, kNowMs).ok());
    EXPECT_EQ(challenges.use_up(made, kNowMs).reason(), "challenge_invalid");
}

}  // namespace
}  // namespace tollgate::webauthn
