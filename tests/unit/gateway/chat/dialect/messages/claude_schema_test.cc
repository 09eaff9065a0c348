#include "gateway/chat/dialect/messages/claude_schema.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

struct Written {
    std::string text;
    bool changed = false;
    bool operator==(const Written&) const = default;
};

Written output(Json schema) {
    Written written;
    written.text = claude_output_schema(schema, written.changed);
    EXPECT_TRUE(is_json(written.text, 64)) << written.text;
    return written;
}

std::string tool(Json schema, Json strict, bool& changed) {
    TranslationNotes notes;
    std::string made;
    const std::string text(claude_tool_schema({.name = "f", .schema = schema, .strict = strict}, made, notes));
    changed = !notes.changed.empty();
    return text;
}

TEST(ClaudeOutputSchema, WhatItTakesPassesAsItIsSpelt) {
    for (const std::string schema :
         {R"({ "type":"object","properties":{"a":{"type":"string","format":"date"}},"additionalProperties":false })",
          R"({"$schema":"s","type":"array","minItems":1,"items":{"enum":[1,"a",null]}})",
          R"({"anyOf":[{"$ref":"#/$defs/a"},{"const":1}],"$defs":{"a":{"type":"null","description":"d"}}})"}) {
        EXPECT_EQ(output(schema), Written(schema, false));
    }
}

TEST(ClaudeOutputSchema, EveryObjectIsClosed) {
    EXPECT_EQ(output(R"({"type":"object","properties":{"a":{"type":["object","null"],"additionalProperties":true}}})"),
              Written(R"({"type":"object","properties":{"a":{"type":["object","null"],"additionalProperties":false}},)"
                      R"("additionalProperties":false})",
                      true));
    EXPECT_EQ(output(R"({"items":{"properties":{}},"$defs":{"x":{"type":"object"}}})"),
              Written(R"({"items":{"properties":{},"additionalProperties":false},)"
                      R"("$defs":{"x":{"type":"object","additionalProperties":false}}})",
                      true));
}

TEST(ClaudeOutputSchema, WhatItDoesNotTakeIsTold) {
    EXPECT_EQ(output(R"({"type":"integer","description":"d","minimum":1,"multipleOf":0.5})"),
              Written(R"({"type":"integer","description":"d\n\n{minimum: 1, multipleOf: 0.5}"})", true));
    EXPECT_EQ(output(R"({"type":"string","pattern":"^\"\\d$","format":"regex"})"),
              Written(R"({"type":"string","description":"{pattern: \"^\\\"\\\\d$\", format: \"regex\"}"})", true));
    EXPECT_EQ(output(R"({"type":"array","minItems":2,"items":{"type":"string","maxLength":3}})"),
              Written(R"({"type":"array","items":{"type":"string","description":"{maxLength: 3}"},)"
                      R"("description":"{minItems: 2}"})",
                      true));
    EXPECT_EQ(output(R"({"oneOf":[{"type":"string"},true]})"), Written(R"({"anyOf":[{"type":"string"},true]})", true));
    EXPECT_EQ(output(R"({"type":"object","additionalProperties":{"type":"string"}})"),
              Written(R"({"type":"object","additionalProperties":false,)"
                      R"("description":"{additionalProperties: {\"type\":\"string\"}}"})",
                      true));
    EXPECT_EQ(output(R"({"type":"string","examples":[")" + std::string(500, 'x') + "\"]}"),
              Written(R"({"type":"string"})", true))
        << "too long to be told";
}

TEST(ClaudeToolSchema, IsAnObjectWithoutAlternativesAtTheTop) {
    bool changed = true;
    EXPECT_EQ(tool("", "", changed), R"({"type":"object","properties":{}})");
    EXPECT_EQ(tool("{}", "", changed), R"({"type":"object","properties":{}})");
    EXPECT_EQ(tool(R"({"type":"object","minProperties":1})", "", changed), R"({"type":"object","minProperties":1})");
    EXPECT_FALSE(changed);
    EXPECT_EQ(tool(R"({"anyOf":[{"properties":{"a":{}}}]})", "", changed),
              R"({"type":"object","properties":{"a":{}},"description":"{anyOf: [{\"properties\":{\"a\":{}}}]}"})");
    EXPECT_TRUE(changed);
}

TEST(ClaudeToolSchema, OfAStrictOneIsThatOfAnAnswer) {
    bool changed = true;
    constexpr Json kClosed = R"({"type":"object","properties":{},"additionalProperties":false})";
    EXPECT_EQ(tool(kClosed, "true", changed), kClosed);
    EXPECT_FALSE(changed);
    EXPECT_EQ(tool(R"({"properties":{"a":{"maxLength":3}}})", "true", changed),
              R"({"type":"object","properties":{"a":{"description":"{maxLength: 3}"}},"additionalProperties":false})");
    EXPECT_TRUE(changed);
}

}  // namespace
}  // namespace tollgate
