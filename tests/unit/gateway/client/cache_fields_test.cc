#include "gateway/client/cache_fields.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

CacheFields fields_of(const std::string& lines) {
    const std::string text = "POST / HTTP/1.1\r\nhost: a\r\n" + lines + "\r\n";
    wire::RequestHead head;
    EXPECT_EQ(wire::parse_request_head(text, 100, head).status, 0);
    return cache_fields(head);
}

TEST(CacheFields, OnlyTrueAsksForTheCache) {
    EXPECT_FALSE(fields_of("").wanted);
    EXPECT_TRUE(fields_of("X-OpenRouter-Cache: true\r\n").wanted);
    EXPECT_TRUE(fields_of("x-openrouter-cache: TRUE\r\n").wanted);
    for (const char* value : {"false", "1", "", "truee"}) {
        EXPECT_FALSE(fields_of("X-OpenRouter-Cache: " + std::string(value) + "\r\n").wanted) << value;
    }
    EXPECT_FALSE(fields_of("X-OpenRouter-Cache-TTL: 5\r\nX-OpenRouter-Cache-Clear: true\r\n").wanted);
}

TEST(CacheFields, ATtlIsKeptWithinItsBounds) {
    const auto ttl = [](const std::string& value) {
        return fields_of("X-OpenRouter-Cache: true\r\nX-OpenRouter-Cache-TTL: " + value + "\r\n").ttl_s;
    };
    EXPECT_EQ(fields_of("X-OpenRouter-Cache: true\r\n").ttl_s, 300);
    EXPECT_EQ(ttl("600"), 600);
    EXPECT_EQ(ttl("0"), 1);
    EXPECT_EQ(ttl("-5"), 1);
    EXPECT_EQ(ttl("86401"), 86400);
    EXPECT_EQ(ttl("99999999999999999999"), 86400);
    for (const char* none : {"", "soon", "5s", "1.5"}) EXPECT_EQ(ttl(none), 300) << none;
}

TEST(CacheFields, ClearIsTrueOrNot) {
    EXPECT_TRUE(fields_of("X-OpenRouter-Cache: true\r\nX-OpenRouter-Cache-Clear: true\r\n").clear);
    EXPECT_FALSE(fields_of("X-OpenRouter-Cache: true\r\nX-OpenRouter-Cache-Clear: no\r\n").clear);
}

}  // namespace
}  // namespace tollgate
