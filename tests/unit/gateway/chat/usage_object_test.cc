#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <limits>
#include <string>
#include <vector>

#include "gateway/chat/stream_meter.h"

namespace tollgate {
namespace {

TEST(UsageObject, ShapesOfProviders) {
    const struct {
        std::string_view name, text;
        bool found;
        TokenUsage usage;
    } rows[] = {
        {"OpenAI",
         R"({"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"prompt_tokens_details":{"cached_tokens":2,"audio_tokens":0},)"
         R"("completion_tokens_details":{"reasoning_tokens":3,"audio_tokens":0}})",
         true,
         {9, 4, 2, 0, 3}},
        {"DeepSeek",
         R"({"prompt_tokens":9,"completion_tokens":4,"prompt_cache_hit_tokens":6,"prompt_cache_miss_tokens":3})",
         true,
         {9, 4, 6, 0, 0}},
        {"OpenRouter",
         R"({"prompt_tokens":9,"completion_tokens":4,"cost":0.1,"prompt_tokens_details":{"cached_tokens":1,"cache_write_tokens":5}})",
         true,
         {9, 4, 1, 5, 0}},
        {"input and output", R"({"input_tokens":9,"output_tokens":4})", true, {9, 4, 0, 0, 0}},
        {"embeddings", R"({"prompt_tokens":9,"total_tokens":9})", true, {9, 0, 0, 0, 0}},
        {"spaced", "{ \"prompt_tokens\" : 9 ,\n \"completion_tokens\" : 4 }", true, {9, 4, 0, 0, 0}},
        {"null details",
         R"({"prompt_tokens":9,"prompt_tokens_details":null,"completion_tokens":null})",
         true,
         {9, 0, 0, 0, 0}},
        {"zeros", R"({"prompt_tokens":0,"completion_tokens":0})", true, {}},
        {"nested only", R"({"x":{"prompt_tokens":9}})", false, {}},
        {"empty", "{}", false, {}},
        {"null", "null", false, {}},
        {"list", "[1]", false, {}},
        {"nothing", "", false, {}},
    };
    for (const auto& row : rows) {
        TokenUsage usage;
        EXPECT_EQ(parse_usage(row.text, usage), row.found) << row.name;
        EXPECT_EQ(usage, row.usage) << row.name;
    }
}

// Token counts are non-negative integers; anything else counts as absent.
TEST(UsageObject, CountsThatAreNoCountsAreAbsent) {
    for (const std::string_view value :
         {"-1", "\"9\"", "true", "[9]", "9.5", "9e3", "9E0", "99999999999999999999", ""}) {
        TokenUsage usage;
        EXPECT_FALSE(parse_usage("{\"prompt_tokens\":" + std::string(value) + "}", usage)) << value;
        EXPECT_EQ(usage, TokenUsage{}) << value;
    }
}

TEST(UsageObject, AWholeNumberWrittenAsADecimalIsThatNumberOrAbsentButNeverAnother) {
    for (const std::string_view value : {"9.0", "0.9e1", "90e-1"}) {
        TokenUsage usage;
        parse_usage("{\"prompt_tokens\":" + std::string(value) + ",\"completion_tokens\":1}", usage);
        EXPECT_TRUE(usage.prompt == 9 || usage.prompt == 0) << value << " was read as " << usage.prompt;
    }
}

TEST(UsageObject, TruncatedTextIsReadSafely) {
    const std::string whole =
        R"({"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":2},"completion_tokens":4})";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::vector<char> block(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        TokenUsage usage;
        parse_usage({block.data(), block.size()}, usage);
        EXPECT_TRUE(usage.prompt == 0 || usage.prompt == 9) << size;
    }
}

// A fifth around what was generated: events where they are single tokens, else two to six bytes a token.
TEST(UsageObject, AFigureFarFromWhatWasGeneratedContradictsIt) {
    const struct {
        std::string_view name;
        std::int64_t visible, events, bytes;
        bool contradictory;
    } rows[] = {
        {"as many as events", 1000, 1000, 5000, false},
        {"a fifth more than events", 1200, 1000, 5000, false},
        {"more than a fifth above", 1221, 1000, 5000, true},
        {"a fifth fewer", 800, 1000, 5000, false},
        {"more than a fifth below", 780, 1000, 5000, true},
        {"nothing for a long text", 0, 1000, 5000, true},
        {"large events, four bytes a token", 1000, 10, 4000, false},
        {"large events, short tokens", 1999, 10, 4000, false},
        {"large events, long tokens", 667, 10, 4000, false},
        {"large events, more tokens than bytes", 4100, 10, 4000, true},
        {"large events, almost no tokens", 300, 10, 4000, true},
        {"few tokens never are", 12, 1, 4, false},
        {"zero for few", 0, 5, 20, false},
    };
    for (const auto& row : rows)
        EXPECT_EQ(contradicts(row.visible, row.events, row.bytes), row.contradictory) << row.name;
}

TEST(UsageObject, GeneratedBytesOfAPlainAnswerAreItsTextAndArguments) {
    const std::string_view body =
        R"({"choices":[{"index":0,"message":{"role":"assistant","content":"hello","tool_calls":[{"id":"call_1","type":"function",)"
        R"("function":{"name":"f","arguments":"{}"}}],"refusal":null},"logprobs":{"content":["no","text"]},"finish_reason":"stop"},)"
        R"({"text":"again"}]})";
    const auto begin = static_cast<std::uint32_t>(body.find('['));
    EXPECT_EQ(generated_bytes(body, {begin, static_cast<std::uint32_t>(body.size() - 1)}), 5 + 1 + 2 + 5);
    EXPECT_EQ(generated_bytes("[]", {0, 2}), 0);
}

TEST(UsageObject, WrittenUsageIsReadBack) {
    const TokenUsage usage{.prompt = 9, .completion = 4};
    const std::string text = usage_json(usage, NanoUsd{1'500'000'000});
    EXPECT_EQ(text, R"({"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"cost":1.5})");
    TokenUsage read;
    EXPECT_TRUE(parse_usage(text, read));
    EXPECT_EQ(read, usage);
}

TEST(UsageObject, TheLargestCountsAreWrittenWithoutOverflow) {
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    TokenUsage usage;
    parse_usage(R"({"prompt_tokens":9223372036854775807,"completion_tokens":9223372036854775807})", usage);
    const auto total = boost::json::parse(usage_json(usage, {})).at("total_tokens");
    EXPECT_TRUE(total.is_uint64() || (total.is_int64() && total.as_int64() >= 0)) << "a sum of counts is not negative";
    EXPECT_LE(usage.prompt, kMost);
}

}  // namespace
}  // namespace tollgate
