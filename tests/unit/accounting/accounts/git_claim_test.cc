// Claims of Git organizations: one each, found by the nearest one above, gone with their organization.
#include "accounting/accounts/git_claim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/key_space.h"
#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class GitClaims : public AccountsFixture {
  protected:
    static GitName name(const std::string& path, GitProvider provider = GitProvider::gitlab,
                        const std::string& host = "gitlab.com") {
        return {.provider = provider, .host = host, .path = path};
    }
    Result<Id128> claim(const Id128& organization, const GitName& name) {
        return apply([&](Change& change) { return claim_git_organization(change, organization, {.name = name}); });
    }
    Status release(const Id128& organization, const Id128& id) {
        return apply([&](Change& change) { return release_git_claim(change, organization, id); });
    }
    // Whose the claim is that covers it; nil: nobody's.
    Id128 owner(const GitName& name) {
        const GitClaim* const found = accounts_->directory()->find_covering_claim(name);
        return found == nullptr ? Id128{} : found->organization;
    }
    std::string reason(const Result<Id128>& result) {
        return result ? std::string() : std::string(result.error().reason());
    }
};

TEST_F(GitClaims, AGitOrganizationIsClaimedOnceByWhomever) {
    const Id128 acme = organization("Acme"), other = organization("Other");
    ASSERT_TRUE(claim(acme, name("acme")));
    EXPECT_EQ(reason(claim(acme, name("acme"))), "already_claimed");
    EXPECT_EQ(reason(claim(other, name("acme"))), "already_claimed");
    EXPECT_TRUE(claim(other, name("acme", GitProvider::github, "github.com"))) << "elsewhere it is another one";
    EXPECT_TRUE(claim(other, name("acme", GitProvider::gitlab, "git.example.com")));
    EXPECT_EQ(owner(name("acme")), acme);
}

TEST_F(GitClaims, TheNearestClaimAboveCovers) {
    const Id128 acme = organization("Acme"), team = organization("Team");
    ASSERT_TRUE(claim(acme, name("acme")));
    ASSERT_TRUE(claim(team, name("acme/team")));
    EXPECT_EQ(owner(name("acme")), acme);
    EXPECT_EQ(owner(name("acme/other")), acme);
    EXPECT_EQ(owner(name("acme/team")), team);
    EXPECT_EQ(owner(name("acme/team/sub/deeper")), team);
    EXPECT_EQ(owner(name("acme/teams")), acme) << "which only begins so";
    EXPECT_EQ(owner(name("acm")), Id128{});
    EXPECT_EQ(owner(name("team")), Id128{});
}

TEST_F(GitClaims, AReleasedOneIsFreeForOthers) {
    const Id128 acme = organization("Acme"), other = organization("Other");
    const auto id = claim(acme, name("acme"));
    ASSERT_TRUE(id);
    EXPECT_EQ(release(other, *id).code(), StatusCode::not_found);
    EXPECT_TRUE(release(acme, *id).ok());
    EXPECT_EQ(release(acme, *id).code(), StatusCode::not_found);
    EXPECT_EQ(owner(name("acme")), Id128{});
    EXPECT_TRUE(claim(other, name("acme")));
}

TEST_F(GitClaims, GoWithTheirOrganization) {
    const Id128 acme = organization("Acme"), other = organization("Other");
    ASSERT_TRUE(claim(acme, name("acme")));
    ASSERT_TRUE(apply([&](Change& change) -> Status {
                    close_organization(change, acme);
                    return {};
                }).ok());
    EXPECT_TRUE(accounts_->directory()->git_claims_of(acme).empty());
    EXPECT_TRUE(claim(other, name("acme")));
}

TEST_F(GitClaims, AreAsTheyWereAfterAReload) {
    const Id128 acme = organization("Acme"), ann = member(acme, "ann@people.test", Role::owner);
    call_as(ann);
    const auto id = claim(acme, name("acme/team"));
    ASSERT_TRUE(id);
    ASSERT_TRUE(apply([&](Change& change) { return update_git_claim(change, acme, *id, GitOutsiders::reject); }).ok());
    reload();
    const auto directory = accounts_->directory();
    const GitClaim* const found = directory->find_git_claim(acme, *id);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found, directory->find_covering_claim(name("acme/team/sub")));
    EXPECT_EQ(directory->git_claims_of(acme), std::vector{found});
    EXPECT_EQ(found->name, name("acme/team"));
    EXPECT_EQ(found->outsiders, GitOutsiders::reject);
    EXPECT_EQ(found->claimed_by, ann);
    EXPECT_EQ(found->verified_ms, kNow);
    EXPECT_EQ(found->version, 2);
}

TEST_F(GitClaims, OneOrganizationHasNoMoreThanTheLimit) {
    const Id128 acme = organization("Acme");
    for (std::size_t i = 0; i < kMostGitClaims; ++i) ASSERT_TRUE(claim(acme, name("g" + std::to_string(i))));
    EXPECT_EQ(reason(claim(acme, name("one-more"))), "limit_reached");
}

TEST_F(GitClaims, TwoOfTheSameInTheStoreAreReported) {
    ASSERT_TRUE(claim(organization("Acme"), name("acme")));
    const auto id = claim(organization("Other"), name("temporary"));
    ASSERT_TRUE(id);
    const std::string document = git_claim_document_key(to_uuid(*id));
    EXPECT_THAT(load_error_with(document, "temporary", "acme"), HasSubstr("gitlab:gitlab.com/acme is claimed twice"));
}

TEST_F(GitClaims, OneThatNoLookUpWouldFindIsReported) {
    const auto id = claim(organization("Acme"), name("acme"));
    ASSERT_TRUE(id);
    const std::string document = git_claim_document_key(to_uuid(*id));
    EXPECT_THAT(load_error_with(document, "acme", "Acme"), AllOf(HasSubstr(document), HasSubstr("not in the form")));
}

}  // namespace
}  // namespace tollgate
