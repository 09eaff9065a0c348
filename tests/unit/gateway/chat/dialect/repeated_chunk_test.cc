#include "gateway/chat/dialect/repeated_chunk.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tollgate {
namespace {

OpenAiChunk learned(RepeatedChunk& repeated, std::string_view data) {
    const OpenAiChunk chunk = read_openai_chunk(data);
    repeated.learn(data, chunk);
    return chunk;
}

// What is read by repetition must be what is read without.
void expect_repeats(std::string_view first, std::string_view second) {
    RepeatedChunk repeated;
    learned(repeated, first);
    OpenAiChunk chunk;
    ASSERT_TRUE(repeated.read(second, chunk)) << second;
    const OpenAiChunk whole = read_openai_chunk(second);
    EXPECT_EQ(chunk.kind, whole.kind);
    EXPECT_EQ(chunk.delta.text.bytes, whole.delta.text.bytes) << second;
    EXPECT_EQ(chunk.delta.text.reasoning_bytes, whole.delta.text.reasoning_bytes);
    EXPECT_EQ(chunk.delta.finish_reasons, 0);
    EXPECT_EQ(chunk.delta.choices, whole.delta.choices);
    EXPECT_EQ(chunk.usage, whole.usage);
    EXPECT_EQ(chunk.usage_cut.of(second), whole.usage_cut.of(second));
    EXPECT_EQ(chunk.usage_only, whole.usage_only);
}

void expect_not_repeated(std::string_view first, std::string_view second) {
    RepeatedChunk repeated;
    learned(repeated, first);
    OpenAiChunk chunk;
    EXPECT_FALSE(repeated.read(second, chunk)) << first << "\n" << second;
}

TEST(RepeatedChunk, OtherStringsOfTheSameEvent) {
    constexpr std::string_view kFirst = R"({"id":"c1","choices":[{"index":0,"delta":{"content":"a"}}]})";
    expect_repeats(kFirst, kFirst);
    expect_repeats(kFirst, R"({"id":"c1","choices":[{"index":0,"delta":{"content":""}}]})");
    expect_repeats(kFirst,
                   R"({"id":"c1","choices":[{"index":0,"delta":{"content":"longer, with \"quotes\" and \\"}}]})");
    expect_repeats(kFirst, R"({"id":"c1","choices":[{"index":0,"delta":{"content":"\u00e9\ud83d\ude00 é"}}]})");
    expect_repeats(R"({"choices":[{"index":0,"text":"a"}]})", R"({"choices":[{"index":0,"text":"bcd"}]})");
    expect_repeats(R"({"choices":[{"delta":{"reasoning_content":"a"}}]})",
                   R"({"choices":[{"delta":{"reasoning_content":"abc"}}]})");
    expect_repeats(R"({"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}}]})",
                   R"({"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"a\":1"}}]}}]})");
}

TEST(RepeatedChunk, UsageThatSaysNothingIsCutWhereItStands) {
    expect_repeats(R"({"choices":[{"delta":{"content":"a"}}],"usage":null})",
                   R"({"choices":[{"delta":{"content":"abcdef"}}],"usage":null})");
    expect_repeats(R"({"id":"x","usage":null,"choices":[{"delta":{"content":"a"}}]})",
                   R"({"id":"x","usage":null,"choices":[{"delta":{"content":"abcdef"}}]})");
    expect_repeats(R"({"choices":[{"delta":{"content":"a"}}],"usage":null,"obfuscation":"1"})",
                   R"({"choices":[{"delta":{"content":""}}],"usage":null,"obfuscation":"12345"})");
}

TEST(RepeatedChunk, AnythingElseIsReadWhole) {
    constexpr std::string_view kFirst = R"({"id":"c1","choices":[{"index":0,"delta":{"content":"a"}}]})";
    for (const std::string_view other : {
             R"({"id":"c2","choices":[{"index":0,"delta":{"content":"a"}}]})",
             R"({"id":"c1","choices":[{"index":1,"delta":{"content":"a"}}]})",
             R"({"id":"c1","choices":[{"index":0,"delta":{"content":"a"}}],"error":{"message":"x"}})",
             R"({"id":"c1","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]})",
             R"({"id":"c1","choices":[{"index":0,"delta":{"content":"a","refusal":"b"}}]})",
             R"({"id":"c1","choices":[{"index":0,"delta":{"content":null}}]})",
             R"({"id":"c1","choices":[{"index":0,"delta":{"content":"a)",
             R"({"id":"c1","choices":[{"index":0,"delta":{"content":"a\"}}]})",
             R"({"id":"c1","choices":[{"index":0,"delta":{"content":"a"}}]}})",
             R"({"id":"c1","choices":[{"index":0,"delta":{"content":"a"}}])",
             "{",
             "",
         }) {
        expect_not_repeated(kFirst, other);
    }
}

TEST(RepeatedChunk, OnlyEventsThatSayNothingButTextAreKept) {
    for (const std::string_view event : {
             R"({"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]})",
             R"({"choices":[{"delta":{"content":"a"}}],"usage":{"completion_tokens":1}})",
             R"({"usage":null,"choices":[{"delta":{"content":"a"}}]})",
             R"({"choices":[{"delta":{"content":"a"}}],"error":null})",
             R"({"choices":[{"delta":{"content":"a"}}],"error":{"message":"x"}})",
             R"({"choices":[{"delta":{"tool_calls":[{"function":{"name":"f"}}]}}]})",
             R"({"choices":[{"delta":{"reasoning":"a","reasoning_content":"a"}}]})",
             R"({"choices":[{"delta":{"content":"","tool_calls":[{"function":{"arguments":{"a":1}}}]}}]})",
             R"({"choices":[{"delta":{"c\u006fntent":"a"}}],"\u0075sage":null})",
             R"({"choices":[{"delta":{"role":"assistant"}}]})",
             R"({"choices":[{"text":"a"},{"text":"a"},{"text":"a"},{"text":"a"},{"text":"a"}]})",
         }) {
        expect_not_repeated(event, event);
    }
    const std::string large =
        R"({"choices":[{"delta":{"content":")" + std::string(RepeatedChunk::kMostBytes, 'a') + R"("}}]})";
    expect_not_repeated(large, large);
}

}  // namespace
}  // namespace tollgate
