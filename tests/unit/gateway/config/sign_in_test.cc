#include "gateway/config/sign_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/config/config.h"

namespace tollgate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Config> read(const std::string& providers,
                    const std::string& top = "accounts: {public_url: 'https://t.example.com'}") {
    return parse_config(top + "\nsign_in:\n  providers: " + providers + "\n", "/etc/t.yaml");
}

std::string error_of(const std::string& providers) {
    const auto config = read(providers);
    return config ? "none" : config.error().message();
}

TEST(SignInConfig, AProviderWithItsDefaults) {
    const auto config = read("[{id: k, issuer: 'https://id.example.com', client_id: gate, client_secret_file: s}]");
    ASSERT_TRUE(config) << config.error().message();
    ASSERT_EQ(config->sign_in.providers.size(), 1U);
    const IdentityProviderConfig& one = config->sign_in.providers[0];
    EXPECT_EQ(one.name, "k");
    EXPECT_EQ(one.client_secret_file, "/etc/s");
    EXPECT_THAT(one.algorithms, ElementsAre("RS256"));
    EXPECT_THAT(one.scopes, ElementsAre("email", "profile"));
    EXPECT_FALSE(one.trust_email);
    EXPECT_FALSE(one.create_people);
}

TEST(SignInConfig, GroupsGiveRoles) {
    const auto config = read(
        "[{id: k, issuer: 'https://id.example.com', client_id: g, groups_claim: groups, "
        "groups: [{group: a, organization: acme, role: admin}, {group: b, organization: acme}]}]");
    ASSERT_TRUE(config) << config.error().message();
    EXPECT_THAT(config->sign_in.providers[0].groups,
                ElementsAre(GroupMapping{.group = "a", .organization = "acme", .role = Role::admin},
                            GroupMapping{.group = "b", .organization = "acme", .role = Role::member}));
}

TEST(SignInConfig, WhatIsWrongIsSaid) {
    const std::string good = "issuer: 'https://id.example.com', client_id: g";
    const struct {
        std::string providers, what;
    } rows[] = {
        {"{}", "must be a list"},
        {"[{" + good + "}]", "needs an id"},
        {"[{id: 'A/b', " + good + "}]", "needs an id"},
        {"[{id: k, client_id: g}]", "issuer must be"},
        {"[{id: k, issuer: 'id.example.com', client_id: g}]", "issuer must be"},
        {"[{id: k, issuer: 'https://id.example.com/?a=b', client_id: g}]", "issuer must be"},
        {"[{id: k, issuer: 'https://id.example.com'}]", "needs client_id"},
        {"[{id: k, " + good + ", client_secret: a, client_secret_file: b}]", "one or the other"},
        {"[{id: k, " + good + ", algorithms: [HS256]}]", "RS256, PS256, ES256 or EdDSA"},
        {"[{id: k, " + good + ", algorithms: [none]}]", "RS256, PS256, ES256 or EdDSA"},
        {"[{id: k, " + good + ", algorithms: []}]", "algorithms must name one"},
        {"[{id: k, " + good + ", scopes: ['a b']}]", "is no scope"},
        {"[{id: k, " + good + ", groups: [{group: a, organization: b}]}]", "need groups_claim"},
        {"[{id: k, " + good + ", groups_claim: g, groups: [{group: a}]}]", "needs group and organization"},
        {"[{id: k, " + good + ", groups_claim: g, groups: [{group: a, organization: b, role: king}]}]",
         "member or admin"},
        {"[{id: k, " + good + "}, {id: k, " + good + "}]", "stands twice"},
        {"[{id: k, issuer: 'https://accounts.google.com', client_id: g, trust_email: true}]", "one tenant's alone"},
        {"[{id: k, issuer: 'https://accounts.google.com', client_id: g, create_people: true}]", "needs email_domains"},
    };
    for (const auto& row : rows) EXPECT_THAT(error_of(row.providers), HasSubstr(row.what)) << row.providers;
    const auto nowhere = read("[{id: k, " + good + "}]", "workers: 1");
    ASSERT_FALSE(nowhere);
    EXPECT_THAT(nowhere.error().message(), HasSubstr("public_url"));
}

TEST(SignInConfig, IssuersThatAreEverybodys) {
    for (const char* shared :
         {"https://accounts.google.com", "https://Accounts.Google.com/", "https://gitlab.com",
          "https://login.microsoftonline.com/common/v2.0", "https://login.microsoftonline.com/Organizations/v2.0",
          "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
          "https://login.microsoftonline.com"}) {
        EXPECT_TRUE(is_shared_issuer(shared)) << shared;
    }
    for (const char* own : {"https://id.example.com", "https://gitlab.example.com",
                            "https://login.microsoftonline.com/8d9b1f9a-0000-4000-8000-000000000001/v2.0",
                            "https://accounts.google.com.example.com"}) {
        EXPECT_FALSE(is_shared_issuer(own)) << own;
    }
}

TEST(SignInConfig, AChangeWaitsForARestart) {
    const auto before = read("[{id: k, issuer: 'https://id.example.com', client_id: g}]");
    const auto after = read("[{id: k, issuer: 'https://id.example.com', client_id: h}]");
    ASSERT_TRUE(before && after);
    EXPECT_THAT(options_to_restart_for(*before, *after), ElementsAre("sign_in.providers"));
    EXPECT_TRUE(options_to_restart_for(*before, *before).empty());
}

}  // namespace
}  // namespace tollgate
