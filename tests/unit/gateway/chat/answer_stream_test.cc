// What the meter reads out of a stream and what the client gets of it.
#include "gateway/chat/answer_stream.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <vector>

namespace tollgate {
namespace {

constexpr std::string_view kCost = "0.00025";
constexpr std::string_view kContent = R"({"id":"c1","choices":[{"index":0,"delta":{"content":"hello"}}]})";
constexpr std::string_view kFinish = R"({"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})";
constexpr std::string_view kUsage = R"({"id":"c1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}})";

std::string event(std::string_view data) { return "data: " + std::string(data) + "\n\n"; }

AnswerStream::Options without_usage() {
    AnswerStream::Options options;
    options.client_asked_for_usage = false;
    return options;
}

struct Metered {
    StreamFacts facts;
    std::string now;   // what went out before settlement
    std::string held;  // at settlement
};

Metered meter(const std::vector<std::string>& pieces, const AnswerStream::Options& options = {}) {
    AnswerStream meter;
    meter.begin(options);
    Metered result;
    for (const auto& piece : pieces) meter.feed(piece, result.now);
    result.facts = meter.facts();
    const TokenCounts counts = billed_usage(result.facts.usage, {}).counts;
    meter.append_end({.counts = counts, .reported = result.facts.has_usage, .cost = kCost}, result.held);
    return result;
}

Metered meter(const std::string& text, const AnswerStream::Options& options = {}) {
    return meter(std::vector{text}, options);
}

TEST(AnswerStream, ContentGoesOutAtOnceAndTheUsageIsHeld) {
    const Metered result = meter(event(kContent) + event(kFinish) + event(kUsage) + event("[DONE]"));
    EXPECT_EQ(result.now, event(kContent) + event(kFinish));
    EXPECT_EQ(result.held,
              event(R"({"id":"c1","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"cost":0.00025}})") +
                  event("[DONE]"));
    EXPECT_TRUE(result.facts.done);
    EXPECT_TRUE(result.facts.has_usage);
    EXPECT_EQ(result.facts.usage.prompt, 7);
    EXPECT_EQ(result.facts.usage.completion, 3);
    EXPECT_EQ(result.facts.finish_reason, "stop");
    EXPECT_EQ(result.facts.upstream_id, "c1");
    EXPECT_EQ(result.facts.content_events, 1);
    EXPECT_EQ(result.facts.text.bytes, 5);
    EXPECT_EQ(result.facts.events, 3);
    EXPECT_FALSE(result.facts.invalid || result.facts.error_event);
}

TEST(AnswerStream, HiddenUsageIsMeteredButNotShown) {
    const Metered result = meter(event(kContent) + event(kFinish) + event(kUsage) + event("[DONE]"), without_usage());
    EXPECT_EQ(result.now, event(kContent) + event(kFinish));
    EXPECT_EQ(result.held, event("[DONE]"));
    EXPECT_EQ(result.facts.usage.prompt, 7);
}

TEST(AnswerStream, UsageBesideTheFinishReasonFollowsIt) {
    const std::string data =
        R"({"id":"c1","choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":7},"z":1})";
    const std::string without = R"({"id":"c1","choices":[{"delta":{},"finish_reason":"stop"}],"z":1})";
    const Metered shown = meter(event(kContent) + event(data));
    EXPECT_EQ(shown.now, event(kContent) + event(without));
    EXPECT_EQ(shown.held, event(R"({"id":"c1","model":"","object":"chat.completion.chunk","created":0,"choices":[],)"
                                R"("usage":{"prompt_tokens":7,"cost":0.00025}})") +
                              event("[DONE]"));
    const Metered hidden = meter(event(kContent) + event(data), without_usage());
    EXPECT_EQ(hidden.now + hidden.held, event(kContent) + event(without) + event("[DONE]"));
}

TEST(AnswerStream, UsageInEveryChunkIsCumulative) {
    std::string text;
    for (int i = 1; i <= 3; ++i) {
        text += event(R"({"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":7,"completion_tokens":)" +
                      std::to_string(i) + "}}");
    }
    const Metered result = meter(text + event(kFinish));
    EXPECT_EQ(result.facts.usage.completion, 3);
    const std::string plain = event(R"({"choices":[{"delta":{"content":"x"}}]})");
    EXPECT_EQ(result.now, plain + plain + plain + event(kFinish)) << "figures in the middle would contradict the last";
    EXPECT_NE(result.held.find("\"cost\":0.00025"), std::string::npos);
}

TEST(AnswerStream, UsageChunkIsMadeWhereTheUpstreamSentNone) {
    AnswerStream::Options named;
    named.model = "m\"x";
    named.created = 12;
    const Metered shown = meter(event(kContent) + event(kFinish) + event("[DONE]"), named);
    EXPECT_EQ(shown.now, event(kContent) + event(kFinish));
    EXPECT_EQ(shown.held,
              event(R"({"id":"c1","model":"m\"x","object":"chat.completion.chunk","created":12,"choices":[],)"
                    R"("usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0,"cost":0.00025}})") +
                  event("[DONE]"));
    const Metered hidden = meter(event(kContent) + event(kFinish), without_usage());
    EXPECT_EQ(hidden.held, event("[DONE]"));
}

TEST(AnswerStream, NullUsageIsTakenOut) {
    const std::string with_null = R"({"id":"c1","choices":[{"delta":{"content":"a"}}],"usage":null})";
    const Metered result = meter(event(with_null) + event(kUsage));
    EXPECT_EQ(result.now, event(R"({"id":"c1","choices":[{"delta":{"content":"a"}}]})"));
    EXPECT_EQ(result.facts.usage.prompt, 7);
}

TEST(AnswerStream, AnEmptyUsageIsNone) {
    const Metered result = meter(event(kFinish) + event(R"({"choices":[],"usage":{}})"));
    EXPECT_FALSE(result.facts.has_usage);
    EXPECT_EQ(
        result.held,
        event(R"({"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0,"cost":0.00025}})") +
            event("[DONE]"));
}

TEST(AnswerStream, LastUsageCounts) {
    const std::string later = R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":9}})";
    EXPECT_EQ(meter(event(kUsage) + event(later)).facts.usage.prompt, 9);
}

TEST(AnswerStream, UsageAfterDoneIsTaken) {
    const Metered result = meter(event(kContent) + event(kFinish) + event("[DONE]") + event(kUsage));
    EXPECT_TRUE(result.facts.has_usage);
    EXPECT_EQ(result.facts.usage.prompt, 7);
    EXPECT_TRUE(result.held.ends_with("data: [DONE]\n\n"));
    EXPECT_EQ(result.held.find("[DONE]"), result.held.rfind("[DONE]"));
}

TEST(AnswerStream, NothingElseAfterDoneReachesTheClient) {
    const Metered result = meter(event(kContent) + event("[DONE]") + event(kContent) + event("rubbish"));
    EXPECT_EQ(result.now, event(kContent));
    EXPECT_FALSE(result.facts.invalid);
}

TEST(AnswerStream, WhatComesBehindTheUsageGoesBeforeIt) {
    const std::string extra = R"({"id":"c1","choices":[{"delta":{"content":"late"}}]})";
    const Metered result = meter(event(kFinish) + event(kUsage) + ": comment\n\n" + event(extra));
    EXPECT_EQ(result.now, event(kFinish) + ": ping\n" + event(extra));
    EXPECT_LT(result.held.find("\"cost\""), result.held.find("[DONE]"));
}

TEST(AnswerStream, DoneVariants) {
    for (const std::string text : {"data: [DONE]\n\n", "data:[DONE]\n\n", "data: [DONE] \n\n", "data: [DONE]\r\n\r\n",
                                   "event: done\ndata: [DONE]\n\n", "data: [DONE]\n\n\n\n"}) {
        const Metered result = meter(event(kContent) + text);
        EXPECT_TRUE(result.facts.done) << text;
        EXPECT_EQ(result.now, event(kContent)) << text;
    }
    for (const std::string text : {"data: [DONE]", "data: [DONE]\n", ": [DONE]\n\n", "event: [DONE]\n\n"})
        EXPECT_FALSE(meter(event(kContent) + text).facts.done) << text;
}

TEST(AnswerStream, NullErrorsAreStripped) {
    for (const std::string value : {"null", "false", "{}", "\"\""}) {
        const Metered result = meter(event(R"({"id":"c1","error":)" + value + R"(,"choices":[]})"));
        EXPECT_EQ(result.now, event(R"({"id":"c1","choices":[]})")) << value;
        EXPECT_FALSE(result.facts.error_event) << value;
    }
}

TEST(AnswerStream, ErrorEventsAreNotedAndNotPassedOn) {
    const struct {
        std::string event, message, code;
        int status;
    } rows[] = {
        {event(R"({"error":{"message":"no \"luck\"","code":500}})"), R"(no "luck")", "500", 500},
        {event(R"({"error":"words"})"), "words", "", 0},
        {event(R"({"object":"error","message":"words","code":400})"), "words", "400", 400},
        {event(R"({"id":"c1","choices":[],"error":{"message":"beside choices"}})"), "beside choices", "", 0},
        {"event: error\n" + event(R"({"error":{"message":"m","code":"tool_use_failed","status_code":400}})"), "m",
         "\"tool_use_failed\"", 400},
        {"event: error\n" + event(R"({"reason":"words"})"), "words", "", 0},
        {"event: error\ndata: overloaded\n\n", "overloaded", "", 0},
        {event(R"([{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}])"), "m",
         "\"RESOURCE_EXHAUSTED\"", 429},
    };
    for (const auto& row : rows) {
        const Metered result = meter(event(kContent) + row.event);
        EXPECT_TRUE(result.facts.error_event) << row.event;
        ASSERT_TRUE(result.facts.error) << row.event;
        EXPECT_EQ(result.facts.error->message, row.message) << row.event;
        EXPECT_EQ(result.facts.error->code, row.code) << row.event;
        EXPECT_EQ(result.facts.error->status, row.status) << row.event;
        EXPECT_EQ(result.now, event(kContent)) << row.event;
    }
    const Metered wordless = meter(event(R"({"error":true})"));
    EXPECT_TRUE(wordless.facts.error_event && !wordless.facts.error);
}

// As a client puts a call's fragments together: by their index.
TEST(AnswerStream, D13D14CallsAreNumberedAndEndTheAnswer) {
    const auto calls = [](const std::string& calls, const std::string& reason = "null") {
        return event(R"({"id":"chatcmpl-123456","choices":[{"index":0,"delta":{"tool_calls":[)" + calls +
                     R"(]},"finish_reason":)" + reason + "}]}");
    };
    const std::string end = event(kFinish) + event("[DONE]");
    const std::string a = R"({"index":0,"id":"a","function":{"name":"f","arguments":"{}"}})";
    const std::string b = R"("id":"b","function":{"name":"g","arguments":"{}"}})";
    const std::string mended_end =
        event(R"({"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]})");
    const Metered numbered = meter(calls(a) + calls(R"({"index":1,)" + b) + end);
    EXPECT_EQ(numbered.now, calls(a) + calls(R"({"index":1,)" + b) + mended_end);
    EXPECT_EQ(numbered.facts.finish_reason, "tool_calls");
    const Metered zeros = meter(calls(a) + calls(R"({"index":0,)" + b, "\"stop\"") + event("[DONE]"));
    EXPECT_EQ(zeros.now, calls(a) + calls(R"({"index":1,)" + b, "\"tool_calls\""));
    const std::string more = R"({"index":0,"id":"","function":{"name":"","arguments":"{\"x\":2}"}})";
    const Metered unnamed =
        meter(calls(R"({"index":0,"id":"","function":{"name":"f","arguments":"{\"x\":1}"}})") + calls(more) + end);
    EXPECT_EQ(unnamed.now,
              calls(R"({"index":0,"id":"chatcmpl-123456","function":{"name":"f","arguments":"{\"x\":1}"}})") +
                  calls(R"({"index":1,"id":"hatcmpl-123456","function":{"name":"f","arguments":"{\"x\":2}"}})") +
                  mended_end);
    // What follows a call that has another number now is of that.
    const std::string rest = R"({"index":0,"function":{"arguments":" "}})";
    const Metered rests = meter(calls(a) + calls(R"({"index":0,)" + b) + calls(rest) + calls(rest) + end);
    const std::string moved = calls(R"({"index":1,"function":{"arguments":" "}})");
    EXPECT_EQ(rests.now, calls(a) + calls(R"({"index":1,)" + b) + moved + moved + mended_end);
    EXPECT_EQ(meter(event(kContent) + end).now, event(kContent) + event(kFinish)) << "there are none";
}

TEST(AnswerStream, OpenRouterFlavourRenamesTheEvents) {
    AnswerStream::Options options;
    options.inbound = &openrouter_inbound();
    options.generation = "gen-1";
    options.provider = "p";
    options.model = "a/b";
    const Metered result =
        meter(event(R"({"id":"c1","model":"x","provider":"y","choices":[{"delta":{"content":"a"}}]})") +
                  event(kFinish) + event(kUsage),
              options);
    EXPECT_EQ(
        result.now,
        event(R"({"id":"gen-1","provider":"p","model":"a/b","choices":[{"delta":{"content":"a"}}]})") +
            event(
                R"({"id":"gen-1","provider":"p","model":"a/b","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})"));
    EXPECT_EQ(result.held, event(R"({"id":"gen-1","provider":"p","model":"a/b","choices":[],)"
                                 R"("usage":{"prompt_tokens":7,"completion_tokens":3,"cost":0.00025}})") +
                               event("[DONE]"));
    EXPECT_EQ(result.facts.upstream_id, "c1");
    const Metered made = meter(event(kContent), options);
    EXPECT_TRUE(made.held.starts_with(R"(data: {"id":"gen-1","provider":"p","model":"a/b","object":)")) << made.held;
}

TEST(AnswerStream, GeneratedTextIsCounted) {
    const struct {
        std::string choice;
        std::int64_t bytes, events;
    } rows[] = {
        {R"({"delta":{"content":"hello"}})", 5, 1},
        {R"({"delta":{"role":"assistant","content":""}})", 0, 0},
        {R"({"delta":{"content":null}})", 0, 0},
        {R"({"delta":{"reasoning":"abc","content":"de"}})", 5, 1},
        {R"({"text":"hello"})", 5, 1},
        {R"({"delta":{"tool_calls":[{"index":0,"id":"call-1","type":"function","function":{"name":"get","arguments":"{}"}}]}})",
         5, 1},
        {R"({"delta":{"tool_calls":[]}})", 0, 0},
        {R"({"delta":{}})", 0, 0},
    };
    for (const auto& row : rows) {
        const StreamFacts facts = meter(event("{\"choices\":[" + row.choice + "]}")).facts;
        EXPECT_EQ(facts.text.bytes, row.bytes) << row.choice;
        EXPECT_EQ(facts.content_events, row.events) << row.choice;
    }
    const StreamFacts two =
        meter(event(R"({"choices":[{"delta":{"content":"ab"}},{"delta":{"content":"cde"},"finish_reason":"length"}]})"))
            .facts;
    EXPECT_EQ(two.text.bytes, 5);
    EXPECT_EQ(two.content_events, 1);
    EXPECT_EQ(two.finish_reason, "length");
}

TEST(AnswerStream, DataThatIsNoJsonEndsTheStream) {
    for (const std::string data : {"hello", "{\"a\":1", "[1]", "{\"a\"}", "{a:1}", "5", "{\"a\":1}}", "{\"a\":\"}"}) {
        const Metered result = meter(event(kContent) + event(data) + event(kContent));
        EXPECT_TRUE(result.facts.invalid) << data;
        EXPECT_EQ(result.now, event(kContent)) << data;
    }
}

TEST(AnswerStream, BeginForgetsTheLastStream) {
    AnswerStream meter;
    std::string out;
    meter.begin({});
    meter.feed(event(kUsage) + "data: {\"unfinished", out);
    meter.begin(without_usage());
    out.clear();
    meter.feed("\xef\xbb\xbf" + event(kContent), out);
    EXPECT_EQ(out, event(kContent));
    EXPECT_FALSE(meter.facts().has_usage);
    out.clear();
    meter.append_end({.cost = kCost}, out);
    EXPECT_EQ(out, event("[DONE]"));
}

TEST(AnswerStreamCut, ChoicesThatHaveEndedKeepTheirReason) {
    AnswerStream meter;
    AnswerStream::Options options;
    options.choices = 3;
    meter.begin(options);
    std::string out;
    meter.feed("data: {\"id\":\"c\",\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n", out);
    meter.feed("data: {\"id\":\"c\",\"choices\":[{\"index\":2,\"delta\":{},\"finish_reason\":null}]}\n\n", out);
    out.clear();
    meter.append_cut("insufficient_credits", out);
    EXPECT_NE(out.find(R"("choices":[{"index":0,"delta":{},"finish_reason":"length"},)"
                       R"({"index":2,"delta":{},"finish_reason":"length"}])"),
              std::string::npos)
        << out;
    options.choices = 2;
    meter.begin(options);  // nothing of the answer before is left
    out.clear();
    meter.append_cut("insufficient_credits", out);
    EXPECT_NE(out.find(R"("index":0)"), std::string::npos);
    EXPECT_NE(out.find(R"("index":1)"), std::string::npos);
}

}  // namespace
}  // namespace tollgate
