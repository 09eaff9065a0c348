#include "gateway/single_sign_on/identity_provider.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "tests/support/token_maker.h"

namespace tollgate {
namespace {

using oidc::SignatureAlgorithm;
using oidc::SigningKeyType;
using oidc::TestKey;

constexpr std::int64_t kNow = 1'800'000'000'000;
constexpr std::string_view kIssuer = "https://id.example.com/realms/acme";
const std::string kDiscovery = "https://id.example.com/realms/acme/.well-known/openid-configuration";
const std::string kKeys = "https://id.example.com/keys", kToken = "https://id.example.com/token",
                  kUserInfo = "https://id.example.com/userinfo";

const TestKey& old_key() {
    static const TestKey key = TestKey::make(SigningKeyType::p256);
    return key;
}
const TestKey& new_key() {
    static const TestKey key = TestKey::make(SigningKeyType::p256);
    return key;
}

// A provider that answers as the test says, and remembers what it was asked.
class IdentityProviderTest : public testing::Test {
  protected:
    void SetUp() override {
        replies[kDiscovery] = {.status = 200, .body = metadata(), .fields = {}};
        replies[kKeys] = {.status = 200, .body = "{\"keys\":[" + old_key().jwk("old") + "]}", .fields = {}};
        give(old_key(), "old");
    }

    static std::string metadata(const std::string& more = {}) {
        return R"({"issuer":")" + std::string(kIssuer) +
               R"(","authorization_endpoint":"https://id.example.com/auth",)" + R"("token_endpoint":")" + kToken +
               R"(","jwks_uri":")" + kKeys + "\"" + more + "}";
    }

    void give(const TestKey& key, const std::string& kid, const std::string& more = {}) {
        const std::string seconds = std::to_string(kNow / 1000);
        const std::string payload = R"({"iss":")" + std::string(kIssuer) +
                                    R"(","aud":"gateway","sub":"ann","nonce":"n",)" + R"("exp":)" + seconds +
                                    R"(,"iat":)" + seconds + more + "}";
        const std::string token =
            signed_token(key, SignatureAlgorithm::es256, R"({"alg":"ES256","kid":")" + kid + "\"}", payload);
        replies[kToken] = {.status = 200,
                           .body = R"({"access_token":"at","token_type":"Bearer","id_token":")" + token + "\"}",
                           .fields = {}};
    }

    Outcome<HttpReply> answer(const HttpCall& call, const std::string& body) {
        asked.push_back(call.url);
        last_lines = call.header_lines;
        if (!body.empty()) last_form = body;
        if (down) return problem(ErrorKind::upstream_unreachable, "it cannot be reached: test");
        const auto found = replies.find(call.url);
        if (found == replies.end()) return HttpReply{.status = 404, .body = "", .fields = {}};
        return found->second;
    }

    IdentityProvider make(IdentityProviderConfig config) {
        config.issuer = kIssuer;
        config.client_id = "gateway";
        config.algorithms = {"ES256"};
        return {std::move(config),
                {.get = [this](const HttpCall& call) { return answer(call, {}); },
                 .post = [this](const HttpCall& call, const std::string& body) { return answer(call, body); }}};
    }

    static std::string outcome_of(IdentityProvider& provider, std::int64_t at_ms = kNow) {
        const auto claims = provider.person_of(
            {.code = "c+1", .code_verifier = "v", .redirect_uri = "https://t.example.com/cb", .nonce = "n"}, at_ms);
        return claims ? claims->subject + "/" + claims->email
                      : std::string(to_string(claims.error().fault)) + ": " + claims.error().why;
    }

    std::size_t times(const std::string& url) const {
        return static_cast<std::size_t>(std::count(asked.begin(), asked.end(), url));
    }

    std::map<std::string, HttpReply> replies;
    std::vector<std::string> asked, last_lines;
    std::string last_form;
    bool down = false;
};

TEST_F(IdentityProviderTest, ThePersonOfACode) {
    IdentityProvider provider = make({.client_secret = "s:/1"});
    EXPECT_EQ(outcome_of(provider), "ann/");
    EXPECT_EQ(asked, (std::vector<std::string>{kDiscovery, kToken, kKeys}));
    EXPECT_EQ(outcome_of(provider), "ann/");
    EXPECT_EQ(asked.size(), 4U);  // only the code is new
    EXPECT_EQ(last_form,
              "grant_type=authorization_code&code=c%2B1&redirect_uri=https%3A%2F%2Ft.example.com%2Fcb&code_verifier=v");
    EXPECT_EQ(last_lines.back(), "authorization: Basic " + base64("gateway:s%3A%2F1"));
}

TEST_F(IdentityProviderTest, ASecretGoesWhereTheProviderTakesIt) {
    replies[kDiscovery].body = metadata(R"(,"token_endpoint_auth_methods_supported":["client_secret_post"])");
    IdentityProvider in_body = make({.client_secret = "s&1"});
    EXPECT_EQ(outcome_of(in_body), "ann/");
    EXPECT_TRUE(last_form.ends_with("&code_verifier=v&client_id=gateway&client_secret=s%261")) << last_form;
    IdentityProvider none = make({});
    EXPECT_EQ(outcome_of(none), "ann/");
    EXPECT_TRUE(last_form.ends_with("&code_verifier=v&client_id=gateway")) << last_form;
}

TEST_F(IdentityProviderTest, ARotatedKeyIsAskedForOnceAMinute) {
    IdentityProvider provider = make({});
    EXPECT_EQ(outcome_of(provider), "ann/");
    give(new_key(), "new");
    // The provider has not published it yet: another look, but not at each attempt.
    for (const std::int64_t later : {0, 10'000, 59'999}) {
        EXPECT_EQ(outcome_of(provider, kNow + later), "token_refused: its ID token: unknown_key");
    }
    EXPECT_EQ(times(kKeys), 1U);
    replies[kKeys].body = "{\"keys\":[" + new_key().jwk("new") + "]}";
    EXPECT_EQ(outcome_of(provider, kNow + 59'999), "token_refused: its ID token: unknown_key");
    EXPECT_EQ(outcome_of(provider, kNow + 60'000), "token_refused: its ID token: expired");  // found, but see the time
    EXPECT_EQ(times(kKeys), 2U);
}

TEST_F(IdentityProviderTest, KeysThatWereTakenBackEnd) {
    IdentityProvider provider = make({});
    EXPECT_EQ(outcome_of(provider), "ann/");
    replies[kKeys].body = R"({"keys":[]})";
    EXPECT_EQ(outcome_of(provider, kNow + 50'000), "ann/");
    EXPECT_EQ(outcome_of(provider, kNow + IdentityProvider::kKeptMs), "token_refused: its ID token: unknown_key");
}

TEST_F(IdentityProviderTest, WhatIsKeptOutlivesAnOutage) {
    IdentityProvider provider = make({});
    EXPECT_FALSE(!provider.metadata(kNow));
    down = true;
    EXPECT_TRUE(provider.metadata(kNow + IdentityProvider::kKeptMs + 1));
    EXPECT_FALSE(provider.metadata(kNow + IdentityProvider::kLongestMs));
    down = false;
    EXPECT_FALSE(provider.metadata(kNow + IdentityProvider::kLongestMs + 1));  // it has only just failed
    EXPECT_TRUE(provider.metadata(kNow + IdentityProvider::kLongestMs + IdentityProvider::kFailurePauseMs));
}

TEST_F(IdentityProviderTest, WhoIsDownIsNotAskedAgainAtOnce) {
    down = true;
    IdentityProvider provider = make({});
    for (int i = 0; i < 10; ++i) EXPECT_EQ(outcome_of(provider), "provider_failed: it cannot be reached: test");
    EXPECT_EQ(asked.size(), 1U);
}

TEST_F(IdentityProviderTest, AnswersThatAreNone) {
    const struct {
        HttpReply reply;
        std::string outcome;
    } rows[] = {
        {{.status = 400, .body = R"({"error":"invalid_grant","error_description":"of Ann Lee"})", .fields = {}},
         "provider_refused: its token endpoint answered with status 400: invalid_grant"},
        {{.status = 400, .body = R"({"error":"<script>"})", .fields = {}},
         "provider_refused: its token endpoint answered with status 400"},
        {{.status = 302, .body = "", .fields = {}}, "provider_refused: its token endpoint answered with status 302"},
        {{.status = 200, .body = "<html>", .fields = {}}, "provider_failed: its token endpoint gave no ID token"},
        {{.status = 200, .body = R"({"id_token":7})", .fields = {}},
         "provider_failed: its token endpoint gave no ID token"},
        {{.status = 200, .body = R"({"id_token":"a.b.c"})", .fields = {}}, "token_refused: its ID token: malformed"},
    };
    for (const auto& row : rows) {
        replies[kToken] = row.reply;
        IdentityProvider provider = make({});
        EXPECT_EQ(outcome_of(provider), row.outcome);
    }
}

TEST_F(IdentityProviderTest, WhatTheTokenDoesNotSayIsAskedFor) {
    replies[kDiscovery].body = metadata(R"(,"userinfo_endpoint":")" + kUserInfo + "\"");
    const auto say = [this](const std::string& body) {
        replies[kUserInfo] = {.status = 200, .body = body, .fields = {}};
    };
    say(R"({"sub":"ann","email":"ann@example.com","email_verified":true})");
    IdentityProvider provider = make({});
    EXPECT_EQ(outcome_of(provider), "ann/ann@example.com");
    EXPECT_EQ(last_lines.back(), "authorization: Bearer at");
    say(R"({"sub":"bob","email":"bob@example.com","email_verified":true})");  // of somebody else
    EXPECT_EQ(outcome_of(provider), "ann/");
    give(old_key(), "old", R"(,"email":"ann@id.example.com")");
    EXPECT_EQ(outcome_of(provider), "ann/ann@id.example.com");
}

TEST_F(IdentityProviderTest, GroupsThatCannotBeHadAreNotNone) {
    replies[kDiscovery].body = metadata(R"(,"userinfo_endpoint":")" + kUserInfo + "\"");
    give(old_key(), "old", R"(,"email":"a@b.example")");
    IdentityProvider provider = make({.groups_claim = "groups"});
    const IdentityProvider::Code code{.code = "c", .code_verifier = "v", .redirect_uri = "r", .nonce = "n"};
    EXPECT_EQ(provider.person_of(code, kNow)->groups, std::nullopt);  // 404
    replies[kUserInfo] = {.status = 200, .body = R"({"sub":"ann","groups":["a"]})", .fields = {}};
    EXPECT_EQ(provider.person_of(code, kNow)->groups, std::vector<std::string>{"a"});
    replies[kUserInfo].body = R"({"sub":"ann"})";
    EXPECT_EQ(provider.person_of(code, kNow)->groups, std::vector<std::string>());
}

}  // namespace
}  // namespace tollgate
