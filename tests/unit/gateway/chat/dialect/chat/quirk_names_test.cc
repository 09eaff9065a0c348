#include "gateway/chat/dialect/chat/quirk_names.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace tollgate {
namespace {

TEST(QuirkNames, EveryQuirkHasANameOfItsOwn) {
    std::set<std::string_view> names;
    for (unsigned i = 0; i < kQuirks; ++i) {
        const auto quirk = static_cast<Quirk>(i);
        EXPECT_FALSE(to_string(quirk).empty()) << i;
        EXPECT_TRUE(names.insert(to_string(quirk)).second) << to_string(quirk);
        EXPECT_EQ(quirk_named(to_string(quirk)), quirk);
    }
    EXPECT_EQ(quirk_named("none-such"), std::nullopt);
}

}  // namespace
}  // namespace tollgate
