#include "gateway/config/public_url.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

TEST(PublicUrl, HasWhatABrowserSeesOfIt) {
    const auto plain = parse_public_url("HTTPS://Gate.Example");
    ASSERT_TRUE(plain) << plain.error().message();
    EXPECT_EQ(*plain, (PublicUrl{.scheme = "https", .host = "gate.example", .port = 443, .base_path = ""}));
    const auto deep = parse_public_url("http://127.0.0.1:8080/deep/gate-1");
    ASSERT_TRUE(deep) << deep.error().message();
    EXPECT_EQ(*deep, (PublicUrl{.scheme = "http", .host = "127.0.0.1", .port = 8080, .base_path = "/deep/gate-1"}));
    const auto named = parse_public_url("http://127.0.0.1.gate.example/deep");  // no address, though it begins so
    ASSERT_TRUE(named) << named.error().message();
    EXPECT_EQ(*named,
              (PublicUrl{.scheme = "http", .host = "127.0.0.1.gate.example", .port = 80, .base_path = "/deep"}));
}

TEST(PublicUrl, ItsOriginLeavesOutTheSchemesOwnPort) {
    const auto origin = [](const char* text) { return parse_public_url(text).value().origin(); };
    EXPECT_EQ(origin("https://gate.example:443/x"), "https://gate.example");
    EXPECT_EQ(origin("http://gate.example:80"), "http://gate.example");
    EXPECT_EQ(origin("https://gate.example:80"), "https://gate.example:80");
    EXPECT_EQ(origin("http://[2001:DB8::1]:8080"), "http://[2001:db8::1]:8080");
}

TEST(PublicUrl, WhatNoBrowserCouldUseIsRefused) {
    for (const char* const text :
         {"", "gate.example", "//gate.example", "ftp://gate.example", "https://", "https:///x", "https://gate.example/",
          "https://gate.example/x/", "https://gate.example//x", "https://gate.example/../x", "https://gate.example/x?y",
          "https://gate.example#x", "https://ann@gate.example", "https://gate.example:0", "https://gate.example:99999",
          "https://gate.example.", "https://gate.example/%2e", "https://gate example", "https://gate.example/\\x"}) {
        EXPECT_FALSE(parse_public_url(text)) << text;
    }
}

}  // namespace
}  // namespace tollgate
