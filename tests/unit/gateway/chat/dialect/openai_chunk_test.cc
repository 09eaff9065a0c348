#include "gateway/chat/dialect/openai_chunk.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace tollgate {
namespace {

using Kind = OpenAiChunk::Kind;

TEST(OpenAiChunk, Kinds) {
    const struct {
        std::string_view data;
        Kind kind;
    } rows[] = {
        {"[DONE]", Kind::done},
        {": wrapped", Kind::comment},
        {"{}", Kind::chunk},
        {R"({"choices":[]})", Kind::chunk},
        {R"({"choices":null})", Kind::chunk},
        {R"({ "a" : [1, {"b": "}"}] })", Kind::chunk},
        {"hello", Kind::invalid},
        {"[done]", Kind::invalid},
        {"5", Kind::invalid},
        {"[1]", Kind::invalid},
        {R"({"a":1)", Kind::invalid},
        {R"({"a":1}})", Kind::invalid},
        {R"({"a"})", Kind::invalid},
        {R"({"a":})", Kind::invalid},
        {R"({a:1})", Kind::invalid},
        {R"({"choices":[{"delta":{"content":"x"}})", Kind::invalid},
        {R"({"id": oops})", Kind::invalid},
        {R"({"choices":[{"index":oops}]})", Kind::invalid},
        {R"({"choices":[{"delta":{"content":oops}}]})", Kind::invalid},
        {R"({"choices":[oops]})", Kind::invalid},
        {R"({"created":-1.5e+3})", Kind::chunk},
        {R"([{"error":{"message":"x"}}])", Kind::chunk},
    };
    for (const auto& row : rows) EXPECT_EQ(read_openai_chunk(row.data).kind, row.kind) << row.data;
}

TEST(OpenAiChunk, WhatAnEventSays) {
    const OpenAiChunk chunk = read_openai_chunk(
        R"({"id":"c\"1","choices":[{"index":2,"delta":{"content":"hello"},"finish_reason":"stop"},)"
        R"({"index":200,"delta":{},"finish_reason":"length"},{"index":1,"delta":{"content":"x"},"finish_reason":null}],)"
        R"("usage":{"prompt_tokens":7,"completion_tokens":3}})");
    ASSERT_EQ(chunk.kind, Kind::chunk);
    EXPECT_EQ(chunk.delta.id, R"(c\"1)") << "still escaped";
    EXPECT_EQ(chunk.delta.text.bytes, 6);
    EXPECT_EQ(chunk.delta.finish_reasons, 2);
    EXPECT_EQ(chunk.delta.finish_reason, "length");
    EXPECT_EQ(chunk.delta.finished.count(), 1u) << "an index beyond the most choices is none of ours";
    EXPECT_TRUE(chunk.delta.finished.test(2));
    ASSERT_TRUE(chunk.delta.usage);
    EXPECT_EQ(chunk.delta.usage->prompt, 7);
    EXPECT_EQ(chunk.delta.usage->completion, 3);
    EXPECT_FALSE(chunk.delta.error);
}

TEST(OpenAiChunk, AnIdThatIsNoTextIsNone) {
    for (const std::string_view id : {"5000", "[\"a\"]", "{\"a\":1}", "null", "true", "\"\""}) {
        const std::string data = "{\"id\":" + std::string(id) + "}";
        EXPECT_EQ(read_openai_chunk(data).delta.id, "") << id;
    }
}

TEST(OpenAiChunk, WhereUsageIsCut) {
    const auto without = [](std::string_view data) {
        const OpenAiChunk chunk = read_openai_chunk(data);
        return std::string(data.substr(0, chunk.usage_cut.begin)) + std::string(data.substr(chunk.usage_cut.end));
    };
    EXPECT_EQ(without(R"({"a":1,"usage":null})"), R"({"a":1})");
    EXPECT_EQ(without(R"({"choices":[] , "usage" : {"x":1}, "b":2})"), R"({"choices":[], "b":2})");
    EXPECT_EQ(read_openai_chunk(R"({"usage":null,"a":1})").usage_cut.begin, 0u) << "first: no comma before it";
}

TEST(OpenAiChunk, UsageAloneIsAnObjectWithoutChoices) {
    const struct {
        std::string_view data;
        bool usage, only;
    } rows[] = {
        {R"({"choices":[],"usage":{"prompt_tokens":7}})", true, true},
        {R"({"usage":{"prompt_tokens":7},"choices":[ ]})", true, true},
        {R"({"choices":null,"usage":{"prompt_tokens":7}})", true, true},
        {R"({"usage":{}})", true, true},
        {R"({"choices":[{"delta":{}}],"usage":{}})", true, false},
        {R"({"choices":[],"usage":null})", true, false},
        {R"({"choices":[],"usage":5})", true, false},
        {R"({"choices":[]})", false, false},
    };
    for (const auto& row : rows) {
        const OpenAiChunk chunk = read_openai_chunk(row.data);
        EXPECT_EQ(chunk.usage, row.usage) << row.data;
        EXPECT_EQ(chunk.usage_only, row.only) << row.data;
    }
}

TEST(OpenAiChunk, UsageInTheChoiceAndInGroqsMemberIsRead) {
    for (
        const std::string_view data :
        {R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":7,"completion_tokens":3}}]})",
         R"({"choices":[{"delta":{}}],"x_groq":{"usage":{"prompt_tokens":7,"completion_tokens":3}}})",
         R"({"choices":[{"index":0,"delta":{"content":"","usage":{"prompt_tokens":7,"completion_tokens":3}}}]})",
         R"({"choices":[{"delta":{}}],"usage":null,"timings":{"prompt_n":7,"predicted_n":3}})"}) {
        const OpenAiChunk chunk = read_openai_chunk(data);
        ASSERT_TRUE(chunk.delta.usage) << data;
        EXPECT_EQ(chunk.delta.usage->prompt, 7) << data;
        EXPECT_EQ(chunk.delta.usage->completion, 3) << data;
    }
}

TEST(OpenAiChunk, UsageOfChoicesIsTheirs) {
    const std::string choice = R"("usage":{"prompt_tokens":7,"completion_tokens":3}})";
    const std::string second = R"({"index":1,"delta":{},)" + choice;
    OpenAiChunk chunk = read_openai_chunk(R"({"choices":[)" + second + "]}");
    EXPECT_EQ(chunk.delta.usage_choice, 1u);
    chunk = read_openai_chunk(R"({"choices":[{"index":0,"message":{},)" + choice + "," + second + "]}");
    EXPECT_EQ(chunk.delta.usage->prompt, 7);
    EXPECT_EQ(chunk.delta.usage->completion, 6);
    for (const std::string& data : {R"({"choices":[)" + second + R"(],"usage":{"completion_tokens":9}})",
                                    R"({"usage":{"completion_tokens":9},"choices":[)" + second + "]}"}) {
        chunk = read_openai_chunk(data);
        EXPECT_FALSE(chunk.delta.usage_choice) << data;
        EXPECT_EQ(chunk.delta.usage->completion, 9) << data;
    }
}

TEST(OpenAiChunk, AnEmptyFinishReasonIsNone) {
    EXPECT_EQ(read_openai_chunk(R"({"choices":[{"delta":{"content":"a"},"finish_reason":""}]})").delta.finish_reasons,
              0);
}

TEST(OpenAiChunk, ErrorsInEveryShapeAreErrors) {
    for (const std::string_view data :
         {R"({"error":{"message":"x"}})", R"({"error":"x"})", R"({"object":"error","message":"x"})",
          R"({"type":"error","error":{"message":"x"}})", R"({"base_resp":{"status_code":1008,"status_msg":"x"}})",
          R"({"errors":[{"message":"x"}]})", R"({"detail":"x"})", R"({"message":"x"})",
          R"({"err\u006fr":{"message":"x"}})", R"({"error_code":336003,"error_msg":"x"})",
          R"({"modelStreamErrorException":{"message":"x"}})", R"({"throttlingException":{"message":"x"}})",
          R"({"id":"","object":"","code":"Arrearage","message":"x"})", R"({"id":"x","status":"failed","message":"x"})",
          R"({"id":"c","detail":"x"})", R"({"id":"c","choices":[],"message":"x"})",
          R"({"object":"chat.completion.chunk","choices":[{"error":{"message":"x"},"delta":{}}]})",
          R"({"choices":[{"delta":{"content":"x"},"finish_reason":"error"}]})"}) {
        EXPECT_TRUE(read_openai_chunk(data).delta.error) << data;
    }
    for (const std::string_view data :
         {R"({"object":"chat.completion.chunk","message":"x"})", R"({"base_resp":{"status_code":0}})",
          R"({"errors":[]})", R"({"x":1})", R"({"error_code":0})", R"({"id":"c","message":""})",
          R"({"choices":[{"delta":{},"error":null,"finish_reason":"stop"}],"message":"x"})",
          R"({"message":"x","usage":{"prompt_tokens":1,"completion_tokens":1}})",
          R"({"choices":[],"prompt_filter_results":[{"prompt_index":0}]})", R"({"type":"ping"})"}) {
        EXPECT_FALSE(read_openai_chunk(data).delta.error) << data;
    }
}

TEST(OpenAiChunk, ErrorsThatAreNone) {
    for (const std::string_view value : {"null", "false", "{}", "\"\""}) {
        const OpenAiChunk chunk = read_openai_chunk("{\"error\":" + std::string(value) + "}");
        EXPECT_TRUE(chunk.error_null && !chunk.delta.error) << value;
    }
}

TEST(OpenAiChunk, TruncatedDataIsReadSafely) {
    const std::string whole =
        R"({"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"function":{"arguments":"{\"a\":1}"}}]},)"
        R"("finish_reason":"stop"}],"usage":{"prompt_tokens":9},"error":{"message":"x"}})";
    for (std::size_t size = 1; size < whole.size(); ++size) {
        std::vector<char> block(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        for (const bool closed : {false, true}) {  // closed: it looks like an object to the first glance
            if (closed) block.push_back('}');
            const OpenAiChunk chunk = read_openai_chunk({block.data(), block.size()});
            EXPECT_LE(chunk.delta.text.bytes, static_cast<std::int64_t>(size)) << size;
            EXPECT_LE(chunk.usage_cut.end, block.size()) << size;
        }
    }
}

TEST(OpenAiChunk, ChoicesOfAPlainAnswerAreReadAlike) {
    const std::string_view body =
        R"({"choices":[
  {"index":0,"message":{"role":"assistant","content":"hello","tool_calls":[{"id":"call_1","type":"function",)"
        R"("function":{"name":"f","arguments":"{}"}}],"refusal":null},"logprobs":{"content":["no","text"]},"finish_reason":"stop"},)"
        R"({"text":"again","usage":{"prompt_tokens":7}}]})";
    const auto begin = static_cast<std::uint32_t>(body.find('['));
    ReportedUsage usage;
    const GeneratedText text = read_choices(body, {begin, static_cast<std::uint32_t>(body.size() - 1)}, usage);
    EXPECT_EQ(text.bytes, 5 + 1 + 2 + 5);
    EXPECT_EQ(text.tool_calls, 1);
    EXPECT_EQ(usage.prompt, 7);
    EXPECT_EQ(read_choices("[]", {0, 2}, usage).bytes, 0);
}

TEST(EventPayload, IsWithoutWhatProvidersWrapAroundIt) {
    EXPECT_EQ(event_payload("{\"a\":1}"), "{\"a\":1}");
    EXPECT_EQ(event_payload("\t {\"a\":1}  "), "{\"a\":1}");
    EXPECT_EQ(event_payload("data: {\"a\":1}"), "{\"a\":1}");
    EXPECT_EQ(event_payload("data:data: [DONE]"), "[DONE]");
    for (const char* const mark : {"[DONE]", "\"[DONE]\"", "[done]", "DONE", "Done"}) {
        EXPECT_EQ(event_payload(mark), "[DONE]") << mark;
    }
    for (const char* const nothing : {"", "  ", "null", "data:"}) EXPECT_EQ(event_payload(nothing), "") << nothing;
    for (const char* const other : {"oops", "done with it", "[[]]", "\"\"", "nullx"}) {
        EXPECT_EQ(event_payload(other), other);
    }
}

}  // namespace
}  // namespace tollgate
