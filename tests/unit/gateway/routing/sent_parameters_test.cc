// By which names the parameters of requests are known where endpoints differ in them.
#include "gateway/routing/sent_parameters.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gateway/routing/model_call_of.h"

namespace tollgate {
namespace {

std::string sent(ApiType api, std::string text, std::string_view added = {}) {
    text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    simdjson::dom::parser parser;
    BodyFacts body;
    body.clear();
    const Error error = parse_body(parser, text, 32, body_names_of(api), body);
    if (error) return error.detail().message;
    const ChosenModel chosen{.model = "m", .provider = {}, .level = LlmLevel::request};
    std::string names;
    sent_parameters({.chosen = chosen, .api = api, .body = body, .text = text, .added = added})
        .for_each([&](std::string_view name) { names.append(names.empty() ? "" : " ").append(name); });
    return names;
}

TEST(SentParameters, OfChatHaveTheirOwnNames) {
    const std::string chat = R"({"model":"m","messages":[{"role":"user","content":"x"}],)";
    EXPECT_EQ(sent(ApiType::chat, chat + R"("temperature":1,"tools":null,"n":2})"), "temperature");
    EXPECT_EQ(sent(ApiType::chat, chat + R"("functions":[],"function_call":"auto","include_reasoning":true})"),
              "tools tool_choice reasoning");
    EXPECT_EQ(sent(ApiType::chat, chat + R"("include_reasoning":false})"), "");
}

TEST(SentParameters, OfMessagesAreWhatChatCallsOtherwise) {
    const std::string messages = R"({"model":"m","max_tokens":5,"messages":[{"role":"user","content":"x"}],)";
    EXPECT_EQ(sent(ApiType::messages, messages + R"("output_config":{"format":{"type":"json_schema"}}})"),
              "max_tokens response_format");
    EXPECT_EQ(sent(ApiType::messages, messages + R"("output_config":{"effort":"low"},"stop_sequences":["a"]})"),
              "max_tokens stop reasoning_effort");
    EXPECT_EQ(sent(ApiType::messages, messages + R"("thinking":{"type":"enabled","budget_tokens":1024}})"),
              "max_tokens reasoning");
    EXPECT_EQ(sent(ApiType::messages, messages + R"("thinking":{"type":"disabled"}})"), "max_tokens");
    EXPECT_EQ(sent(ApiType::messages,
                   messages + R"("tools":[],"tool_choice":{"type":"auto","disable_parallel_tool_use":true}})"),
              "max_tokens tools tool_choice parallel_tool_calls");
}

TEST(SentParameters, OfResponsesAreWithinText) {
    const std::string responses = R"({"model":"m","input":"x",)";
    EXPECT_EQ(sent(ApiType::responses, responses + R"("text":{"format":{"type":"json_schema"},"verbosity":"low"}})"),
              "response_format verbosity");
    EXPECT_EQ(sent(ApiType::responses, responses + R"("text":{"format":{"type":"text"}},"max_output_tokens":5})"),
              "max_tokens");
    EXPECT_EQ(sent(ApiType::responses, responses + R"("reasoning":{"effort":"low"},"top_logprobs":2})"),
              "top_logprobs reasoning");
}

TEST(SentParameters, OfGeminiAreInTwoSpellings) {
    const std::string gemini = R"({"contents":[{"parts":[{"text":"x"}]}],)";
    EXPECT_EQ(sent(ApiType::gemini, gemini + R"("generationConfig":{"responseSchema":{},"topK":5,"stopSequences":["a"]},
                                                "toolConfig":{}})"),
              "top_k response_format stop tool_choice");
    EXPECT_EQ(sent(ApiType::gemini, gemini + R"("generation_config":{"response_mime_type":"application/json",
                                                "thinking_config":{},"max_output_tokens":5},"tool_config":{}})"),
              "max_tokens response_format tool_choice reasoning");
    EXPECT_EQ(sent(ApiType::gemini, gemini + R"("generationConfig":{"responseMimeType":"text/plain"}})"), "");
}

TEST(SentParameters, ThoseThatDefaultsAddCount) {
    const std::string chat = R"({"model":"m","messages":[{"role":"user","content":"x"}],"top_p":1})";
    EXPECT_EQ(sent(ApiType::chat, chat, R"(,"top_k":5,"verbosity":"low")"), "top_p top_k verbosity");
}

}  // namespace
}  // namespace tollgate
