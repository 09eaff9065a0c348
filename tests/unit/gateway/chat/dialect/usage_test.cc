// Reports of usage in the shapes that providers send: recorded where the row says so, else as their documentation has
// them (November 2026), and what is billed by them.
#include "gateway/chat/dialect/usage.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace tollgate {
namespace {

BilledUsage billed(std::string_view object, const UsageBounds& bounds = {}) {
    ReportedUsage report;
    EXPECT_TRUE(read_usage(object, report)) << object;
    return billed_usage(report, bounds);
}

TEST(Usage, ShapesOfProviders) {
    const struct {
        std::string_view name, text;
        TokenCounts usage;  // prompt, completion, cache read, cache write, reasoning, of the cache write: for an hour
    } rows[] = {
        {"OpenAI, recorded",
         R"({"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"prompt_tokens_details":{"cached_tokens":2,"audio_tokens":0},)"
         R"("completion_tokens_details":{"reasoning_tokens":3,"audio_tokens":0}})",
         {9, 4, 2, 0, 3}},
        {"OpenAI's responses, recorded",
         R"({"input_tokens":9,"input_tokens_details":{"cached_tokens":2},"output_tokens":4,"output_tokens_details":{"reasoning_tokens":3},"total_tokens":13})",
         {9, 4, 2, 0, 3}},
        {"DeepSeek, recorded",
         R"({"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"prompt_cache_hit_tokens":6,"prompt_cache_miss_tokens":3})",
         {9, 4, 6, 0, 0}},
        {"OpenRouter, recorded",
         R"({"prompt_tokens":9,"completion_tokens":4,"cost":0.1,"prompt_tokens_details":{"cached_tokens":1,"cache_write_tokens":5}})",
         {9, 4, 1, 5, 0}},
        {"Mistral, recorded",
         R"({"prompt_tokens":1000,"completion_tokens":5,"total_tokens":1005,"num_cached_tokens":900})",
         {1000, 5, 900, 0, 0}},
        {"Moonshot and Together",
         R"({"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"cached_tokens":600})",
         {1000, 100, 600, 0, 0}},
        {"Anthropic, recorded: the cache stands beside the input",
         R"({"input_tokens":10,"cache_creation_input_tokens":20,"cache_read_input_tokens":70,"output_tokens":4})",
         {100, 4, 70, 20, 0}},
        {"Anthropic's names beside OpenAI's: a part of the prompt",
         R"({"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"cache_read_input_tokens":600})",
         {1000, 100, 600, 0, 0}},
        {"LiteLLM",
         R"({"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"cache_creation_input_tokens":400,"prompt_tokens_details":{"cache_creation_tokens":400}})",
         {1000, 100, 0, 400, 0}},
        {"Anthropic's names where the total says that the cache is inside",
         R"({"input_tokens":100,"cache_read_input_tokens":70,"output_tokens":4,"total_tokens":104})",
         {100, 4, 70, 0, 0}},
        {"older LiteLLM: more written to the cache than the prompt has",
         R"({"prompt_tokens":4,"completion_tokens":100,"total_tokens":104,"cache_creation_input_tokens":2048,"cache_read_input_tokens":0})",
         {2052, 100, 0, 2048, 0}},
        {"older LiteLLM: more read from the cache than the prompt has",
         R"({"prompt_tokens":100,"completion_tokens":100,"total_tokens":200,"cache_read_input_tokens":900})",
         {1000, 100, 900, 0, 0}},
        {"more of the cache in both parts than the prompt has",
         R"({"input_tokens":100,"cache_read_input_tokens":70,"cache_creation_input_tokens":50,"output_tokens":4,"total_tokens":104})",
         {220, 4, 70, 50, 0}},
        {"Anthropic: the cache's writes by how long they stay, without their sum",
         R"({"input_tokens":100,"cache_read_input_tokens":500,"cache_creation":{"ephemeral_5m_input_tokens":300,"ephemeral_1h_input_tokens":100},"output_tokens":100})",
         {1000, 100, 500, 400, 0, 100}},
        {"Anthropic: the cache's writes by how long they stay, and their sum",
         R"({"input_tokens":100,"cache_creation_input_tokens":400,"cache_creation":{"ephemeral_5m_input_tokens":300,"ephemeral_1h_input_tokens":100},"output_tokens":100})",
         {500, 100, 0, 400, 0, 100}},
        {"Anthropic: all is written for an hour",
         R"({"input_tokens":3,"cache_creation_input_tokens":5424,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":5424},"output_tokens":9})",
         {5427, 9, 0, 5424, 0, 5424}},
        {"LiteLLM: the cache's writes by how long they stay",
         R"({"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"cache_creation_input_tokens":400,"prompt_tokens_details":{"cached_tokens":0,"cache_creation_tokens":400,"cache_creation_token_details":{"ephemeral_5m_input_tokens":300,"ephemeral_1h_input_tokens":100}}})",
         {1000, 100, 0, 400, 0, 100}},
        {"new-api: the same",
         R"({"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"prompt_tokens_details":{"cached_tokens":0,"cached_creation_tokens":400},"claude_cache_creation_5_m_tokens":300,"claude_cache_creation_1_h_tokens":100})",
         {1000, 100, 0, 400, 0, 100}},
        {"Bedrock: the same",
         R"({"inputTokens":100,"outputTokens":100,"totalTokens":600,"cacheReadInputTokens":0,"cacheWriteInputTokens":400,"cacheDetails":[{"ttl":"5m","inputTokens":300},{"ttl":"1h","inputTokens":100}]})",
         {500, 100, 0, 400, 0, 100}},
        {"a Tollgate's own",
         R"({"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"prompt_tokens_details":{"cached_tokens":0,"cache_write_tokens":400,"cache_write_1h_tokens":100}})",
         {1000, 100, 0, 400, 0, 100}},
        {"only what is written for an hour, and more than the prompt has",
         R"({"prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cache_write_1h_tokens":5000}})",
         {1000, 100, 0, 1000, 0, 1000}},
        {"Bedrock: values that are no objects stand in the list",
         R"({"inputTokens":100,"outputTokens":100,"totalTokens":600,"cacheWriteInputTokens":400,"cacheDetails":[null,{"ttl":"5m","inputTokens":300}, 7, [ {"ttl":"1h","inputTokens":9} ],"x",true,{"ttl":"1h","inputTokens":100}]})",
         {500, 100, 0, 400, 0, 100}},
        {"writes of an odd shape are no writes",
         R"({"prompt_tokens":1000,"completion_tokens":100,"cache_creation":[{"ttl":"1h"},{"inputTokens":-5},[],"x"]})",
         {1000, 100, 0, 0, 0}},
        {"Alibaba",
         R"({"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"prompt_tokens_details":{"cached_tokens":0,"cache_creation_input_tokens":400,"cache_type":"ephemeral"}})",
         {1000, 100, 0, 400, 0}},
        {"Alibaba: the cache's writes by how long they stay",
         R"({"prompt_tokens":1000,"completion_tokens":100,"total_tokens":1100,"prompt_tokens_details":{"cached_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":400}}})",
         {1000, 100, 0, 400, 0}},
        {"Bedrock's older names for the cache",
         R"({"inputTokens":100,"outputTokens":100,"totalTokens":1100,"cacheReadInputTokenCount":500,"cacheWriteInputTokenCount":400})",
         {1000, 100, 500, 400, 0}},
        {"Bedrock's metrics of an invocation",
         R"({"inputTokenCount":100,"outputTokenCount":100,"cacheReadInputTokenCount":500,"cacheWriteInputTokenCount":400,"invocationLatency":5})",
         {1000, 100, 500, 400, 0}},
        {"OpenAI's names in camel case",
         R"({"promptTokens":1000,"completionTokens":100,"totalTokens":1100})",
         {1000, 100, 0, 0, 0}},
        {"Gemini's names in snake case",
         R"({"prompt_token_count":20,"candidates_token_count":198,"total_token_count":623,"thoughts_token_count":405,"cached_content_token_count":5})",
         {20, 603, 5, 0, 405}},
        {"watsonx", R"({"input_token_count":9,"generated_token_count":4})", {9, 4, 0, 0, 0}},
        {"Gemini, recorded: thoughts beside the candidates",
         R"({"promptTokenCount":20,"candidatesTokenCount":198,"totalTokenCount":623,"thoughtsTokenCount":405,"cachedContentTokenCount":5})",
         {20, 603, 5, 0, 405}},
        {"Gemini's tools, recorded",
         R"({"promptTokenCount":20,"candidatesTokenCount":10,"toolUsePromptTokenCount":30,"totalTokenCount":60})",
         {50, 10, 0, 0, 0}},
        {"Gemini, nothing but thoughts",
         R"({"promptTokenCount":20,"thoughtsTokenCount":9,"totalTokenCount":29})",
         {20, 9, 0, 0, 9}},
        {"Bedrock, recorded",
         R"({"inputTokens":10,"outputTokens":4,"totalTokens":104,"cacheReadInputTokens":70,"cacheWriteInputTokens":20})",
         {100, 4, 70, 20, 0}},
        {"llama.cpp's timings", R"({"prompt_n":3,"predicted_n":4,"cache_n":6,"prompt_ms":1.5})", {9, 4, 6, 0, 0}},
        {"Cohere",
         R"({"billed_units":{"input_tokens":5.0,"output_tokens":7.0},"tokens":{"input_tokens":66,"output_tokens":9}})",
         {5, 7, 0, 0, 0}},
        {"Cohere without billed units", R"({"tokens":{"input_tokens":66,"output_tokens":9}})", {66, 9, 0, 0, 0}},
        {"Perplexity",
         R"({"prompt_tokens":9,"completion_tokens":40,"total_tokens":49,"citation_tokens":900,"reasoning_tokens":30})",
         {9, 40, 0, 0, 30}},
        {"xAI: reasoning beside the completion",
         R"({"prompt_tokens":9,"completion_tokens":4,"total_tokens":33,"completion_tokens_details":{"reasoning_tokens":20}})",
         {9, 24, 0, 0, 20}},
        {"reasoning beside the completion, without a total",
         R"({"prompt_tokens":9,"completion_tokens":4,"completion_tokens_details":{"reasoning_tokens":20}})",
         {9, 24, 0, 0, 20}},
        {"the completion in the total only", R"({"prompt_tokens":21,"total_tokens":81})", {21, 60, 0, 0, 0}},
        {"reasoning in the total only",
         R"({"prompt_tokens":20,"completion_tokens":198,"total_tokens":623})",
         {20, 603, 0, 0, 405}},
        {"a completion of zero beside reasoning",
         R"({"prompt_tokens":21,"completion_tokens":0,"total_tokens":81,"completion_tokens_details":{"reasoning_tokens":60}})",
         {21, 60, 0, 0, 60}},
        {"the prompt in the total only", R"({"completion_tokens":4,"total_tokens":13})", {9, 4, 0, 0, 0}},
        {"a total smaller than its parts",
         R"({"prompt_tokens":9,"completion_tokens":4,"total_tokens":5})",
         {9, 4, 0, 0, 0}},
        {"spaced", "{ \"prompt_tokens\" : 9 ,\n \"completion_tokens\" : 4 }", {9, 4, 0, 0, 0}},
        {"escaped names", R"({"prompt\u005ftokens":9,"\u0063ompletion_tokens":4})", {9, 4, 0, 0, 0}},
        {"more cached than there is",
         R"({"prompt_tokens":9,"completion_tokens":4,"cached_tokens":50})",
         {9, 4, 9, 0, 0}},
    };
    for (const auto& row : rows) {
        const BilledUsage usage = billed(row.text);
        EXPECT_EQ(usage.counts, row.usage) << row.name;
        EXPECT_TRUE(usage.reported && !usage.refused) << row.name;
    }
}

TEST(Usage, PartsOfWhatIsWrittenAreNoMoreThanAllOfIt) {
    const struct {
        std::string_view name, text;
        TokenCounts usage;
    } rows[] = {
        {"Anthropic: more for an hour",
         R"({"input_tokens":600,"cache_creation_input_tokens":400,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":900},"output_tokens":100})",
         {1000, 100, 0, 400, 0, 400}},
        {"Anthropic: more in both",
         R"({"input_tokens":600,"cache_creation":{"ephemeral_5m_input_tokens":900,"ephemeral_1h_input_tokens":100},"cache_creation_input_tokens":400,"output_tokens":100})",
         {1000, 100, 0, 400, 0, 100}},
        {"Bedrock",
         R"({"inputTokens":600,"outputTokens":100,"cacheWriteInputTokens":400,"cacheDetails":[{"ttl":"1h","inputTokens":900}]})",
         {1000, 100, 0, 400, 0, 400}},
        {"LiteLLM",
         R"({"prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cache_creation_tokens":400,"cache_creation_token_details":{"ephemeral_1h_input_tokens":900}}})",
         {1000, 100, 0, 400, 0, 400}},
        {"new-api",
         R"({"prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cached_creation_tokens":400},"claude_cache_creation_1_h_tokens":900})",
         {1000, 100, 0, 400, 0, 400}},
        {"a Tollgate's own, none of it written",
         R"({"prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cache_write_tokens":0,"cache_write_1h_tokens":5000}})",
         {1000, 100, 0, 0, 0, 0}},
    };
    for (const auto& row : rows) {
        const BilledUsage usage = billed(row.text);
        EXPECT_EQ(usage.counts, row.usage) << row.name;
        EXPECT_TRUE(usage.reported && !usage.refused && usage.contradicts_itself) << row.name;
    }
    EXPECT_FALSE(
        billed(
            R"({"input_tokens":600,"cache_creation_input_tokens":400,"cache_creation":{"ephemeral_1h_input_tokens":400},"output_tokens":100})")
            .contradicts_itself);
    EXPECT_FALSE(
        billed(R"({"input_tokens":600,"cache_creation":{"ephemeral_1h_input_tokens":400},"output_tokens":100})")
            .contradicts_itself);
}

TEST(Usage, StandsInManyPlaces) {
    const struct {
        std::string_view name, value;
    } rows[] = {
        {"usage", R"({"prompt_tokens":9,"completion_tokens":4})"},
        {"usageMetadata", R"({"promptTokenCount":9,"candidatesTokenCount":4})"},
        {"x_groq", R"({"id":"req","usage":{"prompt_tokens":9,"completion_tokens":4}})"},
        {"timings", R"({"prompt_n":9,"predicted_n":4})"},
        {"message", R"({"usage":{"input_tokens":9,"output_tokens":4}})"},
        {"response", R"({"usage":{"input_tokens":9,"output_tokens":4}})"},
        {"metadata", R"({"usage":{"inputTokens":9,"outputTokens":4}})"},
        {"x_cerebras", R"({"usage":{"prompt_tokens":9,"completion_tokens":4}})"},
        {"token_usage", R"({"prompt_tokens":9,"completion_tokens":4})"},
        {"amazon-bedrock-invocationMetrics", R"({"inputTokenCount":9,"outputTokenCount":4})"},
        {"meta", R"({"billed_units":{"input_tokens":9,"output_tokens":4}})"},
    };
    for (const auto& row : rows) {
        ReportedUsage report;
        EXPECT_TRUE(read_usage_member(row.name, row.value, report)) << row.name;
        EXPECT_EQ(billed_usage(report, {}).counts, (TokenCounts{.prompt = 9, .completion = 4})) << row.name;
    }
    ReportedUsage ollama;
    EXPECT_TRUE(read_usage_member("prompt_eval_count", "9", ollama));
    EXPECT_TRUE(read_usage_member("eval_count", "4", ollama));
    EXPECT_EQ(billed_usage(ollama, {}).counts, (TokenCounts{.prompt = 9, .completion = 4}));
    ReportedUsage none;
    for (const std::string_view name : {"choices", "created", "message", "x"}) {
        EXPECT_FALSE(read_usage_member(name, "\"prompt_tokens\"", none)) << name;
    }
}

TEST(Usage, NothingIsReadWhereNothingIsNamed) {
    for (const std::string_view text :
         {R"({"x":{"prompt_tokens":9}})", "{}", "null", "[1]", "", R"({"prompt_tokens":null})"}) {
        ReportedUsage report;
        EXPECT_FALSE(read_usage(text, report)) << text;
    }
}

TEST(Usage, AWholeNumberIsOneHoweverItIsWritten) {
    for (const std::string_view value : {"9", "09", "0009", "9.0", "0.9e1", "90e-1", "9E0", "\"9\"", "\"9.0\""}) {
        EXPECT_EQ(billed("{\"prompt_tokens\":" + std::string(value) + ",\"completion_tokens\":1}").counts.prompt, 9)
            << value;
    }
}

TEST(Usage, AReportWithACountThatIsNoneIsRefused) {
    for (const std::string_view value : {"-1", "true", "[9]", "9.5", "1e30", "99999999999999999999",
                                         "9223372036854775808", "\"many\"", "NaN", "\"\""}) {
        const BilledUsage usage = billed("{\"prompt_tokens\":" + std::string(value) + ",\"completion_tokens\":1}",
                                         {.counted_prompt = 30, .counted_completion = 5});
        EXPECT_TRUE(usage.refused && !usage.reported) << value;
        EXPECT_EQ(usage.counts, (TokenCounts{.prompt = 30, .completion = 5})) << value;
    }
}

TEST(Usage, APartThatCannotBeReadIsAbsent) {
    EXPECT_EQ(billed(R"({"prompt_tokens":9,"completion_tokens":4,"cached_tokens":-5})").counts,
              (TokenCounts{.prompt = 9, .completion = 4}));
}

TEST(Usage, OnlyCountsInOpenAisOwnTextNeedNoRewriting) {
    const auto as_openai = [](std::string_view text) {
        ReportedUsage report;
        read_usage(text, report);
        return report.openai_text;
    };
    EXPECT_TRUE(as_openai(R"({"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"x":"y"})"));
    for (const std::string_view text :
         {R"({"prompt_tokens":9.0,"completion_tokens":4})", R"({"prompt_tokens":"9","completion_tokens":4})",
          R"({"prompt_tokens":09,"completion_tokens":4})", R"({"prompt_tokens":9,"completion_tokens":4,"x":04})",
          R"({"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"x":04}})",
          R"({"input_tokens":9,"output_tokens":4})", R"({"prompt_tokens":9,"completion_tokens":4,"cost":1})",
          R"({"prompt_tokens":9,"c\u006fst":1})", R"({"prompt_tokens":9,"cached_tokens":4})"}) {
        EXPECT_FALSE(as_openai(text)) << text;
    }
}

TEST(Usage, TruncatedTextIsReadSafely) {
    const std::string whole =
        R"({"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":2},"billed_units":{"input_tokens":9},"completion_tokens":4})";
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const std::vector<char> block(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        ReportedUsage report;
        read_usage({block.data(), block.size()}, report);
        EXPECT_TRUE(report.prompt == ReportedUsage::kAbsent || report.prompt == 9) << size;
    }
}

TEST(Usage, FurtherPlacesAndSpellings) {
    const auto read = [](std::string_view name, std::string_view value) {
        ReportedUsage report;
        EXPECT_TRUE(read_usage_member(name, value, report)) << name;
        return std::pair(report.prompt, report.completion);
    };
    const std::pair<std::int64_t, std::int64_t> both{7, 3};
    EXPECT_EQ(read("usage_metadata", R"({"prompt_token_count":7,"candidates_token_count":3})"), both);
    EXPECT_EQ(read("Usage", R"({"PromptTokens":7,"CompletionTokens":3})"), both);
    EXPECT_EQ(read("data", R"({"usage":{"prompt_tokens":7,"completion_tokens":3}})"), both);
    EXPECT_EQ(read("usage", R"({"prompt_tokens":" 7","completion_tokens":"+3 "})"), both);
    ReportedUsage bare;
    EXPECT_TRUE(read_usage_member("prompt_tokens", "7", bare));
    EXPECT_TRUE(read_usage_member("completion_tokens", "3", bare));
    EXPECT_EQ(std::pair(bare.prompt, bare.completion), both);
    for (const std::string_view odd : {R"(" ")", R"("+")", R"("++3")", R"("+-3")"}) {
        ReportedUsage report;
        read_usage("{\"prompt_tokens\":" + std::string(odd) + "}", report);
        EXPECT_TRUE(report.unreadable) << odd;
    }
}

}  // namespace
}  // namespace tollgate
