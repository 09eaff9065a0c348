#include "accounting/accounts/group_grants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "accounting/accounts/member.h"
#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class GroupGrantsTest : public AccountsFixture {
  protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        acme = organization("Acme");
        other = organization("Other");
        ann = person("ann@example.com");
        caller_ = {.kind = CallerKind::job, .job = std::string(kGroupsJob) + "keycloak"};
    }
    // What her groups give from now on; each time with what they gave before.
    void follow(const std::vector<GroupMembership>& wanted) {
        const auto followed =
            apply([&](Change& change) -> Result<FollowedGroups> { return follow_groups(change, ann, grants, wanted); });
        ASSERT_TRUE(followed) << followed.error().message();
        grants = followed->grants;
        problems = followed->problems;
    }
    Role role_in(const Id128& organization) {
        const Membership* const member = accounts_->directory()->find_membership(organization, ann);
        return member == nullptr ? Role::none : member->role;
    }

    Id128 acme, other, ann;
    std::vector<GroupGrant> grants;
    std::vector<std::string> problems;
};

TEST_F(GroupGrantsTest, WhatAGroupGaveItTakesAgain) {  // LiteLLM#27350 only ever added
    follow({{acme, Role::member}, {other, Role::admin}});
    EXPECT_EQ(role_in(acme), Role::member);
    EXPECT_EQ(role_in(other), Role::admin);
    EXPECT_EQ(accounts_->directory()->find_membership(acme, ann)->joined_by, JoinedBy::identity_provider);
    follow({{acme, Role::admin}});
    EXPECT_EQ(role_in(acme), Role::admin);
    EXPECT_EQ(role_in(other), Role::none);
    follow({{acme, Role::member}});
    EXPECT_EQ(role_in(acme), Role::member);
    follow({});
    EXPECT_EQ(role_in(acme), Role::none);
    EXPECT_THAT(grants, IsEmpty());
    EXPECT_THAT(problems, IsEmpty());
}

TEST_F(GroupGrantsTest, WhatPeopleGaveStays) {
    ASSERT_TRUE(add(acme, ann, Role::admin).ok());
    follow({{acme, Role::member}});
    EXPECT_EQ(role_in(acme), Role::admin);
    EXPECT_THAT(grants, IsEmpty());
    follow({});
    EXPECT_EQ(role_in(acme), Role::admin);
}

TEST_F(GroupGrantsTest, ARoleThatWasRaisedFallsBack) {
    ASSERT_TRUE(add(acme, ann, Role::member).ok());
    follow({{acme, Role::admin}});
    EXPECT_EQ(role_in(acme), Role::admin);
    EXPECT_THAT(grants, ElementsAre(GroupGrant{.organization = acme, .role = Role::admin, .before = Role::member}));
    follow({{acme, Role::admin}});
    follow({});
    EXPECT_EQ(role_in(acme), Role::member);
    EXPECT_THAT(grants, IsEmpty());
}

TEST_F(GroupGrantsTest, ARoleThatPeopleChangedSinceIsTheirs) {
    ASSERT_TRUE(add(acme, ann, Role::member).ok());
    follow({{acme, Role::admin}});
    ASSERT_TRUE(update(acme, ann, {.role = Role::owner}).ok());
    follow({});
    EXPECT_EQ(role_in(acme), Role::owner);
}

TEST_F(GroupGrantsTest, AMembershipOfAGroupEndsWithItWhateverItsRole) {
    member(acme, "owner@example.com", Role::owner);
    follow({{acme, Role::member}});
    ASSERT_TRUE(update(acme, ann, {.role = Role::admin}).ok());
    follow({{acme, Role::member}});
    EXPECT_EQ(role_in(acme), Role::admin);
    follow({});
    EXPECT_EQ(role_in(acme), Role::none);
}

TEST_F(GroupGrantsTest, TheLastOwnerStays) {
    follow({{acme, Role::owner}});
    EXPECT_EQ(role_in(acme), Role::owner);
    follow({{acme, Role::member}});
    EXPECT_EQ(role_in(acme), Role::owner);
    EXPECT_THAT(problems, ElementsAre(HasSubstr("this is the last one")));
    follow({});
    EXPECT_EQ(role_in(acme), Role::owner);
    EXPECT_THAT(problems, ElementsAre(HasSubstr("this is the last one")));
    caller_ = {};
    member(acme, "next@example.com", Role::owner);
    follow({});  // it was only put off
    EXPECT_EQ(role_in(acme), Role::none);
}

TEST_F(GroupGrantsTest, WhatCannotBeGivenIsToldAndNothingElseWaitsForIt) {
    const Id128 unknown = make_uuid7(kNow);
    const Id128 bob = person("bob@example.com");
    const Id128 own = accounts_->directory()->find_user(bob)->personal_organization;
    follow({{unknown, Role::member}, {own, Role::admin}, {acme, Role::member}});
    EXPECT_EQ(role_in(acme), Role::member);
    EXPECT_EQ(problems.size(), 2U);
    EXPECT_EQ(grants.size(), 1U);
}

TEST_F(GroupGrantsTest, WhoWasRemovedByHandComesBackWhileTheGroupSaysSo) {
    follow({{acme, Role::member}});
    ASSERT_TRUE(remove(acme, ann));
    follow({{acme, Role::member}});
    EXPECT_EQ(role_in(acme), Role::member);
    ASSERT_TRUE(remove(acme, ann));
    follow({});
    EXPECT_THAT(grants, IsEmpty());
}

// Row 57 of the field reports: who changed a role, and by what.
TEST_F(GroupGrantsTest, TheMappingIsTheWayIn) {
    follow({{acme, Role::admin}});
    const auto page = read_audit(store_, {.organization = acme, .limit = 1});
    ASSERT_TRUE(page);
    ASSERT_EQ(page->entries.size(), 1U);
    EXPECT_EQ(page->entries[0].actor, "job:groups:keycloak");
    EXPECT_EQ(page->entries[0].via, "groups:keycloak");
}

}  // namespace
}  // namespace tollgate
