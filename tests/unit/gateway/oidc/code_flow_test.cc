// What a browser carries to an identity provider and back.
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <set>

#include "gateway/oidc/authorization_request.h"
#include "gateway/oidc/begun_sign_ins.h"
#include "gateway/oidc/callback_query.h"
#include "gateway/oidc/provider_metadata.h"
#include "gateway/oidc/return_route.h"
#include "gateway/text/base64.h"

namespace tollgate::oidc {
namespace {

constexpr std::int64_t kNow = 1'800'000'000'000;

class BegunSignInsTest : public testing::Test {
  protected:
    BegunSignIns::Beginning begin(std::string_view of) {
        return sign_ins->begin({.provider = "keycloak", .return_route = "/o/1/keys?page=2", .browser = of}, kNow);
    }
    std::unique_ptr<BegunSignIns> sign_ins = std::move(*BegunSignIns::make());
    const std::string browser = BegunSignIns::new_browser(), other_browser = BegunSignIns::new_browser();
};

TEST_F(BegunSignInsTest, WhatBeganComesBack) {
    const auto beginning = begin(browser);
    const auto begun = sign_ins->finish(beginning.state, browser, kNow + 1000);
    ASSERT_TRUE(begun);
    EXPECT_EQ(begun->provider, "keycloak");
    EXPECT_EQ(begun->return_route, "/o/1/keys?page=2");
    EXPECT_EQ(begun->purpose, SignInPurpose::sign_in);
    EXPECT_EQ(begun->by, SignedIn{});
    EXPECT_EQ(begun->nonce, beginning.nonce);
    EXPECT_EQ(begun->code_verifier.size(), 43U);  // RFC 7636 wants that many at least
    std::string digest(32, '\0');
    EVP_Digest(begun->code_verifier.data(), 43, reinterpret_cast<unsigned char*>(digest.data()), nullptr, EVP_sha256(),
               nullptr);
    EXPECT_EQ(beginning.code_challenge, base64_url(digest));
}

TEST_F(BegunSignInsTest, WhoIsSignedInComesBackAsWhoHeIs) {
    const SignedIn by{.user = make_uuid7(kNow), .session = digest_key("a session")};
    for (const SignInPurpose purpose : {SignInPurpose::step_up, SignInPurpose::link}) {
        const auto beginning = sign_ins->begin(
            {.provider = "p", .return_route = "/", .browser = browser, .purpose = purpose, .by = by}, kNow);
        const auto begun = sign_ins->finish(beginning.state, browser, kNow + 1000);
        ASSERT_TRUE(begun);
        EXPECT_EQ(begun->purpose, purpose);
        EXPECT_EQ(begun->by, by);
        EXPECT_EQ(begun->provider, "p");
        EXPECT_EQ(begun->return_route, "/");
        EXPECT_EQ(begun->begun_ms, kNow);
    }
}

TEST_F(BegunSignInsTest, OnlyOnce) {
    const auto beginning = begin(browser);
    EXPECT_TRUE(sign_ins->finish(beginning.state, browser, kNow));
    EXPECT_FALSE(sign_ins->finish(beginning.state, browser, kNow));
}

TEST_F(BegunSignInsTest, OnlyInItsBrowser) {
    const auto beginning = begin(browser);
    EXPECT_FALSE(sign_ins->finish(beginning.state, other_browser, kNow));
    EXPECT_FALSE(sign_ins->finish(beginning.state, "", kNow));
    EXPECT_FALSE(sign_ins->finish(beginning.state, browser + "A", kNow));
    EXPECT_TRUE(sign_ins->finish(beginning.state, browser, kNow));  // none of these has used it up
}

TEST_F(BegunSignInsTest, TenMinutesLong) {
    const auto early = begin(browser), late = begin(browser);
    EXPECT_TRUE(sign_ins->finish(early.state, browser, kNow + BegunSignIns::kLifetimeMs - 1));
    EXPECT_FALSE(sign_ins->finish(late.state, browser, kNow + BegunSignIns::kLifetimeMs));
    EXPECT_FALSE(sign_ins->finish(begin(browser).state, browser, kNow - 1));
}

TEST_F(BegunSignInsTest, OnlyOurOwnUnaltered) {
    const std::string state = begin(browser).state;
    for (std::size_t i = 0; i < state.size(); i += 7) {
        std::string altered = state;
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(sign_ins->finish(altered, browser, kNow)) << i;
    }
    EXPECT_FALSE(sign_ins->finish("", browser, kNow));
    EXPECT_FALSE(sign_ins->finish(std::string(BegunSignIns::kMostStateBytes + 1, 'A'), browser, kNow));
    EXPECT_FALSE((*BegunSignIns::make())->finish(state, browser, kNow));  // of another process
}

TEST_F(BegunSignInsTest, NothingOfOneTellsAboutAnother) {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const auto beginning = begin(browser);
        seen.insert({beginning.state, beginning.nonce, beginning.code_challenge});
    }
    EXPECT_EQ(seen.size(), 300U);
    EXPECT_EQ(base64_url(*from_base64_url(begin(browser).state)).find("keycloak"), std::string::npos);
}

TEST_F(BegunSignInsTest, TheLongestRouteFits) {
    const std::string route = "/" + std::string(kMostRouteBytes - 1, 'r'), provider(255, 'p');
    const auto beginning = sign_ins->begin({.provider = provider, .return_route = route, .browser = browser}, kNow);
    EXPECT_LE(beginning.state.size(), BegunSignIns::kMostStateBytes);
    const auto begun = sign_ins->finish(beginning.state, browser, kNow);
    ASSERT_TRUE(begun);
    EXPECT_EQ(begun->provider, provider);
    EXPECT_EQ(begun->return_route, route);
}

TEST(AuthorizationRequest, CarriesWhatTheFlowNeeds) {
    const BegunSignIns::Beginning beginning{.state = "st", .nonce = "no", .code_challenge = "ch"};
    const std::vector<std::string> scopes = {"email", "openid", "profile"};
    const std::string url = url_of({.endpoint = "https://id.example.com/auth",
                                    .client_id = "gate way&x=y",
                                    .redirect_uri = "https://t.example.com/api/sign-in/k/callback",
                                    .scopes = scopes,
                                    .beginning = beginning});
    EXPECT_EQ(url,
              "https://id.example.com/auth?response_type=code&client_id=gate%20way%26x%3Dy"
              "&redirect_uri=https%3A%2F%2Ft.example.com%2Fapi%2Fsign-in%2Fk%2Fcallback&scope=openid%20email%20profile"
              "&state=st&nonce=no&code_challenge=ch&code_challenge_method=S256");
    EXPECT_TRUE(url_of({.endpoint = "https://id.example.com/auth?tenant=1",
                        .client_id = "",
                        .redirect_uri = "",
                        .scopes = scopes,
                        .beginning = beginning})
                    .starts_with("https://id.example.com/auth?tenant=1&response_type=code&"));
    EXPECT_TRUE(url_of({.endpoint = "https://id.example.com/auth",
                        .client_id = "",
                        .redirect_uri = "",
                        .scopes = scopes,
                        .beginning = beginning,
                        .anew = true})
                    .ends_with("&code_challenge_method=S256&prompt=login&max_age=0"));
}

// Row 78 of the field reports: Rackula#2917, hermes-agent#41502.
TEST(ReturnRoute, OnlyARouteOfOurPage) {
    for (const std::string good : {"/", "/o/018f0000-0000-7000-8000-000000000000/keys?page=2&q=a%20b", "/account"}) {
        EXPECT_EQ(return_route(good), good);
        EXPECT_EQ(return_route("#" + good), good);
    }
    const std::string bad[] = {"",
                               "o/1",
                               "//e.test",
                               "/\\e.test",
                               "\\\\e.test",
                               "/%5Ce.test",
                               "/%5ce.test",
                               "/%2F/e.test",
                               "/%2fe.test",
                               "/%252Fe.test",
                               "/a//b",
                               "/a/../b",
                               "/%2e%2e/b",
                               "/..",
                               "/%252e%252e/b",
                               "/\te",
                               "/%09e",
                               "/%0D%0ASet-Cookie:a=b",
                               "/\r\nx: y",
                               "javascript:alert(1)",
                               "https:e.test",
                               "https://e.test",
                               "/o#x",
                               "##/o",
                               "/\xe2\x88\x95\xe2\x88\x95"
                               "e.test",
                               "/<script>",
                               "/a b",
                               "/%",
                               "/%4",
                               "/%zz",
                               "/\"",
                               "/'",
                               std::string("/a\0b", 4),
                               "/" + std::string(4096, 'a')};
    for (const std::string& text : bad) EXPECT_EQ(return_route(text), "/") << text;
}

TEST(CallbackQuery, EachStandsThereOnce) {
    const auto read = read_callback_query("state=s%2F1&code=c%2B1&iss=https%3A%2F%2Fid.example.com&session_state=x&x");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->state, "s/1");
    EXPECT_EQ(read->code, "c+1");
    EXPECT_EQ(read->issuer, "https://id.example.com");
    EXPECT_EQ(read->error, "");
    EXPECT_EQ(read_callback_query("error=access_denied&state=s")->error, "access_denied");
    // RFC 6749, section 4.1.2: as forms are written.
    EXPECT_EQ(read_callback_query("code=a+b")->code, "a b");
    EXPECT_EQ(read_callback_query("")->state, "");
    for (const std::string bad :
         {"state=a&state=a", "code=a&state=b&code=c", "c%6fde=a&code=b", "code=%zz", "code=<"}) {
        EXPECT_FALSE(read_callback_query(bad)) << bad;
    }
    EXPECT_FALSE(read_callback_query("code=" + std::string(kMostCallbackBytes, 'c')));
}

std::string metadata(const std::string& more, const std::string& token = "https://id.example.com/token") {
    return R"({"issuer":"https://id.example.com","authorization_endpoint":"https://id.example.com/auth",)"
           R"("token_endpoint":")" +
           token + R"(","jwks_uri":"https://id.example.com/keys")" + more + "}";
}

TEST(ProviderMetadata, SaysWhereItsEndpointsAre) {
    const auto read = read_provider_metadata(
        metadata(R"(,"userinfo_endpoint":"https://id.example.com/me","code_challenge_methods_supported":["S256"])"),
        "https://id.example.com");
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read->authorization_endpoint, "https://id.example.com/auth");
    EXPECT_EQ(read->token_endpoint, "https://id.example.com/token");
    EXPECT_EQ(read->jwks_uri, "https://id.example.com/keys");
    EXPECT_EQ(read->userinfo_endpoint, "https://id.example.com/me");
    EXPECT_FALSE(read->names_issuer);
    EXPECT_FALSE(read->takes_secret_in_body);
    const auto other =
        read_provider_metadata(metadata(R"(,"authorization_response_iss_parameter_supported":true,)"
                                        R"("token_endpoint_auth_methods_supported":["client_secret_post"])"),
                               "https://id.example.com");
    ASSERT_TRUE(other);
    EXPECT_TRUE(other->names_issuer);
    EXPECT_TRUE(other->takes_secret_in_body);
}

TEST(ProviderMetadata, WhatCannotBeUsedIsRefused) {
    const std::string issuer = "https://id.example.com";
    const std::string rows[] = {
        "",
        "[]",
        "{}",
        metadata("", "http://id.example.com/token"),
        metadata("", "ftp://id.example.com/token"),
        metadata("", "https://user:password@id.example.com/token"),
        metadata("", "https:///token"),
        metadata("", "/token"),
        metadata("", ""),
        metadata(R"(,"response_types_supported":["id_token"])"),
        metadata(R"(,"code_challenge_methods_supported":["plain"])"),
        metadata("," + std::string(kMostMetadataBytes, ' ') + "\"a\":1"),
    };
    for (const std::string& row : rows) EXPECT_FALSE(read_provider_metadata(row, issuer)) << row.substr(0, 300);
    EXPECT_FALSE(read_provider_metadata(metadata(""), "https://id.example.com/"));
    EXPECT_FALSE(read_provider_metadata(metadata(""), "https://other.example.com"));
}

}  // namespace
}  // namespace tollgate::oidc
