// Plain answers: what is read of them, and what is spliced into them.
#include "gateway/upstream/plain_answer.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/json.hpp>

#include "gateway/upstream/endings.h"

namespace tollgate {
namespace {

namespace json = boost::json;

const std::string kBody =
    R"({"id":"up-1","model":"their-model","choices":[{"index":0,"message":{"content":"four words of text"},)"
    R"("finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":4}})";

PlainAnswer inspected(std::string_view body) {
    PlainAnswer answer;
    const Error error = inspect_answer(body, "sample", answer);
    EXPECT_FALSE(error) << body;
    return answer;
}

AnswerSplices splices(bool labels) {
    AnswerSplices ours;
    ours.usage = {.prompt = 9, .completion = 4};
    ours.cost = NanoUsd{1'500'000'000};
    ours.labels = labels;
    ours.generation_id = "gen-1";
    ours.provider = "\"sample\"";
    ours.model = "\"maker/chat\"";
    return ours;
}

std::string spliced(std::string_view body, bool labels) {
    std::string out = "before ";
    append_spliced(body, inspected(body), splices(labels), out);
    EXPECT_TRUE(out.starts_with("before "));
    return out.substr(7);
}

TEST(PlainAnswer, SaysWhatItIs) {
    const std::string body = " \n" + kBody + "\r\n";  // the answer views it
    const PlainAnswer answer = inspected(body);
    EXPECT_TRUE(answer.has_usage);
    EXPECT_EQ(answer.usage, (TokenCounts{.prompt = 9, .completion = 4}));
    EXPECT_EQ(answer.finish_reason, "stop");
    EXPECT_EQ(answer.upstream_id, "up-1");
    EXPECT_FALSE(answer.empty);
}

TEST(PlainAnswer, TheFinishReasonIsNotTakenFromTheText) {
    const PlainAnswer answer =
        inspected(R"({"choices":[{"message":{"content":"\"finish_reason\":\"no\""},"finish_reason": "length"}]})");
    EXPECT_EQ(answer.finish_reason, "length");
    EXPECT_EQ(inspected(R"({"choices":[{"finish_reason":null}]})").finish_reason, "");
}

TEST(PlainAnswer, IsAWholeJsonObject) {
    for (const std::string_view body : {"", " ", "[]", "oh", "{", R"({"id":)", R"({"id":"x")", R"({"id":"x"} more)",
                                        R"({"id":"x"}})", R"({"usage":{"prompt_tokens":1)"}) {
        PlainAnswer answer;
        const Error error = inspect_answer(body, "sample", answer);
        EXPECT_EQ(error.kind(), ErrorKind::upstream_invalid_response) << body;
    }
}

TEST(PlainAnswer, AnErrorInsteadIsOne) {
    struct Row {
        std::string_view body;
        std::string_view message;
    };
    constexpr std::array kRows = {
        Row{R"({"error":{"message":"no \"more\""}})", R"(provider sample answered 200 with an error: no "more")"},
        Row{R"({"error":"text"})", "provider sample answered 200 with an error"},
        Row{R"({"error":true,"choices":[]})", "provider sample answered 200 with an error"},
        Row{R"({"error":{"code":7}})", "provider sample answered 200 with an error"},
    };
    for (const Row& row : kRows) {
        PlainAnswer answer;
        const Error error = inspect_answer(row.body, "sample", answer);
        ASSERT_EQ(error.kind(), ErrorKind::upstream_error) << row.body;
        EXPECT_EQ(error.detail().message, row.message);
    }
    for (const std::string_view value : {"null", "{}", "false", "\"\""}) {
        EXPECT_FALSE(inspected("{\"error\":" + std::string(value) + "}").empty) << value;
    }
}

TEST(PlainAnswer, GetsItsCostAndNothingElseChanges) {
    const std::string out = spliced(kBody, false);
    const std::string cost = ",\"cost\":1.5";
    const auto at = out.find(cost);
    ASSERT_NE(at, std::string::npos);
    EXPECT_EQ(std::string(out).erase(at, cost.size()), kBody);
    EXPECT_EQ(json::parse(out).at("usage").at("cost").as_double(), 1.5);
}

TEST(PlainAnswer, GetsOurLabelsWhereTheApiHasThem) {
    const json::value out = json::parse(spliced(kBody, true));
    EXPECT_EQ(out.at("id").as_string(), "gen-1");
    EXPECT_EQ(out.at("provider").as_string(), "sample");
    EXPECT_EQ(out.at("model").as_string(), "maker/chat");
    EXPECT_EQ(out.at("usage").at("cost").as_double(), 1.5);
    EXPECT_EQ(out.at("choices").as_array().size(), 1u);
}

TEST(PlainAnswer, IsStillJsonWhateverItLacks) {
    for (const std::string_view body : {"{}", R"({"choices":[]})", R"({"usage":null})", R"({"usage":{}})",
                                        R"({"usage":[],"id":null})", R"({"model":"x","usage":{"a":1},"b":2})"}) {
        for (const bool labels : {false, true}) {
            const std::string text = spliced(body, labels);
            json::error_code failed;
            const json::value out = json::parse(text, failed);
            ASSERT_FALSE(failed) << text;
            EXPECT_EQ(out.at("usage").at("cost").as_double(), 1.5) << text;
            EXPECT_EQ(out.as_object().contains("provider"), labels) << text;
        }
    }
}

TEST(PlainEnding, TheProvidersFigureIsSettled) {
    const Ending ending = plain_ending({.counted_prompt_tokens = 30}, kBody, inspected(kBody));
    EXPECT_EQ(ending.usage, (TokenUsage{.prompt = 9, .completion = 4}));
    EXPECT_EQ(ending.source, UsageSource::provider);
    EXPECT_EQ(ending.finish_reason, "stop");
    EXPECT_EQ(ending.upstream_id, "up-1");
    EXPECT_FALSE(ending.usage_contradictory);
}

TEST(PlainEnding, ReasoningOutsideTheCompletionIsAdded) {
    const std::string body =
        R"({"usage":{"prompt_tokens":9,"completion_tokens":4,"completion_tokens_details":{"reasoning_tokens":20}}})";
    EXPECT_EQ(plain_ending({.reasoning_in_completion = false}, body, inspected(body)).usage.completion, 24);
    EXPECT_EQ(plain_ending({.reasoning_in_completion = true}, body, inspected(body)).usage.completion, 4);
}

TEST(PlainEnding, WithoutAFigureTheTextIsEstimated) {
    const std::string body = R"({"choices":[{"message":{"content":")" + std::string(400, 'x') + R"("}}]})";
    const Ending ending = plain_ending({.counted_prompt_tokens = 30}, body, inspected(body));
    EXPECT_EQ(ending.source, UsageSource::estimated);
    EXPECT_EQ(ending.usage, (TokenUsage{.prompt = 30, .completion = 100}));
}

TEST(PlainEnding, AFigureFarFromTheTextIsContradictory) {
    const std::string body = R"({"choices":[{"message":{"content":")" + std::string(40'000, 'x') +
                             R"("}}],"usage":{"prompt_tokens":9,"completion_tokens":50}})";
    EXPECT_TRUE(plain_ending({}, body, inspected(body)).usage_contradictory);
}

TEST(AnswerTail, HasTheUsageThatStandsLast) {
    std::string tail = R"(n the middle of a text \"usage\":{"}}],"usage": {"prompt_tokens":9,"completion_tokens":4}} )";
    AnswerTail facts;
    ASSERT_FALSE(inspect_tail(tail, "sample", facts));
    EXPECT_TRUE(facts.has_usage);
    const Ending ending = tail_ending({.counted_prompt_tokens = 30}, facts, 4'000'000);
    EXPECT_EQ(ending.usage, (TokenUsage{.prompt = 9, .completion = 4}));
    EXPECT_EQ(ending.source, UsageSource::provider);
    splice_tail(facts, NanoUsd{1'500'000'000}, tail);
    EXPECT_TRUE(tail.ends_with(R"("completion_tokens":4,"cost":1.5}} )")) << tail;
}

TEST(AnswerTail, WithoutUsageIsEstimatedFromTheWhole) {
    for (const std::string_view text : {"text\"}}]}", R"("usage":null})", R"(","usage":})"}) {
        std::string tail(text);
        AnswerTail facts;
        ASSERT_FALSE(inspect_tail(tail, "sample", facts));
        EXPECT_FALSE(facts.has_usage) << text;
        const Ending ending = tail_ending({.counted_prompt_tokens = 30}, facts, 4'000'000);
        EXPECT_EQ(ending.usage, (TokenUsage{.prompt = 30, .completion = 1'000'000}));
        EXPECT_EQ(ending.source, UsageSource::estimated);
        splice_tail(facts, NanoUsd{1}, tail);
        EXPECT_EQ(tail, text);
    }
}

TEST(AnswerTail, EndsAsAnObjectDoes) {
    for (const std::string_view tail : {"", "  ", "]", "}x", "\"}\""}) {
        AnswerTail facts;
        const Error error = inspect_tail(tail, "sample", facts);
        EXPECT_EQ(error.kind(), ErrorKind::upstream_invalid_response) << tail;
    }
}

}  // namespace
}  // namespace tollgate
