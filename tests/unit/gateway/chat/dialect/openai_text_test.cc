// What of a message or delta is generated text.
#include "gateway/chat/dialect/openai_text.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

GeneratedText text_of(std::string_view message) {
    OpenAiText text(message);
    EXPECT_EQ(text.message(0), message.size()) << message;
    EXPECT_FALSE(text.malformed()) << message;
    return text.found();
}

TEST(OpenAiText, IsContentReasoningRefusalAndCalls) {
    const struct {
        std::string_view message;
        std::int64_t bytes, reasoning, calls;
    } rows[] = {
        {R"({"content":"hello"})", 5, 0, 0},
        {R"({"role":"assistant","content":null})", 0, 0, 0},
        {R"({"content":[{"type":"text","text":"ab"},{"type":"text","text":"cd"}]})", 4, 0, 0},
        {R"({"content":[{"type":"thinking","thinking":[{"type":"text","text":"abc"}]},{"type":"text","text":"d"}]})", 4,
         3, 0},
        {R"({"reasoning_content":"abc","content":"de"})", 5, 3, 0},
        {R"({"refusal":"no"})", 2, 0, 0},
        {R"({"tool_calls":[{"index":0,"id":"call-1","type":"function","function":{"name":"get","arguments":"{}"}}]})",
         5, 0, 1},
        {R"({"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]})", 2, 0, 0},
        {R"({"tool_calls":[{"type":"custom","custom":{"name":"run","input":"ls"}}]})", 5, 0, 1},
        {R"({"function_call":{"name":"get","arguments":"{}"}})", 5, 0, 1},
        {R"({"tool_calls":[{"function":{"name":"get","arguments":{"a":[1,"}"]}}}]})", 16, 0, 1},
        {R"({"tool_calls":[{"custom":{"name":"run","input":["ls"]}}]})", 9, 0, 1},
        {R"({"tool_calls":[{"function":{"name":"get","arguments":null}}]})", 3, 0, 1},
        {R"({"reasoning":{"content":"abc","encrypted":"xyz"},"content":"de"})", 5, 3, 0},
        {R"({"tool_calls":[]})", 0, 0, 0},
        {R"({"tool_calls":[{"id":"a","name":"get","arguments":"{}"}]})", 5, 0, 1},
        {R"({"tool_calls":{"id":"a","function":{"name":"get","arguments":"{}"}}})", 5, 0, 1},
        {R"({"content":{"type":"text","text":"ab"}})", 2, 0, 0},
        {R"({"content":{"role":"model","parts":[{"text":"ab"},{"text":"c"}]}})", 3, 0, 0},
        {R"({"thinking_blocks":[{"type":"thinking","thinking":"abc","signature":"xyz"}]})", 3, 3, 0},
        {R"({"thoughts":"abc","reasoning_summary":"abc"})", 3, 3, 0},
        {R"({"audio":{"id":"a","data":"AAAA","transcript":"abc"}})", 3, 0, 0},
        {R"("abc")", 3, 0, 0},
        {"{}", 0, 0, 0},
    };
    for (const auto& row : rows) {
        const GeneratedText text = text_of(row.message);
        EXPECT_EQ(text.bytes, row.bytes) << row.message;
        EXPECT_EQ(text.reasoning_bytes, row.reasoning) << row.message;
        EXPECT_EQ(text.tool_calls, row.calls) << row.message;
    }
}

TEST(OpenAiText, ReasoningThatStandsTwiceCountsOnce) {
    const std::string thought(90, 't');
    const std::string message = R"({"content":"","reasoning":")" + thought + R"(","reasoning_content":")" + thought +
                                R"(","reasoning_details":[{"type":"reasoning.text","text":")" + thought +
                                R"(","format":"anthropic-claude-v1","signature":"c2lnbmF0dXJl","index":0}]})";
    EXPECT_EQ(text_of(message).bytes, 90);
    EXPECT_EQ(text_of(R"({"reasoning_details":[{"type":"reasoning.summary","summary":"abc"}]})").bytes, 3);
}

TEST(OpenAiText, SealedReasoningMediaAndAnnotationsAreNone) {
    const std::string data(60'000, 'A');
    for (const std::string& message :
         {R"({"reasoning_details":[{"type":"reasoning.encrypted","data":")" + data + R"(","format":"x"}]})",
          R"({"audio":{"id":"a","data":")" + data + R"(","transcript":""}})",
          R"({"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,)" + data + R"("}}]})",
          R"({"annotations":[{"type":"url_citation","url_citation":{"content":")" + data + R"("}}]})",
          R"({"executed_tools":[{"type":"search","output":")" + data + R"("}]})",
          R"({"encrypted_content":")" + data + R"("})",
          R"({"content":[{"type":"image_url","image_url":{"url":")" + data + R"("}}]})"}) {
        EXPECT_EQ(text_of(message).bytes, 0) << message.substr(0, 40);
    }
}

TEST(OpenAiText, AnyJsonWhiteSpaceSeparates) {
    EXPECT_EQ(text_of("{\n\t\"content\" :\r\n[\n {\n\"type\": \"text\",\n\"text\":\n\"abc\"\n}\n]\n}").bytes, 3);
}

TEST(OpenAiText, AnEscapeCountsAsTheCharacterThatItSpells) {
    EXPECT_EQ(spelt_bytes(R"("\n\"\\")"), 3);
    EXPECT_EQ(spelt_bytes("\"\\u0041\\u00fc\\u4f60\\ud83d\\ude00\""), 1 + 2 + 3 + 4);
    EXPECT_EQ(spelt_bytes("\"\\u4f\""), 1) << "cut off: no more than it is long";
    EXPECT_EQ(spelt_bytes("null"), 0);
    EXPECT_EQ(spelt_bytes("\"\""), 0);
}

TEST(OpenAiText, ValuesThatAreNoneAreMalformed) {
    for (const std::string_view message :
         {R"({"content":oops})", R"({"role":tru})", R"({"tool_calls":[{"index":01}]})"}) {
        OpenAiText text(message);
        text.message(0);
        EXPECT_TRUE(text.malformed()) << message;
    }
}

}  // namespace
}  // namespace tollgate
