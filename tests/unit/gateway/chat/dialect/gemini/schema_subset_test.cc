#include "gateway/chat/dialect/gemini/schema_subset.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace tollgate {
namespace {

namespace json = boost::json;

json::value subset(const std::string& schema) { return json::parse(gemini_openapi_schema(schema)); }

TEST(GeminiSchema, D19ReferencesHaveNothingBesideThem) {
    EXPECT_EQ(
        json::parse(gemini_json_schema(
            R"({"$defs":{"P":{"type":"string"}},"properties":{"a":{"$ref":"#/$defs/P","type":"object","title":"P",)"
            R"("description":"d","default":1},"l":{"items":[{"$ref":"#/$defs/P","x":1}]}}})")),
        json::parse(R"({"$defs":{"P":{"type":"string"}},"properties":{"a":{"$ref":"#/$defs/P","description":"d",
                  "default":1},"l":{"items":[{"$ref":"#/$defs/P"}]}}})"));
    const std::string bytes = R"({"type":"object", "x":1.0})";
    EXPECT_EQ(gemini_json_schema(bytes), bytes);
}

TEST(GeminiSchema, D19ReferencesAreResolvedInTheSubset) {
    EXPECT_EQ(subset(R"({"$defs":{"P":{"type":"string","description":"of P"}},"type":"object","properties":{
                  "a":{"$ref":"#/$defs/P","type":"object","title":"P"},"b":{"$ref":"#/$defs/P","description":"b"},
                  "c":{"$ref":"#/nowhere"},"d":{"$ref":"https://elsewhere"}}})")
                  .at("properties"),
              json::parse(R"({"a":{"type":"STRING","description":"of P"},"b":{"type":"STRING","description":"b"},
                  "c":{"type":"OBJECT"},"d":{"type":"OBJECT"}})"));
}

TEST(GeminiSchema, D19RecursionEnds) {
    const json::value tree = subset(R"({"$ref":"#/$defs/N","$defs":{"N":{"type":"object","properties":{
        "next":{"$ref":"#/$defs/N"}}}}})");
    EXPECT_EQ(tree, json::parse(R"({"type":"OBJECT","properties":{"next":{"type":"OBJECT","properties":{
        "next":{"type":"OBJECT"}}}}})"));
    EXPECT_EQ(subset(R"({"type":"object","properties":{"me":{"$ref":"#"}}})").at_pointer("/properties/me/type"),
              "OBJECT");
    std::string doubling = R"({"$ref":"#/$defs/a0","$defs":{)";
    for (int i = 0; i < 40; ++i) {
        const std::string next = R"({"$ref":"#/$defs/a)" + std::to_string(i + 1) + "\"}";
        doubling += (i > 0 ? "," : "") + std::string("\"a") + std::to_string(i) +
                    R"(":{"type":"object","properties":{"x":)" + next + ",\"y\":" + next + "}}";
    }
    EXPECT_LT(gemini_openapi_schema(doubling + R"(,"a40":{"type":"string"}}})").size(), 300'000U);
}

TEST(GeminiSchema, D18WhatTheSubsetLacksIsSaidOtherwise) {
    EXPECT_EQ(
        subset(R"({"$schema":"s","type":"object","additionalProperties":false,"required":["a","gone"],"properties":{
        "a":{"const":"x"},
        "b":{"type":"integer","exclusiveMinimum":0,"description":"B"},
        "c":{"type":"array","uniqueItems":true,"items":{"anyOf":[{"const":"y","additionalProperties":false},{"type":"null"}]}},
        "d":{"type":["string","null"],"format":"uri"},
        "e":{"type":["string","integer"]},
        "f":{"enum":["p","q",null]},
        "g":{"type":"integer","enum":[1,2]},
        "h":{"type":"array"},
        "i":{"type":"object","propertyNames":{"pattern":"^x"},"additionalProperties":{"type":"string"}},
        "j":{"type":"string","format":"date-time","minLength":1,"pattern":"^a"}}})"),
        json::parse(R"json({"type":"OBJECT","required":["a"],"properties":{
        "a":{"type":"STRING","enum":["x"]},
        "b":{"type":"INTEGER","description":"B (exclusiveMinimum: 0)"},
        "c":{"type":"ARRAY","items":{"nullable":true,"type":"STRING","enum":["y"]},"description":"(uniqueItems: true)"},
        "d":{"type":"STRING","nullable":true,"description":"(format: \"uri\")"},
        "e":{"anyOf":[{"type":"STRING"},{"type":"INTEGER"}]},
        "f":{"type":"STRING","nullable":true,"enum":["p","q"]},
        "g":{"type":"INTEGER","description":"(enum: [1,2])"},
        "h":{"type":"ARRAY","items":{"type":"STRING"}},
        "i":{"type":"OBJECT","description":"(propertyNames: {\"pattern\":\"^x\"}) (additionalProperties: {\"type\":\"string\"})"},
        "j":{"type":"STRING","format":"date-time","minLength":1,"pattern":"^a"}}})json"));
}

TEST(GeminiSchema, WhatHoldsTogetherIsOneSchema) {
    EXPECT_EQ(subset(R"({"allOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},
        {"properties":{"b":{"type":"number"}},"required":["b"]}],"properties":{"c":{"type":"boolean"}},"required":["c"]})"),
              json::parse(R"({"type":"OBJECT","properties":{"a":{"type":"STRING"},"b":{"type":"NUMBER"},
        "c":{"type":"BOOLEAN"}},"required":["a","b","c"]})"));
}

TEST(GeminiSchema, WhatIsNoSchemaIsAnObject) {
    EXPECT_EQ(gemini_openapi_schema("{"), R"({"type":"OBJECT"})");
    EXPECT_EQ(gemini_openapi_schema("true"), "{}");
}

TEST(GeminiSchema, TheSubsetAsJsonSchema) {
    EXPECT_EQ(json::parse(json_schema_of_gemini(R"({"type":"OBJECT","property_ordering":["a"],"properties":{
        "type":{"type":"STRING","nullable":true,"enum":["x"],"format":"enum"},
        "min_items":{"type":"ARRAY","min_items":"2","items":{"type":"INTEGER","format":"int64"},"example":[1,2]},
        "u":{"anyOf":[{"type":"NUMBER"},{"type":"TYPE_UNSPECIFIED"}],"nullable":true}}})")),
              json::parse(R"({"type":"object","properties":{
        "type":{"type":["string","null"],"enum":["x",null]},
        "min_items":{"type":"array","minItems":2,"items":{"type":"integer","format":"int64"},"examples":[[1,2]]},
        "u":{"anyOf":[{"type":"number"},{},{"type":"null"}]}}})"));
}

}  // namespace
}  // namespace tollgate
