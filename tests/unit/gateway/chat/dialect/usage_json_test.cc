// What a client sees of what it is charged for.
#include "gateway/chat/dialect/usage_json.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <string>

#include "gateway/chat/dialect/usage.h"

namespace tollgate {
namespace {

std::string appended(std::string_view object, const TokenCounts& counts, bool reported = true) {
    std::string out;
    append_usage(object, {.counts = counts, .reported = reported, .cost = "0.5"}, out);
    return out;
}

TEST(UsageJson, TheCostReplacesWhatStandsThere) {
    EXPECT_EQ(appended(R"({"prompt_tokens":9,"cost":0.00014,"completion_tokens":4})", {9, 4}),
              R"({"prompt_tokens":9,"completion_tokens":4,"cost":0.5})");
    EXPECT_EQ(appended(R"({"cost":{"total":1},"prompt_tokens":9,"completion_tokens":4,"c\u006fst":2})", {9, 4}),
              R"({"prompt_tokens":9,"completion_tokens":4,"cost":0.5})");
}

TEST(UsageJson, WhoPaidTheProviderStandsOnce) {
    constexpr std::string_view kCost = R"(0,"is_byok":true,"cost_details":{"upstream_inference_cost":0.25})";
    std::string out;
    append_usage(R"({"prompt_tokens":9,"is_byok":false,"completion_tokens":4,"cost_details":null,"cost":1})",
                 {.counts = {9, 4}, .cost = kCost}, out);
    EXPECT_EQ(out, R"({"prompt_tokens":9,"completion_tokens":4,"cost":)" + std::string(kCost) + "}");
    EXPECT_EQ(appended(R"({"prompt_tokens":9,"completion_tokens":4,"is_byok":false})", {9, 4}),
              R"({"prompt_tokens":9,"completion_tokens":4,"is_byok":false,"cost":0.5})")
        << "of the provider's own, where nothing is said";
}

TEST(UsageJson, WhatIsChargedStandsInPlaceOfWhatTheReportLeavesOpen) {
    EXPECT_EQ(appended(R"({"prompt_tokens":20,"completion_tokens":198,"total_tokens":623,"x":1})", {20, 603}),
              R"({"prompt_tokens":20,"completion_tokens":603,"total_tokens":623,"x":1,"cost":0.5})");
    EXPECT_EQ(
        appended(R"({"input_tokens":10,"output_tokens":4})", {100, 4}),
        R"({"input_tokens":10,"output_tokens":4,"prompt_tokens":100,"completion_tokens":4,"total_tokens":104,"cost":0.5})");
    EXPECT_EQ(appended(R"({"prompt_tokens":9.0,"completion_tokens":"4"})", {9, 4}),
              R"({"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"cost":0.5})");
}

TEST(UsageJson, PartsAreShownUnderOpenAisNames) {
    EXPECT_EQ(
        appended(R"({"prompt_tokens":9,"completion_tokens":4,"num_cached_tokens":5})", {9, 4, 5}),
        R"({"prompt_tokens":9,"completion_tokens":4,"num_cached_tokens":5,"prompt_tokens_details":{"cached_tokens":5},"cost":0.5})");
    const std::string_view details =
        R"({"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":5,"audio_tokens":0})";
    EXPECT_EQ(appended(std::string(details) + "}", {9, 4, 5}), std::string(details) + R"(,"cost":0.5})");
}

TEST(UsageJson, AReportThatIsNotBelievedIsReplacedWhole) {
    EXPECT_EQ(appended(R"({"prompt_tokens":-5,"completion_tokens":"3","x":1})", {30, 5}, false),
              R"({"prompt_tokens":30,"completion_tokens":5,"total_tokens":35,"cost":0.5})");
}

TEST(UsageJson, APartThatCanBeNoneIsReplaced) {
    const std::string shown = appended(
        R"({"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":-1000000000}})", {9, 4});
    EXPECT_EQ(shown.find("1000000000"), std::string::npos) << shown;
}

TEST(UsageJson, WhatIsNoJsonIsNotPassedOn) {
    EXPECT_EQ(
        appended(
            R"({"prompt_tokens":09,"completion_tokens":4,"x":007,"prompt_tokens_details":{"cached_tokens":05},"y":NaN})",
            {9, 4, 5}),
        R"({"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":5},"total_tokens":13,"cost":0.5})");
}

TEST(UsageJson, WhatIsWrittenForAnHourIsShownUnlessTheReportShowsIt) {
    const TokenCounts counts{.prompt = 500, .completion = 4, .cache_write = 400, .cache_write_1h = 100};
    EXPECT_EQ(
        appended(R"({"input_tokens":100,"output_tokens":4,"cache_creation_input_tokens":400})", counts),
        R"({"input_tokens":100,"output_tokens":4,"cache_creation_input_tokens":400,"prompt_tokens":500,"completion_tokens":4,)"
        R"("total_tokens":504,"prompt_tokens_details":{"cached_tokens":0,"cache_write_tokens":400,"cache_write_1h_tokens":100},"cost":0.5})");
    const std::string_view shown =
        R"({"prompt_tokens":500,"completion_tokens":4,"prompt_tokens_details":{"cache_creation_tokens":400,"cache_creation_token_details":{"ephemeral_5m_input_tokens":300,"ephemeral_1h_input_tokens":100}})";
    EXPECT_EQ(appended(std::string(shown) + "}", counts), std::string(shown) + R"(,"cost":0.5})");
    ReportedUsage report;
    read_usage(std::string(shown) + "}", report);
    EXPECT_TRUE(shows(report, counts));
    EXPECT_FALSE(shows(report, {.prompt = 500, .completion = 4, .cache_write = 400}));
}

TEST(UsageJson, PartsOfWhatIsWrittenThatAreMoreThanAllOfItAreReplaced) {
    const std::string text =
        R"({"prompt_tokens":500,"completion_tokens":4,"prompt_tokens_details":{"cache_creation_tokens":400,"cache_creation_token_details":{"ephemeral_5m_input_tokens":900,"ephemeral_1h_input_tokens":100}}})";
    const TokenCounts counts{.prompt = 500, .completion = 4, .cache_write = 400, .cache_write_1h = 100};
    ReportedUsage report;
    read_usage(text, report);
    EXPECT_FALSE(shows(report, counts));
    EXPECT_EQ(appended(text, counts).find("900"), std::string::npos);
}

TEST(UsageJson, WrittenUsageIsReadBack) {
    const TokenCounts counts{
        .prompt = 9, .completion = 4, .cache_read = 2, .cache_write = 2, .reasoning = 3, .cache_write_1h = 1};
    ReportedUsage read;
    EXPECT_TRUE(read_usage(usage_json(counts, "1.5"), read));
    EXPECT_EQ(billed_usage(read, {}).counts, counts);
}

TEST(UsageJson, ShowsWhatItWasReadFrom) {
    ReportedUsage report;
    read_usage(R"({"prompt_tokens":9,"completion_tokens":4,"total_tokens":13})", report);
    EXPECT_TRUE(shows(report, {.prompt = 9, .completion = 4}));
    EXPECT_FALSE(shows(report, {.prompt = 9, .completion = 5}));
    ReportedUsage other;
    read_usage(R"({"prompt_tokens":9,"completion_tokens":4,"total_tokens":99})", other);
    EXPECT_FALSE(shows(other, {.prompt = 9, .completion = 4}));
}

}  // namespace
}  // namespace tollgate
