// Which requests are served one answer.
#include "gateway/exchange/cache_key.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tollgate {
namespace {

class CacheKeyTest : public ::testing::Test {
  protected:
    CacheKeyTest() {
        request_.principal.organization = make_uuid7(1);
        request_.principal.project = make_uuid7(2);
        request_.head.path = "/v1/chat/completions";
        request_.choice.model.model = "m";
    }

    // Of a chat with these members before its messages.
    CacheKey of(const std::string& members = "") const { return of_text("{" + members + kMessages + "}"); }
    CacheKey of_text(const std::string& body) const { return cache_key(request_, "author/m", body); }

    static constexpr const char* kMessages = R"("messages":[{"role":"user","content":"hello"}])";
    Exchange request_;
};

TEST_F(CacheKeyTest, D75_EveryMemberThatMayDecideTheAnswerMakesAnotherKey) {
    std::vector<CacheKey> seen{of()};
    for (const std::string members : {R"("response_format":{"type":"json_object"},)",
                                      R"("response_format":{"type":"json_schema","json_schema":{}},)",
                                      R"("tools":[],)",
                                      R"("tools":[{"type":"function","function":{"name":"a"}}],)",
                                      R"("tool_choice":"none",)",
                                      R"("tool_choice":"required",)",
                                      R"("max_tokens":1,)",
                                      R"("max_tokens":2,)",
                                      R"("max_completion_tokens":2,)",
                                      R"("stop":"a",)",
                                      R"("stop":["a"],)",
                                      R"("n":1,)",
                                      R"("n":2,)",
                                      R"("seed":1,)",
                                      R"("logprobs":true,)",
                                      R"("top_logprobs":2,)",
                                      R"("reasoning_effort":"low",)",
                                      R"("reasoning":{"effort":"low"},)",
                                      R"("provider":{"order":["a"]},)",
                                      R"("provider":{"only":["a"]},)",
                                      R"("models":["a","b"],)",
                                      R"("model":"m",)",
                                      R"("temperature":0,)",
                                      R"("temperature":1,)",
                                      R"("top_p":1,)",
                                      R"("store":true,)",
                                      R"("prompt_cache_key":"a",)",
                                      R"("something_unknown":1,)",
                                      R"("something_unknown":2,)",
                                      R"("messages_":[],)"}) {
        const CacheKey key = of(members);
        for (const CacheKey& other : seen) EXPECT_FALSE(key == other) << members;
        seen.push_back(key);
    }
}

TEST_F(CacheKeyTest, D75_WhoTheEndUserIsAndHowUsageIsToldDoNotCount) {
    for (const std::string members :
         {R"("user":"ann",)", R"("metadata":{"a":"b"},)", R"("session_id":"s",)", R"("safety_identifier":"x",)",
          R"("stream":false,)", R"("stream_options":{"include_usage":true},)"}) {
        EXPECT_EQ(of(members), of()) << members;
    }
    EXPECT_NE(of_text(R"({"messages":[{"role":"user","user":"ann"}]})"), of_text(R"({"messages":[{"role":"user"}]})"));
}

TEST_F(CacheKeyTest, D76_AbsentNullAndZeroAreThree) {
    EXPECT_NE(of(), of(R"("temperature":null,)"));
    EXPECT_NE(of(), of(R"("temperature":0,)"));
    EXPECT_NE(of(R"("temperature":null,)"), of(R"("temperature":0,)"));
}

TEST_F(CacheKeyTest, OrderAndSpacesDoNotCount) {
    EXPECT_EQ(of_text(R"({"a":{"b":1,"c":2},"d":3})"), of_text(" { \"d\": 3, \"a\": {\"c\":2, \"b\":1} } \n"));
    EXPECT_NE(of_text(R"({"a":[1,2]})"), of_text(R"({"a":[2,1]})"));
}

TEST_F(CacheKeyTest, NoTenantProjectKeyRouteOrModelSharesAnswers) {
    const CacheKey usual = of();
    const auto with = [&](auto change) {
        const Exchange* const before = &request_;
        Exchange other;
        other.principal.organization = before->principal.organization;
        other.principal.project = before->principal.project;
        other.head.path = before->head.path;
        other.choice.model.model = before->choice.model.model;
        EXPECT_EQ(cache_key(other, "author/m", "{" + std::string(kMessages) + "}"), usual);
        change(other);
        return cache_key(other, "author/m", "{" + std::string(kMessages) + "}");
    };
    EXPECT_NE(with([](Exchange& one) { one.principal.organization = make_uuid7(9); }), usual);
    EXPECT_NE(with([](Exchange& one) { one.principal.project = make_uuid7(9); }), usual);
    EXPECT_NE(with([](Exchange& one) { one.principal.key.bytes[0] = 1; }), usual);
    EXPECT_NE(with([](Exchange& one) { one.head.path = "/api/v1/chat/completions"; }), usual);
    EXPECT_NE(with([](Exchange& one) { one.ask.body.stream = true; }), usual);
    EXPECT_NE(with([](Exchange& one) { one.ask.body.preset = "p"; }), usual);
    EXPECT_NE(with([](Exchange& one) { one.choice.model.model = "alias"; }), usual);
    EXPECT_NE(with([](Exchange& one) { one.choice.members = ",\"top_p\":1"; }), usual);
    EXPECT_NE(with([](Exchange& one) { one.choice.first_message = "{}"; }), usual);
    EXPECT_NE(with([](Exchange& one) { one.choice.output_bound = 10; }), usual);
    EXPECT_NE(with([](Exchange& one) { one.head.forwarded = "openai-beta: x\r\n"; }), usual);
    EXPECT_NE(with([](Exchange& one) { one.head.api_version = "anthropic-version: 2026-10-21\r\n"; }), usual);
    EXPECT_EQ(with([](Exchange& one) { one.head.forwarded = "traceparent: 1\r\nidempotency-key: 2\r\n"; }), usual);
    EXPECT_NE(cache_key(request_, "author/other", "{" + std::string(kMessages) + "}"), usual);
}

TEST_F(CacheKeyTest, PartsDoNotRunIntoEachOther) {
    request_.choice.members = "ab";
    request_.choice.first_message = "c";
    const CacheKey one = of();
    request_.choice.members = "a";
    request_.choice.first_message = "bc";
    EXPECT_NE(of(), one);
}

}  // namespace
}  // namespace tollgate
