#include "accounting/accounts/typed_code.h"

#include <gtest/gtest.h>

#include <set>

namespace tollgate {
namespace {

TEST(TypedCode, TheyDifferAndHaveNoCharactersThatLookAlike) {
    std::set<std::string> codes;
    for (int i = 0; i < 100; ++i) codes.insert(make_typed_code());
    EXPECT_EQ(codes.size(), 100U);
    for (const std::string& code : codes) {
        EXPECT_EQ(code.size(), kTypedCodeCharacters);
        EXPECT_EQ(code.find_first_of("01IO"), std::string::npos) << code;
    }
}

TEST(TypedCode, IsReadAsPeopleTypeIt) {
    const auto digest = digest_of_code("ABCDEFGH23456789");
    ASSERT_TRUE(digest);
    EXPECT_EQ(digest_of_code(" abcd-EFGH 2345-6789 "), digest);
    for (const char* const wrong :
         {"", "ABCDEFGH2345678", "ABCDEFGH234567899", "ABCDEFGH2345678O", "ABCDEFGH2345678\xc3"}) {
        EXPECT_FALSE(digest_of_code(wrong)) << wrong;
    }
}

}  // namespace
}  // namespace tollgate
