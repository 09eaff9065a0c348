#include "gateway/chat/dialect/usage.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tollgate {
namespace {

TEST(Usage, ShapesOfProviders) {
    const struct {
        std::string_view name, text;
        bool found;
        TokenCounts usage;
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
        TokenCounts usage;
        EXPECT_EQ(parse_usage(row.text, usage), row.found) << row.name;
        EXPECT_EQ(usage, row.usage) << row.name;
    }
}

// Token counts are non-negative integers; anything else counts as absent.
TEST(Usage, CountsThatAreNoCountsAreAbsent) {
    for (const std::string_view value :
         {"-1", "\"9\"", "true", "[9]", "9.5", "9e3", "9E0", "99999999999999999999", ""}) {
        TokenCounts usage;
        EXPECT_FALSE(parse_usage("{\"prompt_tokens\":" + std::string(value) + "}", usage)) << value;
        EXPECT_EQ(usage, TokenCounts{}) << value;
    }
}

TEST(Usage, AWholeNumberWrittenAsADecimalIsThatNumberOrAbsentButNeverAnother) {
    for (const std::string_view value : {"9.0", "0.9e1", "90e-1"}) {
        TokenCounts usage;
        parse_usage("{\"prompt_tokens\":" + std::string(value) + ",\"completion_tokens\":1}", usage);
        EXPECT_TRUE(usage.prompt == 9 || usage.prompt == 0) << value << " was read as " << usage.prompt;
    }
}

TEST(Usage, TruncatedTextIsReadSafely) {
    const std::string whole =
        R"({"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":2},"completion_tokens":4})";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::vector<char> block(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        TokenCounts usage;
        parse_usage({block.data(), block.size()}, usage);
        EXPECT_TRUE(usage.prompt == 0 || usage.prompt == 9) << size;
    }
}

}  // namespace
}  // namespace tollgate
