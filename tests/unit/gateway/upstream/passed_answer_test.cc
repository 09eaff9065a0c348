#include "gateway/upstream/passed_answer.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

struct Passed {
    std::string before_settlement, rest;
    bool has_usage = false;
    std::int64_t prompt = 0, completion = 0;
};

// The answer in parts of that size.
Passed pass(const std::string& body, std::string_view content_type, std::size_t part_bytes) {
    PassedAnswer passed(content_type, 32);
    Passed result;
    std::string in_hand;
    for (std::size_t at = 0; at < body.size(); at += part_bytes) {
        const std::string part = body.substr(at, part_bytes);
        in_hand += part;
        const std::size_t now = passed.take(in_hand, part.size());
        if (at + part_bytes >= body.size()) break;
        result.before_settlement += in_hand.substr(0, now);
        in_hand.erase(0, now);
        passed.consume(now);
    }
    passed.end(in_hand);
    result.rest = in_hand;
    result.has_usage = passed.has_usage();
    if (passed.has_usage()) {
        result.prompt = passed.usage().prompt;
        result.completion = passed.usage().completion;
    }
    EXPECT_EQ(result.before_settlement + result.rest, body) << "not a byte is another";
    return result;
}

constexpr std::string_view kEvents = "text/event-stream; charset=utf-8";

TEST(PassedAnswer, D82_AStreamEndsAsItsProviderEndsItAndTheLastEventWaits) {
    const std::string deltas =
        "event: transcript.text.delta\ndata: {\"type\":\"transcript.text.delta\",\"delta\":\"a\"}\n\n"
        "data: {\"type\":\"transcript.text.delta\",\"delta\":\"b\"}\r\n\r\n";
    const std::string done =
        "data: {\"type\":\"transcript.text.done\",\"text\":\"ab\",\"usage\":{\"type\":\"tokens\",\"input_tokens\":14,"
        "\"output_tokens\":45,\"total_tokens\":59}}\n\n";
    for (const std::size_t part : {1, 7, 50, 1000}) {
        const Passed passed = pass(deltas + done, kEvents, part);
        EXPECT_TRUE(passed.rest.ends_with(done)) << part;
        if (part < 100) EXPECT_EQ(passed.before_settlement, deltas) << part;
        EXPECT_TRUE(passed.has_usage);
        EXPECT_EQ(passed.prompt, 14);
        EXPECT_EQ(passed.completion, 45);
    }
}

TEST(PassedAnswer, EventsBehindAnEndWaitWithIt) {
    const std::string body =
        "data: {\"a\":1}\n\ndata: {\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}\n\ndata: [DONE]\n\n";
    const Passed passed = pass(body, kEvents, 5);
    EXPECT_EQ(passed.before_settlement, "data: {\"a\":1}\n\n");
    EXPECT_EQ(passed.completion, 2);
    EXPECT_EQ(pass("data: {\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}", kEvents, 5).completion, 2)
        << "the last one without its empty line";
}

TEST(PassedAnswer, NoMoreThanSoMuchIsHeld) {
    const std::string big(2 * PassedAnswer::kMostHeldBytes, 'x');
    const Passed passed = pass("data: {\"type\":\"a.completed\",\"b64\":\"" + big + "\"}\n\n", kEvents, 100000);
    EXPECT_GE(passed.rest.size(), PassedAnswer::kHeldTailBytes / 2);
    EXPECT_LE(passed.rest.size(), PassedAnswer::kMostHeldBytes + 100000);
}

TEST(PassedAnswer, OfJsonATailWaits) {
    const std::string image(300000, 'A');
    const std::string body = R"({"created":1,"data":[{"b64_json":")" + image +
                             R"("}],"usage":{"input_tokens":50,"output_tokens":272,"total_tokens":322}})";
    const Passed passed = pass(body, "application/json", 10000);
    EXPECT_GE(passed.rest.size(), PassedAnswer::kHeldTailBytes);
    EXPECT_GT(passed.before_settlement.size(), 100000U);
    EXPECT_EQ(passed.prompt, 50);
    EXPECT_EQ(passed.completion, 272);
    EXPECT_EQ(
        pass(R"({"text":"hi","usage":{"type":"tokens","input_tokens":1,"output_tokens":2}})", "application/json", 9)
            .before_settlement,
        "");
}

TEST(PassedAnswer, D82_OfAnythingElseTheLastPartWaits) {
    const std::string subtitles = "1\n00:00:00,000 --> 00:00:01,000\nHello \"usage\": {}.\n\n";
    for (const char* type : {"text/plain; charset=utf-8", "audio/mpeg", "application/x-subrip", "text/vtt", ""}) {
        const Passed passed = pass(subtitles, type, 10);
        EXPECT_FALSE(passed.has_usage) << type;
        EXPECT_EQ(passed.rest.size(), 10 + subtitles.size() % 10)
            << type << ": with the one before, when it is the end";
        EXPECT_EQ(pass(subtitles, type, 1000).before_settlement, "") << type;
    }
    EXPECT_EQ(pass("", "audio/mpeg", 10).rest, "");
}

}  // namespace
}  // namespace tollgate
