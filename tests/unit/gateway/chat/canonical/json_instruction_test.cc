#include "gateway/chat/canonical/json_instruction.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

ChatRequest asking(std::string_view text, std::string_view dialect, OutputFormat output) {
    ChatRequest request;
    request.dialect = dialect == "gemini" ? "" : dialect;
    if (dialect == "gemini") request.turns_field = "contents";
    request.output = output;
    request.parts = {{.kind = Part::Kind::text, .text = "be kind"}, {.kind = Part::Kind::text, .text = text}};
    request.turns = {{.role = Turn::Role::system, .begin = 0, .end = 1}, {.begin = 1, .end = 2, .message = 1}};
    return request;
}

constexpr OutputFormat kAny{.kind = OutputFormat::Kind::json_object};
constexpr OutputFormat kSchema{.kind = OutputFormat::Kind::json_schema, .schema = R"({"a":"b"})"};

TEST(JsonInstruction, StandsBehindTheInstructionsThatTheChatBeginsWith) {
    const auto told = with_json_instruction(asking("hi", "gemini", kAny));
    ASSERT_TRUE(told);
    ASSERT_EQ(told->turns.size(), 3U);
    EXPECT_EQ(told->turns[1].role, Turn::Role::system);
    EXPECT_EQ(told->parts[told->turns[1].begin].text, "Answer with a JSON object.");
    EXPECT_EQ(told->parts[told->turns[2].begin].text, "hi");
}

TEST(JsonInstruction, TellsTheSchema) {
    const auto told = with_json_instruction(asking("Give me JSON", "", kSchema));
    ASSERT_TRUE(told);
    EXPECT_EQ(told->parts.back().text, R"(Answer with a JSON object that this JSON Schema describes: {\"a\":\"b\"})");
}

TEST(JsonInstruction, IsNotRepeated) {
    EXPECT_FALSE(with_json_instruction(asking("as Json, please", "gemini", kAny)));
    EXPECT_FALSE(with_json_instruction(asking("hi", "", kAny))) << "who speaks OpenAI's API is told by OpenAI";
    EXPECT_FALSE(with_json_instruction(asking("hi", "responses", kAny)));
}

}  // namespace
}  // namespace tollgate
