// What the gateway takes out of the bodies of Google's API before it knows where they go.
#include <gtest/gtest.h>

#include "gateway/chat/dialect/openai_request.h"

namespace tollgate {
namespace {

struct Read {
    Error error;
    BodyFacts facts;
    std::string message() const { return error ? error.detail().message : "no error"; }
};

Read read(const std::string& text, const BodyNames& names = kGeminiNames) {
    JsonParser parser;
    Read result;
    const simdjson::padded_string padded(text);
    result.error = parse_body(parser, std::string_view(padded), 64, names, result.facts);
    return result;
}

Read read_with(const std::string& members) { return read(R"({"contents":"hi",)" + members + "}"); }

TEST(GeminiBody, TheBoundIsHeldFor) {
    const Read read = read_with(R"("generationConfig":{"maxOutputTokens":5,"candidateCount":2})");
    ASSERT_FALSE(read.error) << read.message();
    EXPECT_EQ(read.facts.output_bound, 5);
    EXPECT_EQ(read.facts.choices, 2);
}

TEST(GeminiBody, TheModelsNameIsNoPartOfThePrompt) {
    EXPECT_EQ(read_with(R"("model":"models/gemini")").facts.prompt_bytes,
              read(R"({"contents":"hi"})").facts.prompt_bytes);
}

TEST(GeminiBody, WhatIsHeldForStandsOnce) {
    const auto refused = [](const std::string& members) { return read_with(members).message(); };
    EXPECT_EQ(refused(R"("generationConfig":{"maxOutputTokens":9},"generationConfig":{"maxOutputTokens":5})"),
              "'generationConfig' stands twice");
    EXPECT_EQ(refused(R"("generationConfig":null,"generation_config":{})"), "'generation_config' stands twice");
    EXPECT_EQ(refused(R"("generationConfig":{"maxOutputTokens":5,"maxOutputTokens":9})"),
              "'maxOutputTokens' stands twice");
    EXPECT_EQ(refused(R"("generationConfig":{"maxOutputTokens":null,"max_output_tokens":9})"),
              "'max_output_tokens' stands twice");
    EXPECT_EQ(refused(R"("generation_config":{"candidate_count":1,"candidateCount":2})"),
              "'candidateCount' stands twice");
}

}  // namespace
}  // namespace tollgate
