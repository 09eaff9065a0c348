#include "gateway/upstream/hold_back.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

constexpr HoldBack::Time kBegin{std::chrono::hours(1)};

HoldBack::Time at(std::uint32_t ms) { return kBegin + std::chrono::milliseconds(ms); }

TEST(HoldBack, KeepsWhatComesBeforeTheContentAndNothingAfterIt) {
    HoldBack hold;
    EXPECT_TRUE(hold.keeps(100, false, true, kBegin));
    EXPECT_TRUE(hold.keeps(200, false, true, at(5)));
    EXPECT_FALSE(hold.keeps(300, true, true, at(6))) << "not for a moment";
    EXPECT_FALSE(hold.keeps(10, false, true, at(7)));
    EXPECT_FALSE(hold.holding());
}

TEST(HoldBack, IsBoundedInBytes) {
    HoldBack hold;
    EXPECT_TRUE(hold.keeps(HoldBack::kMostBytes, false, true, kBegin));
    EXPECT_FALSE(hold.keeps(HoldBack::kMostBytes + 1, false, true, kBegin));
    EXPECT_FALSE(hold.keeps(1, false, true, kBegin));
}

TEST(HoldBack, NeedsMemory) {
    HoldBack hold;
    EXPECT_FALSE(hold.keeps(1, false, false, kBegin));
    EXPECT_FALSE(hold.holding());
}

TEST(HoldBack, IsBoundedInTimeFromTheFirstByteOn) {
    HoldBack hold;
    EXPECT_TRUE(hold.keeps(0, false, true, kBegin));
    EXPECT_TRUE(hold.keeps(0, false, true, at(10 * HoldBack::kLongestMs))) << "there was nothing to hold";
    const std::uint32_t begin = 20 * HoldBack::kLongestMs;
    EXPECT_TRUE(hold.keeps(1, false, true, at(begin)));
    EXPECT_EQ(hold.left_ms(at(begin + 1)), HoldBack::kLongestMs - 1);
    EXPECT_TRUE(hold.keeps(2, false, true, at(begin + HoldBack::kLongestMs - 1)));
    EXPECT_FALSE(hold.keeps(2, false, true, at(begin + HoldBack::kLongestMs)));
}

}  // namespace
}  // namespace tollgate
