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

const AnswerSource kSource{.provider = "sample"};

// Of a call that owes no choices.
const AnswerSource kEmbedder{.provider = "sample", .call = ModelCall::embeddings};

PlainAnswer inspected(std::string_view body) {
    PlainAnswer answer;
    const Error error = inspect_answer(body, kSource, answer);
    EXPECT_FALSE(error) << body;
    return answer;
}

Ending ended(const UsageTerms& terms, std::string_view body) {
    PlainAnswer answer = inspected(body);
    return plain_ending(terms, body, answer);
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
    EXPECT_EQ(answer.usage.prompt, 9);
    EXPECT_EQ(answer.usage.completion, 4);
    EXPECT_EQ(answer.finish_reason, "stop");
    EXPECT_EQ(answer.upstream_id, "up-1");
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
        const Error error = inspect_answer(body, kSource, answer);
        EXPECT_EQ(error.kind(), ErrorKind::upstream_invalid_response) << body;
    }
}

TEST(PlainAnswer, AnErrorInsteadIsOne) {
    struct Row {
        std::string_view body;
        std::string_view message;
        int status;  // that it names
    };
    constexpr std::array kRows = {
        Row{R"({"error":{"message":"no \"more\""}})", R"(no "more")", 502},
        Row{R"({"error":"text"})", "text", 502},
        Row{R"({"error":{"message":"slow down","code":429}})", "slow down", 429},
        Row{R"({"object":"error","message":"text","code":400})", "text", 400},
        Row{R"({"id":"x","choices":null,"base_resp":{"status_code":1008,"status_msg":"text"}})", "text", 502},
        Row{R"([{"error":{"message":"text","code":400}}])", "text", 400},
        Row{R"({"detail":"text"})", "text", 502},
    };
    for (const Row& row : kRows) {
        PlainAnswer answer;
        const Error error = inspect_answer(row.body, kSource, answer);
        ASSERT_EQ(error.kind(), ErrorKind::upstream_error) << row.body;
        ASSERT_TRUE(error.detail().provider) << row.body;
        EXPECT_EQ(error.detail().provider->message, row.message);
        EXPECT_EQ(status_of(error), row.status) << row.body;
    }
    for (const std::string_view value : {"null", "{}", "false", "\"\"", "[]", "0"}) {
        inspected("{\"error\":" + std::string(value) + R"(,"choices":[{}]})");
    }
}

TEST(PlainAnswer, WithoutChoicesIsNoAnswerToAChat) {
    for (const std::string_view body :
         {R"({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}})",
          R"({"choices":null,"usage":{"prompt_tokens":9,"completion_tokens":4}})", R"({"choices":[ ]})",
          R"({"choices":{}})", "{}", R"({"error":true,"choices":[]})"}) {
        PlainAnswer answer;
        EXPECT_EQ(inspect_answer(body, kSource, answer).kind(), ErrorKind::upstream_error) << body;
    }
    PlainAnswer embedding;
    EXPECT_FALSE(inspect_answer(R"({"data":[]})", kEmbedder, embedding));
}

TEST(PlainAnswer, AnErrorTellsNoSecret) {
    const Credential credential{"authorization: Bearer sk-secret-1\r\n"};
    PlainAnswer answer;
    const Error error = inspect_answer(R"({"error":{"message":"Bearer sk-secret-1 was used","hint":"sk-secret-1"}})",
                                       {.provider = "sample", .credential = &credential}, answer);
    EXPECT_EQ(error.detail().provider->message, "Bearer [redacted] was used");
    EXPECT_EQ(error.detail().provider->members, R"("hint":"[redacted]")");
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
    for (const std::string_view body :
         {"{}", R"({"data":[]})", R"({"usage":null})", R"({"usage":{}})", R"({"usage":[],"id":null})",
          R"({"model":"x","usage":{"a":1},"b":2})", R"({"usage":5,"usage":{"prompt_tokens":9}})"}) {
        for (const bool labels : {false, true}) {
            PlainAnswer answer;
            ASSERT_FALSE(inspect_answer(body, kEmbedder, answer)) << body;
            std::string text;
            append_spliced(body, answer, splices(labels), text);
            json::error_code failed;
            const json::value out = json::parse(text, failed);
            ASSERT_FALSE(failed) << text;
            EXPECT_EQ(out.at("usage").at("cost").as_double(), 1.5) << text;
            EXPECT_EQ(out.at("usage").at("prompt_tokens").as_int64(), 9) << text;
            EXPECT_EQ(out.as_object().contains("provider"), labels) << text;
        }
    }
}

std::size_t times(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

TEST(PlainAnswer, WhatIsOursReplacesWhatStandsThere) {
    for (const std::string_view cost : {"\"cost\"", "\"c\\u006fst\""}) {
        for (const std::string_view provider : {"\"provider\"", "\"pr\\u006fvider\""}) {
            const std::string body = "{" + std::string(provider) + R"(:"OpenAI","usage":{)" + std::string(cost) +
                                     R"(:0.5,"prompt_tokens":9,"completion_tokens":4},"choices":[{}]})";
            for (const bool labels : {false, true}) {
                const std::string out = spliced(body, labels);
                EXPECT_EQ(json::parse(out).at("usage").at("cost").as_double(), 1.5) << out;
                EXPECT_EQ(times(out, "cost") + times(out, "c\\u006fst"), 1u) << out;
                EXPECT_EQ(times(out, "provider") + times(out, "pr\\u006fvider"), 1u) << out;
                EXPECT_EQ(json::parse(out).at("provider").as_string(), labels ? "sample" : "OpenAI");
            }
        }
    }
}

TEST(PlainAnswer, ShowsWhatIsChargedInPlaceOfAFigureThatIsNotBelieved) {
    const std::string body = R"({"choices":[{}],"usage":{"prompt_tokens":-5,"completion_tokens":"3","x":1}})";
    AnswerSplices ours = splices(false);
    ours.reported = false;
    std::string out;
    append_spliced(body, inspected(body), ours, out);
    EXPECT_EQ(out,
              R"({"choices":[{}],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"cost":1.5}})");
}

TEST(PlainEnding, TheProvidersFigureIsSettled) {
    const Ending ending = ended({.counted_prompt_tokens = 30}, kBody);
    EXPECT_EQ(ending.usage, (TokenUsage{.prompt = 9, .completion = 4}));
    EXPECT_EQ(ending.source, UsageSource::provider);
    EXPECT_EQ(ending.finish_reason, "stop");
    EXPECT_EQ(ending.upstream_id, "up-1");
    EXPECT_FALSE(ending.usage_contradictory);
}

TEST(PlainEnding, ReasoningOutsideTheCompletionIsAdded) {
    const std::string body =
        R"({"choices":[{}],"usage":{"prompt_tokens":9,"completion_tokens":40,"completion_tokens_details":{"reasoning_tokens":20}}})";
    EXPECT_EQ(ended({.reasoning_in_completion = false}, body).usage.completion, 60);
    EXPECT_EQ(ended({.reasoning_in_completion = true}, body).usage.completion, 40);
}

std::string answer_of(std::size_t bytes, std::string_view usage) {
    std::string body = R"({"choices":[)"
                       "\n"
                       R"({"message":{"content":")" +
                       std::string(bytes, 'x') + R"("}}])";
    if (!usage.empty()) body += ",\"usage\":" + std::string(usage);
    return body + "}";
}

TEST(PlainEnding, WithoutAFigureTheTextIsEstimated) {
    const Ending ending = ended({.counted_prompt_tokens = 30}, answer_of(400, ""));
    EXPECT_EQ(ending.source, UsageSource::estimated);
    EXPECT_EQ(ending.usage, (TokenUsage{.prompt = 30, .completion = 100}));
}

TEST(PlainEnding, NoEstimateIsAboveWhatWasAskedFor) {
    const Ending ending = ended({.counted_prompt_tokens = 200'000, .most_prompt = 128'000, .most_output = 2000},
                                answer_of(1'000'000, ""));
    EXPECT_EQ(ending.usage, (TokenUsage{.prompt = 128'000, .completion = 2000}));
}

TEST(PlainEnding, APictureIsNoText) {
    const std::string body =
        R"({"choices":[{"message":{"content":"here","images":[{"image_url":{"url":"data:image/png;base64,)" +
        std::string(1'000'000, 'A') + R"("}}]}}]})";
    EXPECT_EQ(ended({.counted_prompt_tokens = 30}, body).usage.completion, 1);
}

TEST(PlainEnding, AFigureThatCannotBeIsCountedInsteadAndMarked) {
    for (const std::string_view usage :
         {R"({"prompt_tokens":1000000000,"completion_tokens":1})", R"({"prompt_tokens":-5,"completion_tokens":1})",
          R"({"prompt_tokens":9,"completion_tokens":701})", R"({"prompt_tokens":1.5,"completion_tokens":1})"}) {
        const Ending ending =
            ended({.counted_prompt_tokens = 30, .most_prompt = 128'000, .most_output = 700}, answer_of(400, usage));
        EXPECT_EQ(ending.usage, (TokenUsage{.prompt = 30, .completion = 100})) << usage;
        EXPECT_EQ(ending.source, UsageSource::estimated) << usage;
        EXPECT_TRUE(ending.usage_contradictory) << usage;
    }
}

TEST(PlainEnding, AFigureOfZeroForATextIsCounted) {
    const Ending ending = ended({.counted_prompt_tokens = 30},
                                answer_of(400, R"({"prompt_tokens":0,"completion_tokens":0,"total_tokens":0})"));
    EXPECT_EQ(ending.usage, (TokenUsage{.prompt = 30, .completion = 100}));
    EXPECT_EQ(ending.source, UsageSource::estimated);
    EXPECT_TRUE(ending.usage_contradictory);
}

TEST(PlainEnding, AFigureFarBelowTheTextIsContradictory) {
    EXPECT_TRUE(ended({}, answer_of(40'000, R"({"prompt_tokens":9,"completion_tokens":50})")).usage_contradictory);
    EXPECT_FALSE(ended({}, answer_of(40'000, R"({"prompt_tokens":9,"completion_tokens":9000})")).usage_contradictory);
}

TEST(PlainEnding, UsageInTheChoiceIsTaken) {
    const Ending ending =
        ended({.counted_prompt_tokens = 30},
              R"({"choices":[{"message":{"content":"hello"},"usage":{"prompt_tokens":9,"completion_tokens":4}}]})");
    EXPECT_EQ(ending.usage, (TokenUsage{.prompt = 9, .completion = 4}));
    EXPECT_EQ(ending.source, UsageSource::provider);
}

TEST(PlainEnding, AnEmbeddingIsBilledByItsTotal) {
    const std::string_view body = R"({"data":[],"usage":{"total_tokens":50000}})";
    PlainAnswer answer;
    ASSERT_FALSE(inspect_answer(body, kEmbedder, answer));
    const Ending ending = plain_ending({.call = ModelCall::embeddings, .counted_prompt_tokens = 30}, body, answer);
    EXPECT_EQ(ending.usage, (TokenUsage{.prompt = 50'000}));
    EXPECT_EQ(ending.source, UsageSource::provider);
}

}  // namespace
}  // namespace tollgate
