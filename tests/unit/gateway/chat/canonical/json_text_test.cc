#include "gateway/chat/canonical/json_text.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace tollgate {
namespace {

constexpr std::size_t kDepth = 8;

TEST(JsonText, WellFormedValuesAreJson) {
    for (const std::string_view text :
         {R"({})", R"([])", R"(  {"a" : [1, -2.5e+3, true, false, null, {"b":{}}]} )", R"("\u00e9\n\"\/")", "0",
          "123456789012345678901234567890", R"([[],[[]],{"":[]}])", "\"\xc3\xa9\""}) {
        EXPECT_TRUE(is_json(text, kDepth)) << text;
    }
}

TEST(JsonText, WhatIsNotWellFormedIsNone) {
    for (const std::string_view text : {"",           "{",           "[1,]",        R"({"a":})",   R"({"a":1,})",
                                        R"({"a" 1})", R"({1:2})",    R"({"a":1}})", "[1 2]",       "tru",
                                        "01",         "1.",          "-",           "+1",          "1e",
                                        R"("\x")",    R"("\u12g4")", R"("a)",       "\"a\nb\"",    "\"\xff\"",
                                        "nul",        R"([1}])",     "[,1]",        R"({"a":1]})", R"("a" "b")"}) {
        EXPECT_FALSE(is_json(text, kDepth)) << text;
    }
}

TEST(JsonText, AByteOfZeroIsNoEnd) { EXPECT_FALSE(is_json(std::string_view("1\0", 2), kDepth)); }

TEST(JsonText, DepthIsBounded) {
    const std::string fits = std::string(kDepth, '[') + "1" + std::string(kDepth, ']');
    EXPECT_TRUE(is_json(fits, kDepth));
    EXPECT_FALSE(is_json("[" + fits + "]", kDepth));
}

// https://github.com/nst/JSONTestSuite: y_ must be taken, n_ must be refused.
TEST(JsonText, JudgesAsTheTestSuiteOfParsersDoes) {
    const std::filesystem::path root = std::filesystem::path(TOLLGATE_TEST_DATA) / "json-parsing";
    if (!std::filesystem::exists(root)) GTEST_SKIP() << "the suite is not in the repository; none in " << root;
    int judged = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(root)) {
        const std::string name = file.path().filename();
        if (file.path().extension() != ".json" || (!name.starts_with("y_") && !name.starts_with("n_"))) continue;
        std::stringstream text;
        text << std::ifstream(file.path(), std::ios::binary).rdbuf();
        EXPECT_EQ(is_json(text.str(), 1000), name.starts_with("y_")) << name;
        ++judged;
    }
    EXPECT_GT(judged, 250);
}

TEST(JsonText, BlankIsWhiteSpaceHoweverItIsSpelt) {
    for (const std::string_view text : {"", " ", "\\n", " \\t\\r\\n", "\\u0020"}) EXPECT_TRUE(is_blank(text)) << text;
    for (const std::string_view text : {"a", " a", "\\na", "\\\\", "\\u0061"}) EXPECT_FALSE(is_blank(text)) << text;
}

TEST(JsonText, WordsAreKnownHoweverTheyAreSpelt) {
    EXPECT_TRUE(spells("user", "user"));
    EXPECT_TRUE(spells("\\u0075ser", "user"));
    EXPECT_FALSE(spells("users", "user"));
    EXPECT_EQ(plain("a\\\"b\\u00e9"), "a\"b\xc3\xa9");
    EXPECT_EQ(plain(spell("a\"\n\\")), "a\"\n\\");
}

TEST(JsonText, ElementsAndMembersAreFound) {
    std::vector<std::string_view> elements;
    each_element(R"([ 1 , "a,]" ,{"b":[2]}, [] ])", [&](Json value) { elements.push_back(value); });
    EXPECT_EQ(elements, (std::vector<std::string_view>{"1", "\"a,]\"", "{\"b\":[2]}", "[]"}));
    elements.clear();
    each_element("[]", [&](Json value) { elements.push_back(value); });
    each_element("{}", [&](Json value) { elements.push_back(value); });
    EXPECT_TRUE(elements.empty());
    EXPECT_EQ(member(R"({"a":1,"\u0062":"x"})", "b"), "\"x\"");
    EXPECT_EQ(member("[1]", "a"), "");
    EXPECT_EQ(whole_number("12"), 12);
    EXPECT_FALSE(whole_number("1.5"));
    EXPECT_FALSE(whole_number("\"1\""));
}

}  // namespace
}  // namespace tollgate
