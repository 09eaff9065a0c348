#include "gateway/text/good_encoding.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tollgate {
namespace {

TEST(GoodEncoding, GoodTextStaysAsItIs) {
    for (const std::string_view text : {"", "abc", "\\n\\\\\"", "caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                        "\\ud83d\\ude00", "\\u00e9", "\\u12", "\\", "\\u"}) {
        EXPECT_EQ(with_good_encoding(text), text);
    }
}

TEST(GoodEncoding, WhatIsNoCharacterIsReplaced) {
    constexpr std::string_view kReplacement = "\xef\xbf\xbd";
    for (const std::string_view bad : {"\xe9", "\xc3", "\x80", "\xff", "\\ud800", "\\udc00"}) {
        EXPECT_EQ(with_good_encoding(bad), kReplacement) << bad;
        const std::string between = "a" + std::string(bad) + "b";
        EXPECT_EQ(with_good_encoding(between), "a" + std::string(kReplacement) + "b") << bad;
    }
    EXPECT_EQ(with_good_encoding("\\ud800\\u0041"), std::string(kReplacement) + "\\u0041");
    EXPECT_EQ(with_good_encoding("\\\xe9"), "\\" + std::string(kReplacement));
    EXPECT_EQ(with_good_encoding("\xed\xa0\x80").find("\xed"), std::string::npos) << "a surrogate in UTF-8";
}

}  // namespace
}  // namespace tollgate
