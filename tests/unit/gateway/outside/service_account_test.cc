#include "gateway/outside/service_account.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/text/base64.h"
#include "tests/unit/gateway/outside/service_account_fixture.h"

namespace tollgate {
namespace {

namespace json = boost::json;
using namespace service_account_test;

constexpr std::string_view kScope = "https://www.googleapis.com/auth/cloud-platform";

std::string from_base64_url(std::string text) {
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    return from_base64(text).value_or("no base64");
}

bool signature_holds(const std::string& text, const std::string& signature) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, test_key()) == 1 &&
           EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                            reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

TEST(ServiceAccount, AsksWithASignedAssertion) {
    const auto account = ServiceAccount::parse(account_json());
    ASSERT_TRUE(account) << account.error().message();
    EXPECT_EQ(account->token_uri(), "https://oauth2.googleapis.com/token");
    EXPECT_EQ(account->project(), "project-1");
    const auto form = account->token_request(kScope, 1'700'000'000);
    ASSERT_TRUE(form);
    constexpr std::string_view kBefore = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
    ASSERT_TRUE(form->starts_with(kBefore));
    const std::string assertion = form->substr(kBefore.size());
    const auto first = assertion.find('.'), second = assertion.rfind('.');
    EXPECT_EQ(json::parse(from_base64_url(assertion.substr(0, first))),
              json::parse(R"({"alg":"RS256","typ":"JWT","kid":"key-1"})"));
    EXPECT_EQ(json::parse(from_base64_url(assertion.substr(first + 1, second - first - 1))),
              json::parse(R"({"iss":"tollgate@project-1.iam.gserviceaccount.com",
                              "scope":"https://www.googleapis.com/auth/cloud-platform",
                              "aud":"https://oauth2.googleapis.com/token","iat":1700000000,"exp":1700003600})"));
    EXPECT_TRUE(signature_holds(assertion.substr(0, second), from_base64_url(assertion.substr(second + 1))));
    EXPECT_EQ(assertion.find_first_of("+/="), std::string::npos) << "fit for a form as it is";
}

TEST(ServiceAccount, TheTokenEndpointIsTheAccounts) {
    const auto account = ServiceAccount::parse(account_json("http://127.0.0.1:1/token"));
    ASSERT_TRUE(account);
    EXPECT_EQ(account->token_uri(), "http://127.0.0.1:1/token");
}

TEST(ServiceAccount, WhatIsNoneIsRefusedWithoutTellingOfTheKey) {
    const auto refused = [](const char* member, const json::value& value) {
        json::object object = account_object();
        object[member] = value;
        const auto account = ServiceAccount::parse(json::serialize(object));
        EXPECT_FALSE(account);
        return account ? std::string() : account.error().message();
    };
    EXPECT_NE(refused("type", "authorized_user").find("service_account"), std::string::npos);
    EXPECT_NE(refused("client_email", "").find("client_email"), std::string::npos);
    EXPECT_NE(refused("private_key", nullptr).find("private_key"), std::string::npos);
    const std::string message = refused("private_key", "-----BEGIN PRIVATE KEY-----\nsecret\n");
    EXPECT_NE(message.find("private_key"), std::string::npos);
    EXPECT_EQ(message.find("secret"), std::string::npos);
    EVP_PKEY* const curve = EVP_EC_gen("P-256");
    EXPECT_NE(refused("private_key", json::value(pem_of(curve))).find("RSA"), std::string::npos);
    EVP_PKEY_free(curve);
    EXPECT_FALSE(ServiceAccount::parse("[]"));
    EXPECT_FALSE(ServiceAccount::parse("{"));
}

TEST(TokenReply, ATokenAndItsLifetime) {
    const auto token =
        read_token_reply(200, R"({"access_token":"ya29.a-b_c","expires_in":3599,"token_type":"Bearer"})");
    ASSERT_TRUE(token);
    EXPECT_EQ(token->text, "ya29.a-b_c");
    EXPECT_EQ(token->lifetime_seconds, 3599);
}

TEST(TokenReply, RefusalsHaveTheWordsOfTheEndpoint) {
    const auto refused =
        read_token_reply(400, R"({"error":"invalid_grant","error_description":"Invalid JWT Signature."})");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), ErrorKind::upstream_auth_failed);
    EXPECT_EQ(refused.error().detail().message,
              "the token endpoint refused the account (400): invalid_grant: Invalid JWT Signature.");
    EXPECT_EQ(read_token_reply(503, "busy").error().kind(), ErrorKind::upstream_invalid_response);
}

TEST(TokenReply, NothingElseGoesIntoAHeader) {
    for (const std::string body :
         {R"({"expires_in":1})", R"({"access_token":"","expires_in":1})",
          R"({"access_token":"a\r\nx: y","expires_in":1})", R"({"access_token":"a b","expires_in":1})",
          R"({"access_token":"a"})", R"({"access_token":"a","expires_in":0})",
          R"({"access_token":"a","expires_in":"3600"})", R"({"access_token":7,"expires_in":1})", "[]", ""}) {
        const auto token = read_token_reply(200, body);
        ASSERT_FALSE(token) << body;
        EXPECT_EQ(token.error().kind(), ErrorKind::upstream_invalid_response);
    }
}

}  // namespace
}  // namespace tollgate
