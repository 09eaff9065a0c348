#include "gateway/oidc/claims.h"

#include <gtest/gtest.h>

namespace tollgate::oidc {
namespace {

Claims claims_of(const std::string& members, std::string_view groups_claim = "groups") {
    const auto claims = read_claims(R"({"sub":"ann")" + (members.empty() ? "" : "," + members) + "}", groups_claim);
    EXPECT_TRUE(claims) << members;
    return claims.value_or(Claims());
}

using Names = std::vector<std::string>;

TEST(Claims, OnlyTheTruthVerifiesAnAddress) {
    EXPECT_TRUE(claims_of(R"("email":"ann@example.com","email_verified":true)").email_verified);
    for (const std::string value : {"false", "\"true\"", "1", "null", "[true]", "{}"}) {
        EXPECT_FALSE(claims_of(R"("email":"ann@example.com","email_verified":)" + value).email_verified) << value;
    }
    EXPECT_FALSE(claims_of(R"("email":"ann@example.com")").email_verified);
}

TEST(Claims, TextsThatCannotBeShownAreNone) {
    EXPECT_EQ(claims_of(R"("name":"Ann Lee","email":"a@b.example")").name, "Ann Lee");
    EXPECT_EQ(claims_of(R"("name":"Ann\u202eLee")").name, "");
    EXPECT_EQ(claims_of(R"("name":7,"email":[])").email, "");
    EXPECT_EQ(claims_of(R"("email":"a\u0000@b.example")").email, "");
    EXPECT_EQ(claims_of("\"email\":\"" + std::string(300, 'e') + "\"").email, "");
}

TEST(Claims, GroupsAreAListOrOneText) {
    EXPECT_EQ(claims_of(R"("groups":["a","b"])").groups, Names({"a", "b"}));
    EXPECT_EQ(claims_of(R"("groups":"a")").groups, Names({"a"}));
    EXPECT_EQ(claims_of(R"("groups":["a",7,"",null])").groups, Names({"a"}));
    EXPECT_EQ(claims_of("").groups, Names());
    EXPECT_EQ(claims_of(R"("groups":["a"])", "").groups, Names());
}

TEST(Claims, ANameWithDotsIsANameThenAPath) {
    EXPECT_EQ(claims_of(R"("realm_access":{"roles":["a"]})", "realm_access.roles").groups, Names({"a"}));
    EXPECT_EQ(claims_of(R"("https://example.com/groups":["a"])", "https://example.com/groups").groups, Names({"a"}));
    EXPECT_EQ(claims_of(R"("realm_access":["roles"])", "realm_access.roles").groups, Names());
}

TEST(Claims, GroupsThatAreNotToldAreNotNone) {
    EXPECT_EQ(claims_of(R"("_claim_names":{"groups":"src1"},"_claim_sources":{})").groups, std::nullopt);
    std::string many = R"("groups":["g")";
    for (std::size_t i = 1; i < kMostGroups; ++i) many += R"(,"g")";
    EXPECT_EQ(claims_of(many + "]").groups->size(), kMostGroups);
    EXPECT_EQ(claims_of(many + R"(,"g"])").groups, std::nullopt);
}

TEST(Claims, WithoutASubjectThereAreNone) {
    for (const std::string json : {"", "[]", "{}", R"({"sub":""})", R"({"sub":7})", R"({"sub":"a\u0000"})"}) {
        EXPECT_FALSE(read_claims(json, "groups")) << json;
    }
}

}  // namespace
}  // namespace tollgate::oidc
