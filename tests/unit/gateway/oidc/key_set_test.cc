#include "gateway/oidc/key_set.h"

#include <gtest/gtest.h>

#include "tests/support/token_maker.h"

namespace tollgate::oidc {
namespace {

std::size_t keys_in(const std::string& keys) {
    const auto set = KeySet::parse(R"({"keys":[)" + keys + "]}");
    EXPECT_TRUE(set) << set.error().message();
    return set ? set->keys().size() : 99;
}

TEST(KeySet, KeysOfEachKindAreKept) {
    EXPECT_EQ(keys_in(""), 0U);
    EXPECT_EQ(keys_in(TestKey::make(SigningKeyType::rsa).jwk("a")), 1U);
    EXPECT_EQ(keys_in(TestKey::make(SigningKeyType::p256).jwk("a", R"("use":"sig","key_ops":["verify"],)")), 1U);
    EXPECT_EQ(keys_in(TestKey::make(SigningKeyType::ed25519).jwk("")), 1U);
}

TEST(KeySet, KeysOfNoUseAreLeftOut) {
    const TestKey curve = TestKey::make(SigningKeyType::p256);
    EXPECT_EQ(keys_in(curve.jwk("a", R"("use":"enc",)")), 0U);
    EXPECT_EQ(keys_in(curve.jwk("a", R"("key_ops":["sign"],)")), 0U);
    EXPECT_EQ(keys_in(curve.jwk(std::string(300, 'k'))), 0U);
    EXPECT_EQ(keys_in(TestKey::make(SigningKeyType::rsa, 1024).jwk("a")), 0U);
    const std::string zeros(32, '\0'), ones(256, '\xff');
    const std::string rows[] = {
        R"({"kty":"oct","k":"c2VjcmV0"})",
        R"({"kty":"EC","crv":"P-521","x":"AA","y":"AA"})",
        R"({"kty":"EC","crv":"P-256","x":")" + base64_url(zeros) + R"(","y":")" + base64_url(zeros) +
            "\"}",  // no point
        R"({"kty":"OKP","crv":"X25519","x":")" + base64_url(zeros) + "\"}",
        R"({"kty":"OKP","crv":"Ed25519","x":"AA"})",
        R"({"kty":"RSA","n":")" + base64_url(ones) + R"(","e":"AQ"})",                         // an exponent of 1
        R"({"kty":"RSA","n":")" + base64_url(ones) + R"(","e":"Ag"})",                         // an even one
        R"({"kty":"RSA","n":")" + base64_url(ones) + R"(","e":")" + base64_url(ones) + "\"}",  // a slow one
        R"({"kty":"RSA","n":")" + base64_url(std::string(1025, '\xff')) + R"(","e":"AQAB"})",  // larger than 8192 bits
        R"({"kty":"RSA","n":")" + base64_url(ones) + R"(=","e":"AQAB"})",                      // padding
        R"({"kty":"RSA"})",
        R"({})",
    };
    for (const std::string& row : rows) EXPECT_EQ(keys_in(row), 0U) << row;
}

TEST(KeySet, WhatIsNoSetIsRefused) {
    for (const std::string json : {"", "[]", "{}", R"({"keys":{}})", R"({"keys":[7]})", R"({"keys":[)"}) {
        EXPECT_EQ(KeySet::parse(json).error().code(), StatusCode::invalid) << json;
    }
}

TEST(KeySet, LimitsHold) {
    std::string keys = "{}";
    for (std::size_t i = 1; i < KeySet::kMostKeys; ++i) keys += ",{}";
    EXPECT_TRUE(KeySet::parse(R"({"keys":[)" + keys + "]}"));
    EXPECT_FALSE(KeySet::parse(R"({"keys":[)" + keys + ",{}]}"));
    const std::string padding(KeySet::kMostBytes, ' ');
    EXPECT_EQ(KeySet::parse(R"({"keys":[]})" + padding).error().code(), StatusCode::full);
}

}  // namespace
}  // namespace tollgate::oidc
