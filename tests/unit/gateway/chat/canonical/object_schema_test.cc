#include "gateway/chat/canonical/object_schema.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

std::string object(Json schema, bool with_properties) {
    std::string made;
    return std::string(object_schema(schema, with_properties, made));
}

TEST(ObjectSchema, WhatSaysSoPassesAsItIsSpelt) {
    constexpr Json kSchema = R"({ "properties" : {"a":{"minimum":1.0}}, "type":"object" })";
    std::string made;
    EXPECT_EQ(object_schema(kSchema, true, made).data(), kSchema.data());
    EXPECT_EQ(object(R"({"type":"object"})", false), R"({"type":"object"})");
}

TEST(ObjectSchema, WhatIsMissingIsAdded) {
    EXPECT_EQ(object("{}", false), R"({"type":"object","properties":{}})");
    EXPECT_EQ(object(R"({"type":"object"})", true), R"({"type":"object","properties":{}})");
    EXPECT_EQ(object(R"({"properties":{"a":{}},"x":1})", false), R"({"type":"object","properties":{"a":{}},"x":1})");
    EXPECT_EQ(object(R"({"type":["object","null"],"properties":null,"a\"b":1})", true),
              R"({"type":"object","properties":{},"a\"b":1})");
}

TEST(ObjectSchema, AlternativesAtTheTopAreMerged) {
    EXPECT_FALSE(has_union_at_top(R"({"type":"object","properties":{"anyOf":{"type":"string"}}})"));
    EXPECT_TRUE(has_union_at_top(R"({"allOf":[]})"));
    EXPECT_EQ(
        without_union_at_top(
            R"({"description":"d","properties":{"a":{"x":1}},"required":["a"],"$defs":{},"oneOf":[{"required":["b"],"properties":{"b":{},"a":{}}},{}]})"),
        R"({"type":"object","properties":{"a":{"x":1},"b":{}},"required":["a"],"$defs":{},"description":"d\n\n{oneOf: [{\"required\":[\"b\"],\"properties\":{\"b\":{},\"a\":{}}},{}]}"})");
    EXPECT_EQ(
        without_union_at_top(
            R"({"allOf":[{"properties":{"a":{}},"required":["a"]},{"anyOf":[{"properties":{"b":{}},"required":["b"]}]}],)"
            R"("type":"object"})")
            .substr(0, 68),
        R"({"type":"object","properties":{"a":{},"b":{}},"required":["a"],"desc)");
    const std::string long_one =
        R"({"anyOf":[{"properties":{"a":{"description":")" + std::string(2000, 'x') + "\"}}}]}";
    EXPECT_EQ(without_union_at_top(long_one).find("anyOf"), std::string::npos);
}

TEST(ObjectSchema, AStrictOneIsClosedAndRequiresAll) {
    EXPECT_TRUE(is_strict_schema(
        R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false})"));
    for (const Json open : {R"({"type":"object"})", R"({"type":"object","properties":{"a":{}},"required":["a"]})",
                            R"({"type":"object","properties":{"a":{}},"additionalProperties":false})",
                            R"({"type":"array","items":{"type":"object"}})", R"({"anyOf":[{"type":"object"}]})",
                            R"({"$ref":"#/$defs/a","$defs":{"a":{"type":"object"}}})"}) {
        EXPECT_FALSE(is_strict_schema(open)) << open;
    }
}

}  // namespace
}  // namespace tollgate
