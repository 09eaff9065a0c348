#include "gateway/chat/canonical/canonical_json.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tollgate {
namespace {

std::string canonical(std::string_view json, std::span<const std::string_view> left_out = {}) {
    std::string out;
    append_canonical(json, left_out, out);
    return out;
}

TEST(CanonicalJson, OrderAndSpacesMakeNoDifferenceAtAnyDepth) {
    EXPECT_EQ(canonical("{ \"b\" : [ 1 , {\"d\": null,\"c\" :true} ] ,\n\"a\":\"x y\" }"),
              R"({"a":"x y","b":[1,{"c":true,"d":null}]})");
    EXPECT_EQ(canonical(R"({"\u0062":1,"a":2})"), R"({"a":2,"\u0062":1})");
    EXPECT_EQ(canonical("[ ]"), "[]");
    EXPECT_EQ(canonical("{ }"), "{}");
    EXPECT_EQ(canonical(R"([[],{},[ "]" , "}" ]])"), R"([[],{},["]","}"]])");
}

TEST(CanonicalJson, WhatReadersMayTakeForDifferentStaysDifferent) {
    EXPECT_NE(canonical(R"({"a":1})"), canonical(R"({"a":1.0})"));
    EXPECT_NE(canonical(R"({"a":"1"})"), canonical(R"({"a":1})"));
    EXPECT_NE(canonical(R"({"a":[1,2]})"), canonical(R"({"a":[2,1]})"));
    EXPECT_NE(canonical(R"({"a":1,"a":2})"), canonical(R"({"a":2,"a":1})"));
}

TEST(CanonicalJson, D76_AbsentIsNotNullNorZero) {
    const std::array texts = {canonical(R"({})"), canonical(R"({"temperature":null})"),
                              canonical(R"({"temperature":0})"), canonical(R"({"temperature":0.0})")};
    for (std::size_t i = 0; i < texts.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) EXPECT_NE(texts[i], texts[j]);
    }
}

TEST(CanonicalJson, OnlyMembersOfTheWholeAreLeftOut) {
    constexpr std::array<std::string_view, 2> kLeftOut = {"user", "stream"};
    EXPECT_EQ(canonical(R"({"user":"a","messages":[{"user":"b"}],"\u0073tream":true})", kLeftOut),
              R"({"messages":[{"user":"b"}]})");
    EXPECT_EQ(canonical(R"({"user":"a"})", kLeftOut), "{}");
}

}  // namespace
}  // namespace tollgate
