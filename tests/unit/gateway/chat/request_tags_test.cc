// The tags of a request: a set with limits.
#include "gateway/chat/request_tags.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

std::string tags_of(std::string_view list) {
    std::string tags;
    const Error error = add_tags(list, "X-Tollgate-Tags", tags);
    EXPECT_FALSE(error) << (error ? error.detail().message : "");
    return tags;
}

std::string message_of(std::string_view list, std::string tags = {}) {
    const Error error = add_tags(list, "X-Tollgate-Tags", tags);
    if (!error) return {};
    EXPECT_EQ(error.kind(), ErrorKind::invalid_request);
    EXPECT_EQ(error.detail().param, "X-Tollgate-Tags");
    return error.detail().message;
}

std::string numbered(std::size_t count) {
    std::string list;
    for (std::size_t i = 0; i < count; ++i) list.append("tag-").append(std::to_string(i)).append(",");
    return list;
}

TEST(RequestTags, TheSameSetIsTheSameText) {
    EXPECT_EQ(tags_of("team=search,env=prod"), "env=prod,team=search");
    EXPECT_EQ(tags_of("env=prod,team=search"), "env=prod,team=search");
    EXPECT_EQ(tags_of(" b ,a,,c\t,a, b"), "a,b,c");
    EXPECT_EQ(tags_of("b"), "b");
    EXPECT_EQ(tags_of(" , ,"), "");
}

TEST(RequestTags, ATagThatBeginsAnotherIsNotTheOther) {
    EXPECT_EQ(tags_of("team,team=a,tea"), "tea,team,team=a");
    EXPECT_EQ(tags_of("team=a,team"), "team,team=a");
}

TEST(RequestTags, TextOfOtherLanguagesIsKept) { EXPECT_EQ(tags_of("vertrieb=süd"), "vertrieb=süd"); }

TEST(RequestTags, WhatIsWrongIsNamed) {
    EXPECT_NE(message_of(std::string(kMostTagBytes + 1, 'x')).find("longer than 64 bytes"), std::string::npos);
    EXPECT_EQ(message_of(std::string(kMostTagBytes, 'x')), "");
    EXPECT_NE(message_of("a\tb").find("control character"), std::string::npos);
    EXPECT_NE(message_of("a\xff").find("not UTF-8"), std::string::npos);
    EXPECT_NE(message_of(numbered(kMostTags + 1)).find("more than 10 tags"), std::string::npos);
    EXPECT_EQ(message_of(numbered(kMostTags)), "");
    std::string long_ones;
    for (const char c : {'a', 'b', 'c', 'd'}) long_ones += std::string(kMostTagBytes, c) + ",";
    EXPECT_NE(message_of(long_ones).find("longer than 240 bytes together"), std::string::npos);
}

TEST(RequestTags, OneThatIsThereIsNotOneMore) { EXPECT_EQ(message_of("tag-0", tags_of(numbered(kMostTags))), ""); }

TEST(RequestTags, ATagOfItsOwnHasNoCommaAndIsNotEmpty) {
    std::string tags;
    EXPECT_NE(add_tag("a,b", "metadata.tags", tags).detail().message.find("has a comma: a,b"), std::string::npos);
    EXPECT_NE(add_tag(" ", "metadata.tags", tags).detail().message.find("is empty"), std::string::npos);
    EXPECT_EQ(tags, "");
}

}  // namespace
}  // namespace tollgate
