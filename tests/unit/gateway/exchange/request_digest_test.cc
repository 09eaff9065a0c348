// Which requests are the same one again.
#include "gateway/exchange/request_digest.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <set>
#include <string>

namespace tollgate {
namespace {

constexpr std::size_t kDepth = 32;

class RequestDigestTest : public ::testing::Test {
  protected:
    RequestDigestTest() { request_.principal.organization = make_uuid7(1); }

    // Of a chat with these members before its messages.
    std::uint64_t of(const std::string& members) {
        const simdjson::padded_string text("{" + members + R"("messages":[{"role":"user","content":"hello"}]})");
        const std::string_view body(text.data(), text.size());
        JsonParser parser;
        EXPECT_FALSE(parse_body(parser, body, kDepth, kChatNames, request_.ask.body));
        return digests_.of(request_, body);
    }

    RequestDigests digests_;
    Exchange request_;
};

TEST_F(RequestDigestTest, TheSameBodyHasTheSameDigestHoweverItIsAskedFor) {
    const std::uint64_t plain = of("");
    EXPECT_NE(plain, 0U);
    for (const std::string members :
         {R"("user":"ann",)", R"("session_id":"s",)", R"("stream":true,"stream_options":{"include_usage":true},)",
          R"("metadata":{"a":"b"},)", R"("model":"gpt",)", R"("provider":{"order":["x"]},)"}) {
        EXPECT_EQ(of(members), plain) << members;
    }
}

TEST_F(RequestDigestTest, WhatDecidesTheAnswerMakesAnotherDigest) {
    std::set<std::uint64_t> seen{of("")};
    EXPECT_TRUE(seen.insert(of(R"("temperature":0.5,)")).second);
    EXPECT_TRUE(seen.insert(of(R"("temperature":0.50,)")).second) << "byte for byte";
    EXPECT_TRUE(seen.insert(of(R"("seed":1,"n":2,)")).second);
    EXPECT_TRUE(seen.insert(of(R"("n":2,"seed":1,)")).second) << "their order counts";
    request_.choice.model.model = "other";
    EXPECT_TRUE(seen.insert(of("")).second);
    request_.choice.members = ",\"temperature\":0.5";
    EXPECT_TRUE(seen.insert(of("")).second);
    request_.choice.first_message = "{}";
    EXPECT_TRUE(seen.insert(of("")).second);
    request_.ask.api = ApiType::completions;
    EXPECT_TRUE(seen.insert(of("")).second);
    request_.principal.organization = make_uuid7(2);
    EXPECT_TRUE(seen.insert(of("")).second);
}

TEST_F(RequestDigestTest, AnotherSecretMakesAnotherDigest) {
    const std::uint64_t here = of("");
    const RequestDigests others;
    const simdjson::padded_string text(std::string(R"({"messages":[{"role":"user","content":"hello"}]})"));
    EXPECT_NE(others.of(request_, {text.data(), text.size()}), here);
}

}  // namespace
}  // namespace tollgate
