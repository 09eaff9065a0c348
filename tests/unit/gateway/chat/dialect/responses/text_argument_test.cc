#include "gateway/chat/dialect/responses/text_argument.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

// The text in arguments that come in fragments of so many bytes, unspelt.
std::string text_in(std::string_view arguments, std::size_t piece) {
    TextArgument argument;
    std::string text;
    for (std::size_t at = 0; at < arguments.size(); at += piece) {
        argument.take(spell(arguments.substr(at, piece)), text);
        EXPECT_TRUE(is_json("\"" + text + "\"", 8)) << text;
    }
    argument.finish(text);
    EXPECT_TRUE(is_json("\"" + text + "\"", 8)) << text;
    return plain(text);
}

void expect_text(std::string_view arguments, std::string_view expected) {
    for (std::size_t piece = 1; piece <= arguments.size(); ++piece) {
        EXPECT_EQ(text_in(arguments, piece), expected) << arguments << " in pieces of " << piece;
    }
}

TEST(TextArgument, ComesOutOfFragments) {
    expect_text(R"({"input":"*** Begin Patch\n+a \"b\" \\ \/\t"})", "*** Begin Patch\n+a \"b\" \\ /\t");
    expect_text(" { \"input\" : \"x\" } ", "x");
    expect_text(R"({"input":"\ud83d\ude00\u00e9"})", "\xf0\x9f\x98\x80\xc3\xa9");
    expect_text(R"({"input":""})", "");
}

TEST(TextArgument, WhatIsNotOfThatFormIsTheTextItself) {
    expect_text("*** Begin Patch", "*** Begin Patch");
    expect_text(R"({"patch":"x"})", R"({"patch":"x"})");
    expect_text(R"({"input":7})", R"({"input":7})");
    expect_text(R"({"note":1,"input":"x"})", "x");
}

TEST(TextArgument, WhatIsNoJsonIsMended) {
    expect_text("{\"input\":\"a\nb\\x \\u12\"}", "a\nb\\x \\u12");
    expect_text(R"({"input":"cut of)", "cut of");
}

TEST(TextArgument, PairsAreNotTornApart) {
    TextArgument argument;
    std::string text;
    argument.take(spell(R"({"input":"a\ud83d)"), text);
    EXPECT_EQ(text, "a");
    argument.take(spell(R"(\ude)"), text);
    EXPECT_EQ(text, "a");
    argument.take(spell(R"(00b)"), text);
    EXPECT_EQ(text, R"(a\ud83d\ude00b)");
}

}  // namespace
}  // namespace tollgate
