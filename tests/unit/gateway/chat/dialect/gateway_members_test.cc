#include "gateway/chat/dialect/gateway_members.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "gateway/chat/dialect/openai_request.h"

namespace tollgate {
namespace {

constexpr std::string_view kMessages = R"("messages":[{"role":"user","content":"hello"}]})";

BodyFacts facts_of(const std::string& text) {
    JsonParser parser;
    BodyFacts facts;
    const simdjson::padded_string padded(text);
    constexpr std::size_t kDepth = 128;
    const std::string_view body(padded.data(), padded.size());
    EXPECT_FALSE(parse_body(parser, body, kDepth, kChatNames, facts));
    return facts;
}

TEST(GatewayMembers, WhatSaysWhereTheRequestGoesIsKeptAsItStands) {
    const std::string text =
        R"({"mod\u0065ls": ["a"],"provider":{"only":["x"]},"prompt_cache_key":"k",)" + std::string(kMessages);
    const BodyFacts facts = facts_of(text);
    EXPECT_EQ(facts.models_value.of(text), R"(["a"])");
    EXPECT_EQ(facts.provider_value.of(text), R"({"only":["x"]})");
    EXPECT_EQ(facts.cache_key_value.of(text), R"("k")");
}

TEST(GatewayMembers, NullSaysNothing) {
    const BodyFacts facts =
        facts_of(R"({"models":["a"],"models":null,"provider":null,"prompt_cache_key":null,)" + std::string(kMessages));
    EXPECT_EQ(facts.models_value.size() + facts.provider_value.size() + facts.cache_key_value.size(), 0U);
}

}  // namespace
}  // namespace tollgate
