// Plain answers of another dialect than the client's.
#include "gateway/upstream/translated_answer.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace tollgate {
namespace {

namespace json = boost::json;

constexpr std::size_t kDepth = 64;

json::value written(const TranslatedAnswer& answer) {
    std::string out;
    answer.write({.counts = {.prompt = 1, .completion = 2}, .cost = "0"}, out);
    return json::parse(out);
}

// Ids of calls that have none are made when the answer is read: they stay until it is written.
TEST(TranslatedAnswer, WhatTheBodyLacksLivesAsLongAsTheAnswer) {
    AnswerOptions options;
    options.upstream = &gemini_upstream();
    TranslatedAnswer answer(options, {.provider = "google"}, kDepth);
    const std::string body = R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}}}]},)"
                             R"("finishReason":"STOP"}],"responseId":"r"})";
    ASSERT_FALSE(answer.read(body));
    const json::value call = written(answer).at_pointer("/choices/0/message/tool_calls/0");
    EXPECT_TRUE(call.at("id").as_string().starts_with("call_"));
    EXPECT_EQ(call.at("id").as_string().size(), 21U);
    EXPECT_EQ(call.at_pointer("/function/name"), "f");
    EXPECT_EQ(answer.facts().finish_reason, "tool_calls");
}

TEST(TranslatedAnswer, ErrorsAndWhatIsNoAnswer) {
    AnswerOptions options;
    options.upstream = &gemini_upstream();
    const auto read = [&](std::string_view body) {
        return TranslatedAnswer(options, {.provider = "google"}, kDepth).read(body);
    };
    EXPECT_EQ(read(R"({"error":{"code":503,"status":"UNAVAILABLE","message":"busy"}})").detail().provider->message,
              "busy");
    EXPECT_EQ(read("{").kind(), ErrorKind::upstream_invalid_response);
    EXPECT_EQ(read("{}").kind(), ErrorKind::upstream_invalid_response);
}

}  // namespace
}  // namespace tollgate
