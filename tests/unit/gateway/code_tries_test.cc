#include "gateway/code_tries.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

constexpr std::int64_t kNow = 1'000'000;

TEST(CodeTries, TenFailuresAndThenOneEverySixSeconds) {
    CodeTries tries;
    for (int i = 0; i < CodeTries::kPerMinute; ++i) {
        EXPECT_EQ(tries.wait_ms("a", kNow), 0);
        tries.failed("a", kNow);
    }
    EXPECT_EQ(tries.wait_ms("a", kNow), 6000);
    EXPECT_EQ(tries.wait_ms("a", kNow + 5999), 1);
    EXPECT_EQ(tries.wait_ms("a", kNow + 6000), 0);
}

TEST(CodeTries, EachCallerHasHisOwn) {
    CodeTries tries;
    for (int i = 0; i < CodeTries::kPerMinute; ++i) tries.failed("a", kNow);
    EXPECT_EQ(tries.wait_ms("b", kNow), 0);
    EXPECT_GT(tries.wait_ms("a", kNow), 0);
}

TEST(CodeTries, ManyCallersMakeNobodysFailuresForgotten) {
    CodeTries tries;
    for (int i = 0; i < CodeTries::kPerMinute; ++i) tries.failed("a", kNow);
    for (int i = 0; i < 20'000; ++i) tries.failed(std::to_string(i), kNow);
    EXPECT_EQ(tries.wait_ms("a", kNow), 6000);
    tries.failed("a", kNow + 60'000);
    EXPECT_EQ(tries.wait_ms("a", kNow + 60'000), 0) << "a minute makes up for all of them";
}

}  // namespace
}  // namespace tollgate
