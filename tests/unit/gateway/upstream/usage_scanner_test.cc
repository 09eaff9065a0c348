// Usage of answers too large to hold, wherever it stands and however they come.
#include "gateway/upstream/usage_scanner.h"

#include <gtest/gtest.h>

#include <string>

#include "gateway/upstream/endings.h"

namespace tollgate {
namespace {

UsageScanner scanned(std::string_view body, std::size_t piece = 61) {
    UsageScanner scanner;
    for (std::size_t at = 0; at < body.size(); at += piece) scanner.feed(body.substr(at, piece));
    return scanner;
}

const std::string kText(200'000, 'x');

TEST(UsageScanner, FindsUsageBeforeAndBehindTheAnswer) {
    const std::string usage = R"({"prompt_tokens":3,"completion_tokens":5})";
    const std::string choices =
        R"("choices":[{"message":{"content":"\"usage\":{\"prompt_tokens\":9}}],)" + kText + R"("}}])";
    for (const std::string& body :
         {"{\"usage\" : " + usage + "," + choices + "}", "{" + choices + " , \"usage\":" + usage + " }\n"}) {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{61}, body.size()}) {
            const UsageScanner scanner = scanned(body, piece);
            EXPECT_TRUE(scanner.whole());
            ASSERT_TRUE(scanner.has_usage());
            EXPECT_EQ(scanner.usage().prompt, 3);
            EXPECT_EQ(scanner.usage().completion, 5);
            EXPECT_EQ(std::string_view(body).substr(scanner.usage_begin(), usage.size()), usage);
            EXPECT_EQ(scanner.bytes(), body.size());
        }
    }
}

TEST(UsageScanner, FindsUsageInTheChoices) {
    const auto choice = [](int index, const std::string& usage) {
        return R"({"index":)" + std::to_string(index) +
               R"(,"message":{"usage":{"prompt_tokens":9},"content":"\"usage\":{)" + kText + R"("},"usage" : )" +
               usage + R"( ,"finish_reason":"stop"})";
    };
    const std::string one = choice(0, R"({"prompt_tokens":3,"completion_tokens":5,"total_tokens":8})");
    const std::string body = R"({"id":"x","choices": [)" + one + ",\n" +
                             choice(1, R"({"prompt_tokens":3,"completion_tokens":7,"total_tokens":10})") + "]}";
    for (const std::size_t piece : {std::size_t{1}, std::size_t{61}, body.size()}) {
        const UsageScanner scanner = scanned(body, piece);
        EXPECT_TRUE(scanner.whole());
        ASSERT_TRUE(scanner.has_usage());
        EXPECT_EQ(scanner.usage().prompt, 3);
        EXPECT_EQ(scanner.usage().completion, 12);
        EXPECT_EQ(scanner.usage_end(), 0U);
    }
    const UsageScanner both =
        scanned(R"({"choices":[)" + one + R"(],"usage":{"prompt_tokens":4,"completion_tokens":6}})");
    EXPECT_EQ(both.usage().prompt, 4);
    EXPECT_EQ(both.usage().completion, 6);
    const Ending ending = large_ending({.counted_prompt_tokens = 30, .most_output = 700}, scanned(body));
    EXPECT_EQ(ending.usage, (TokenUsage{.prompt = 3, .completion = 12}));
    EXPECT_EQ(ending.source, UsageSource::provider);
}

TEST(UsageScanner, TakesNothingElseForTheUsageOfAChoice) {
    const std::string usage = R"("usage":{"prompt_tokens":3,"completion_tokens":5})";
    for (const std::string& body : {R"({"other":[{)" + usage + "}]}", R"({"choices":[[{)" + usage + "}]]}",
                                    R"({"choices":[{"x":[{)" + usage + "}]}]}",
                                    std::string(R"({"choices":[{"usage":"{}"},"usage",{"usage":7}]})")}) {
        EXPECT_FALSE(scanned(body, 3).has_usage()) << body;
    }
}

TEST(UsageScanner, KnowsWhetherTheObjectIsWhole) {
    for (const std::string_view body :
         {"{}", " {\"a\":[{}]}\r\n", R"({"a":"}"})", "[{}]", "\xef\xbb\xbf{}", "{}\n[DONE]\n", "[{},"})
        EXPECT_TRUE(scanned(body).whole()) << body;
    for (const std::string_view body :
         {"", " ", "{", "[]", "{}x", "{}{}", R"({"a":"})", R"({"a":{})", "oh", "{}DO{}", "{}[ONE]", "{}[DONED]"}) {
        EXPECT_FALSE(scanned(body).whole()) << body;
    }
}

TEST(UsageScanner, KnowsWhereTheObjectStands) {
    const std::string object = R"({"id" : "x-1" ,"usage":{"prompt_tokens":3}})";
    for (const std::string& body : {object, "\xef\xbb\xbf [" + object + "]\n", "[\n" + object + ",[DONE]"}) {
        for (const std::size_t piece : {std::size_t{1}, body.size()}) {
            const UsageScanner scanner = scanned(body, piece);
            EXPECT_TRUE(scanner.whole());
            EXPECT_EQ(body.substr(scanner.object_begin(), scanner.object_end() - scanner.object_begin()), object);
            EXPECT_EQ(body.substr(scanner.usage_begin(), scanner.usage_end() - scanner.usage_begin()),
                      R"({"prompt_tokens":3})");
            EXPECT_EQ(scanner.id(), R"("x-1")");
        }
    }
}

TEST(UsageScanner, UsageCountsAsSoonAsItIsComplete) {
    const std::string body = R"({"x":1,"usage":{"prompt_tokens":3,"completion_tokens":5})";
    EXPECT_TRUE(scanned(body).has_usage());
    EXPECT_FALSE(scanned(body).whole());
    EXPECT_FALSE(scanned(body.substr(0, body.size() - 1)).has_usage());
}

TEST(UsageScanner, BracketsThatDoNotMatchAreBroken) {
    for (const std::string_view body : {R"({"a":[{"b":1]]})", "{]", R"({"a":[})", R"({"a":{"b":[}]}})"}) {
        EXPECT_TRUE(scanned(body).broken()) << body;
        EXPECT_FALSE(scanned(body).whole()) << body;
    }
    const auto deep = [](std::size_t depth) {
        return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
    };
    for (const std::size_t most : {std::size_t{8}, UsageScanner::kMostDepth}) {
        UsageScanner within(most), beyond(most);
        within.feed(deep(most));
        beyond.feed(deep(most + 1));
        EXPECT_TRUE(within.whole());
        EXPECT_TRUE(beyond.broken());
    }
}

TEST(UsageScanner, TheLastFinishReasonIsTold) {
    const UsageScanner scanner = scanned(
        R"({"id":"x","choices":[{"finish_reason":"stop","message":{"finish_reason":"no"}},{"finish_reason" : "length" },{"finish_reason":null}],"finish_reason":"no"})");
    EXPECT_EQ(scanner.finish_reason(), "length");
    const Ending ending = large_ending({}, scanner);
    EXPECT_EQ(ending.finish_reason, "length");
    EXPECT_EQ(ending.upstream_id, "x");
}

TEST(UsageScanner, TellsErrorsFromAnswers) {
    for (const std::string& body :
         {R"({"error":{"message":")" + kText + "\"}}", R"({"id":1,"error":"oh","choices":[{}]})" + std::string(),
          std::string(R"({"object":"error","message":"oh"})"),
          R"({"choices":[{"x":")" + kText + R"("}],"error":"oh"})"}) {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{61}, body.size()}) {
            EXPECT_TRUE(scanned(body, piece).says_error()) << body.substr(0, 40);
        }
    }
    EXPECT_EQ(scanned(R"({"id":1,"error" : {"message":"oh"} })").error(), R"({"error":{"message":"oh"}})");
    EXPECT_TRUE(scanned(R"({"error":{"message":"cut o)").says_error());
    for (const std::string_view body :
         {R"({"error":null,"choices":[{}]})", R"({"error" : {} , "choices" : [ {}]})",
          R"({"choices":[{"error":{"message":"oh"},"object":"error"}],"error":null)", R"({"choices":[{"message":{)"}) {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{61}, body.size()}) {
            EXPECT_FALSE(scanned(body, piece).says_error()) << body;
            EXPECT_TRUE(scanned(body, piece).answers()) << body;
        }
    }
    for (const std::string_view body : {"{}", R"({"choices":[]})", R"({"choices":null})", R"({"choices":[[{}]]})",
                                        R"({"choices":"[{}]"})", R"({"data":[{}]})", R"({"x":{"choices":[{}]}})"}) {
        EXPECT_FALSE(scanned(body).answers()) << body;
        EXPECT_FALSE(scanned(body).may_answer()) << body;
    }
    EXPECT_TRUE(scanned(R"({"id":"1","object":"chat.completion","citations":[")").may_answer());
    EXPECT_TRUE(scanned(R"({"usage":{"prompt_tokens":3},"citations":[")").may_answer());
}

TEST(UsageScanner, ALargeAnswerIsBilledByItsUsage) {
    const UsageScanner scanner =
        scanned(R"({"usage":{"prompt_tokens":3,"completion_tokens":5},"choices":[")" + kText + "\"]}");
    const Ending ending = large_ending({.counted_prompt_tokens = 30, .most_output = 700}, scanner);
    EXPECT_EQ(ending.usage, (TokenUsage{.prompt = 3, .completion = 5}));
    EXPECT_EQ(ending.source, UsageSource::provider);
}

TEST(UsageScanner, WithoutUsageALargeAnswerIsBilledByWhatWasAskedForAtMost) {
    const UsageScanner scanner = scanned("{\"choices\":[\"" + kText + "\"]}");
    EXPECT_FALSE(scanner.has_usage());
    EXPECT_EQ(large_ending({.counted_prompt_tokens = 30}, scanner).usage.completion,
              static_cast<std::int64_t>(scanner.bytes() + 3) / 4);
    const Ending bounded = large_ending({.counted_prompt_tokens = 30, .most_output = 700}, scanner);
    EXPECT_EQ(bounded.usage, (TokenUsage{.prompt = 30, .completion = 700}));
    EXPECT_EQ(bounded.source, UsageSource::estimated);
    EXPECT_EQ(large_ending({.call = ModelCall::embeddings, .counted_prompt_tokens = 30}, scanner).usage,
              (TokenUsage{.prompt = 30}));
}

TEST(UsageScanner, WhatIsTooLargeToBeUsageIsNotKept) {
    const UsageScanner scanner = scanned("{\"usage\":{\"x\":\"" + kText + "\",\"prompt_tokens\":3}}");
    EXPECT_TRUE(scanner.whole());
    EXPECT_FALSE(scanner.has_usage());
}

}  // namespace
}  // namespace tollgate
