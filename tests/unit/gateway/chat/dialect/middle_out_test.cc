// How a request asks for middle-out.
#include <gtest/gtest.h>

#include <string>

#include "gateway/chat/dialect/openai_request.h"

namespace tollgate {
namespace {

struct Wish {
    MiddleOut middle_out = MiddleOut::unset;
    std::string without_effect;
    bool operator==(const Wish&) const = default;
};

Wish wish_of(const std::string& members) {
    JsonParser parser;
    BodyFacts facts;
    const simdjson::padded_string text(R"({"messages":[{"role":"user","content":"a"}])" + members + "}");
    EXPECT_FALSE(parse_body(parser, std::string_view(text.data(), text.size()), 64, kChatNames, facts)) << members;
    Wish wish{.middle_out = facts.middle_out, .without_effect = {}};
    append_removed(facts, wish.without_effect);
    return wish;
}

TEST(MiddleOut, IsAskedForByATransformOrAPlugin) {
    EXPECT_EQ(wish_of(""), Wish());
    EXPECT_EQ(wish_of(R"(,"transforms":["middle-out"])"), (Wish{MiddleOut::on, ""}));
    EXPECT_EQ(wish_of(R"(,"transforms":[])"), (Wish{MiddleOut::off, ""}));
    EXPECT_EQ(wish_of(R"(,"transforms":null,"plugins":null)"), Wish());
    EXPECT_EQ(wish_of(R"(,"plugins":[{"id":"context-compression"}])"), (Wish{MiddleOut::on, ""}));
    EXPECT_EQ(wish_of(R"(,"plugins":[{"id":"context-compression","engine":"middle-out","enabled":true}])"),
              (Wish{MiddleOut::on, ""}));
    EXPECT_EQ(wish_of(R"(,"plugins":[{"id":"context-compression","enabled":false}])"), (Wish{MiddleOut::off, ""}));
}

TEST(MiddleOut, WhereTwoDifferNothingIsLost) {
    EXPECT_EQ(wish_of(R"(,"transforms":["middle-out"],"plugins":[{"id":"context-compression","enabled":false}])"),
              (Wish{MiddleOut::off, ""}));
}

TEST(MiddleOut, WhatElseIsAskedForHasNoEffectAndIsNamed) {
    EXPECT_EQ(wish_of(R"(,"plugins":[{"id":"web"},{"id":"context-compression"}])"), (Wish{MiddleOut::on, "plugins"}));
    EXPECT_EQ(wish_of(R"(,"plugins":[{"id":"context-compression","engine":"other"}])"),
              (Wish{MiddleOut::unset, "plugins"}));
    EXPECT_EQ(wish_of(R"(,"transforms":["shout"])"), (Wish{MiddleOut::unset, "transforms"}));
    EXPECT_EQ(wish_of(R"(,"transforms":"middle-out","plugins":[1])"), (Wish{MiddleOut::unset, "plugins, transforms"}));
}

}  // namespace
}  // namespace tollgate
