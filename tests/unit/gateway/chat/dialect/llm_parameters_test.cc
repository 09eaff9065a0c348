#include "gateway/chat/dialect/llm_parameters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace tollgate {
namespace {

// "name=json " for each; the field at fault where there is one.
std::string read(std::string_view object) {
    std::string all;
    const Error error = read_llm_parameters(object, [&all](std::string_view name, std::string json) {
        all.append(name).append("=").append(json).append(" ");
    });
    return error ? error.detail().param : all;
}

TEST(LlmParameters, EachTypeIsReadAsJson) {
    EXPECT_EQ(read("{}"), "");
    EXPECT_EQ(read(R"({"temperature": 0.70, "seed": -3, "reasoning_effort": "low"})"),
              "temperature=0.7 seed=-3 reasoning_effort=\"low\" ");
    EXPECT_EQ(read(R"({"stop": "a\n\"b\""})"), "stop=[\"a\\n\\\"b\\\"\"] ");
    EXPECT_EQ(read(R"({"stop": [ "a", "b" ]})"), "stop=[\"a\",\"b\"] ");
    EXPECT_EQ(read(R"({"temperature": null, "top_p": 1})"), "top_p=1 ");
}

TEST(LlmParameters, WhatIsWrongIsNamed) {
    const std::pair<std::string_view, std::string_view> kWrong[] = {
        {R"({"temperature": 2.1})", "parameters.temperature"},
        {R"({"temperature": "1"})", "parameters.temperature"},
        {R"({"top_p": -0.1})", "parameters.top_p"},
        {R"({"max_tokens": 0})", "parameters.max_tokens"},
        {R"({"max_tokens": 1.5})", "parameters.max_tokens"},
        {R"({"seed": 99999999999999999999})", "parameters"},
        {R"({"seed": 9999999999999999999})", "parameters.seed"},
        {R"({"reasoning_effort": "hard"})", "parameters.reasoning_effort"},
        {R"({"stop": []})", "parameters.stop"},
        {R"({"stop": ["a", 1]})", "parameters.stop"},
        {R"({"stop": ["1", "2", "3", "4", "5"]})", "parameters.stop"},
        {R"({"n": 2})", "parameters.n"},
        {R"({"service_tier": "priority"})", "parameters.service_tier"},
        {R"({"max_tokens": 1, "max_completion_tokens": 1})", "parameters.max_completion_tokens"},
        {R"({"seed": 1, "seed": 2})", "parameters.seed"},
        {R"([])", "parameters"},
        {R"({)", "parameters"},
    };
    for (const auto& [object, field] : kWrong) EXPECT_EQ(read(object), field) << object;
    EXPECT_EQ(read(R"({"stop": ")" + std::string(kMostParameterBytes, 'x') + "\"}"), "parameters");
}

TEST(LlmParameters, TheTableIsInOrderAndEachRangeIsOne) {
    EXPECT_TRUE(std::ranges::is_sorted(kLlmParameters, {}, &LlmParameter::name));
    for (const LlmParameter& one : kLlmParameters) {
        EXPECT_LE(one.least, one.most) << one.name;
        EXPECT_EQ(one.choices.empty(), one.type != LlmParameter::Type::word) << one.name;
    }
}

TEST(LlmParameters, WhichCallTakesThem) {
    EXPECT_TRUE(takes_parameter(ModelCall::chat, "reasoning_effort"));
    EXPECT_FALSE(takes_parameter(ModelCall::completions, "reasoning_effort"));
    EXPECT_TRUE(takes_parameter(ModelCall::completions, "temperature"));
    EXPECT_FALSE(takes_parameter(ModelCall::embeddings, "temperature"));
    EXPECT_FALSE(takes_parameter(ModelCall::chat, "unknown"));
}

TEST(LlmParameters, NamesThatSayTheSame) {
    EXPECT_TRUE(same_parameter("max_tokens", "max_completion_tokens"));
    EXPECT_TRUE(same_parameter("reasoning", "reasoning_effort"));
    EXPECT_TRUE(same_parameter("anything", "anything"));
    EXPECT_FALSE(same_parameter("temperature", "top_p"));
    EXPECT_FALSE(same_parameter("messages", "tools"));
}

}  // namespace
}  // namespace tollgate
