#include "gateway/chat/canonical/translation_notes.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

TEST(FieldNames, AreListedOnceInTheirOrder) {
    FieldNames names;
    for (const std::string_view name : {"seed", "n", "seed", "messages[3].tool_calls"}) names.add(name);
    EXPECT_EQ(names.text(), "seed, n, messages[3].tool_calls");
}

TEST(FieldNames, CannotBreakAHeader) {
    FieldNames names;
    names.add("a\r\nset-cookie: b");
    names.add("");
    names.add(std::string(FieldNames::kMostNameBytes + 1, 'a'));
    EXPECT_EQ(names.text(), "?");
    for (int i = 0; i < 1000; ++i) names.add("name" + std::to_string(i));
    EXPECT_LE(names.text().size(), FieldNames::kMostBytes);
    EXPECT_TRUE(names.text().ends_with(", ..."));
}

}  // namespace
}  // namespace tollgate
