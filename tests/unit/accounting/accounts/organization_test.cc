#include "accounting/accounts/organization.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/key_space.h"
#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class OrganizationTest : public AccountsFixture {
  protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        acme_ = organization();
        owner_ = member(acme_, "owner@example.com", Role::owner);
    }

    Status change(const OrganizationChange& fields) {
        return apply([&](Change& change) { return update_organization(change, acme_, fields); });
    }
    Status close(const Id128& id, const Deletion& deletion) {
        return apply([&](Change& change) { return delete_organization(change, id, deletion); });
    }
    void give(NanoUsd amount) { find(acme_)->credit->grant(amount); }
    const Organization* with_slug(std::string_view slug) {
        return accounts_->directory()->find_organization_by_slug(slug);
    }

    Id128 acme_, owner_;
};

TEST_F(OrganizationTest, NameAndSlugAreChangedAndTheFormerSlugIsFree) {
    ASSERT_TRUE(change({.name = "Acme Ltd", .slug = "acme-ltd"}).ok());
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        EXPECT_EQ(find(acme_)->name, "Acme Ltd");
        EXPECT_EQ(find(acme_)->slug, "acme-ltd");
        EXPECT_EQ(with_slug("acme"), nullptr);
        EXPECT_EQ(with_slug("acme-ltd"), find(acme_));
    }
    EXPECT_EQ(find(organization("Acme"))->slug, "acme");
}

TEST_F(OrganizationTest, WhatIsSoAlreadyMakesNoVersion) {
    const std::int64_t version = find(acme_)->version;
    ASSERT_TRUE(change({.name = "Acme", .slug = "acme"}).ok());
    EXPECT_EQ(find(acme_)->version, version);
    ASSERT_TRUE(change({.name = "Acme!"}).ok());
    EXPECT_EQ(find(acme_)->version, version + 1);
    EXPECT_EQ(find(acme_)->slug, "acme") << "a slug doesn't follow the name";
}

TEST_F(OrganizationTest, Row27ASlugIsOneOrganizationsAndNamesAreNot) {
    organization("Other");
    const Status refused = change({.slug = "other"});
    EXPECT_EQ(refused.code(), StatusCode::conflict);
    EXPECT_EQ(refused.reason(), "slug_taken");
    EXPECT_TRUE(change({.name = "Other"}).ok());
    const auto made = apply([](Change& one) { return create_organization(one, {.name = "New", .slug = "other"}); });
    EXPECT_EQ(made.error().reason(), "slug_taken");
}

TEST_F(OrganizationTest, ASlugIsLowerCaseLettersAndDigitsWithSingleDashes) {
    for (const char* const bad : {"", "Acme", "a--b", "-a", "a-", "a b", "ä"}) {
        EXPECT_EQ(change({.slug = bad}).code(), StatusCode::invalid) << bad;
    }
    EXPECT_EQ(change({.slug = std::string(kMaxSlugBytes + 1, 'a')}).code(), StatusCode::invalid);
    EXPECT_TRUE(change({.slug = "a-1"}).ok());
}

TEST_F(OrganizationTest, ItIsDeletedByItsNameOnly) {
    const Status refused = close(acme_, {.confirmed_name = "acme"});
    EXPECT_EQ(refused.code(), StatusCode::invalid);
    EXPECT_EQ(refused.reason(), "confirmation_needed");
    EXPECT_TRUE(close(acme_, {.confirmed_name = "Acme"}).ok());
    EXPECT_EQ(close(acme_, {.confirmed_name = "Acme"}).code(), StatusCode::not_found) << "there is nothing left";
}

TEST_F(OrganizationTest, CreditThatIsLeftIsForfeitedOrKeepsIt) {
    give(NanoUsd{1'500'000'000});
    const Status refused = close(acme_, {.confirmed_name = "Acme"});
    EXPECT_EQ(refused.code(), StatusCode::conflict);
    EXPECT_EQ(refused.reason(), "credit_left");
    EXPECT_THAT(refused.message(), HasSubstr("1.5"));
    EXPECT_TRUE(close(acme_, {.confirmed_name = "Acme", .forfeits_credit = true}).ok());
    EXPECT_EQ(credits_.organization(acme_).snapshot().balance(), NanoUsd{1'500'000'000});
}

TEST_F(OrganizationTest, APersonalOneIsNotDeleted) {
    const Id128 own = find_user(owner_)->personal_organization;
    const Status refused = close(own, {.confirmed_name = find(own)->name});
    EXPECT_EQ(refused.code(), StatusCode::conflict);
    EXPECT_EQ(refused.reason(), "personal_organization");
}

TEST_F(OrganizationTest, ItsPeopleAreSentHomeAndItsInvitationsEnd) {
    const Id128 bob = member(acme_, "bob@example.com");
    for (const Id128& user : {owner_, bob}) {
        ASSERT_TRUE(apply([&](Change& one) { return update_user(one, user, {.current_organization = acme_}); }).ok());
    }
    const auto invited = apply([&](Change& one) { return invite(one, acme_, {.email = "carl@example.com"}); });
    ASSERT_TRUE(invited);
    ASSERT_TRUE(close(acme_, {.confirmed_name = "Acme"}).ok());
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        for (const Id128& user : {owner_, bob}) {
            EXPECT_EQ(find(acme_, user), nullptr);
            EXPECT_EQ(find_user(user)->current_organization, find_user(user)->personal_organization);
            EXPECT_THAT(accounts_->directory()->organizations_of(user),
                        UnorderedElementsAre(find_user(user)->personal_organization));
        }
        EXPECT_THAT(accounts_->directory()->invitations_to("carl@example.com"), IsEmpty());
        EXPECT_EQ(accounts_->directory()->find_invitation(digest_key(invited->link_token)), nullptr);
        EXPECT_TRUE(find(acme_)->policy.closed()) << "its books are still to be read";
    }
}

TEST_F(OrganizationTest, ItsSlugIsFreeAtOnceAlsoAfterARestart) {
    ASSERT_TRUE(close(acme_, {.confirmed_name = "Acme"}).ok());
    EXPECT_EQ(with_slug("acme"), nullptr);
    reload();
    EXPECT_EQ(find(organization("Acme"))->slug, "acme");
}

TEST_F(OrganizationTest, NothingOfADeletedOneIsChanged) {
    const KeyDigest old = key(acme_);
    ASSERT_TRUE(close(acme_, {.confirmed_name = "Acme"}).ok());
    EXPECT_EQ(change({.name = "Again"}).code(), StatusCode::not_found);
    EXPECT_EQ(make_project(acme_, "p").error().code(), StatusCode::not_found);
    EXPECT_EQ(make_key(acme_, {.name = "k"}).error().code(), StatusCode::not_found);
    EXPECT_EQ(add(acme_, owner_).code(), StatusCode::not_found);
    EXPECT_NE(find(old), nullptr) << "what it spent is still its own";
}

TEST_F(OrganizationTest, APersonMakesThreeOrAsManyAsTheOperatorSays) {
    call_as(owner_);
    const auto make = [&] {
        return apply([&](Change& one) { return create_organization(one, {.name = "Mine", .owner = owner_}); });
    };
    std::vector<Id128> made;
    for (int i = 0; i < 3; ++i) made.push_back(make().value());
    EXPECT_EQ(make().error().code(), StatusCode::conflict);
    EXPECT_EQ(make().error().reason(), "limit_reached");
    ASSERT_TRUE(close(made[0], {.confirmed_name = "Mine"}).ok());
    EXPECT_TRUE(make()) << "a deleted one does not count";
    call_as_operator();
    ASSERT_TRUE(apply([&](Change& one) { return update_user(one, owner_, {.most_organizations = 4}); }).ok());
    EXPECT_TRUE(make());
    EXPECT_EQ(make().error().reason(), "limit_reached");
}

TEST_F(OrganizationTest, TheOperatorSuspendsItAndEndsThat) {
    call_as(owner_);
    EXPECT_EQ(change({.status = OrganizationStatus::suspended}).reason(), "operator_only");
    EXPECT_TRUE(change({.status = OrganizationStatus::active}).ok()) << "it is";
    call_as_operator();
    const std::int64_t version = find(acme_)->version;
    ASSERT_TRUE(change({.status = OrganizationStatus::suspended}).ok());
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        EXPECT_TRUE(find(acme_)->policy.suspended());
        EXPECT_EQ(find(acme_)->version, version + 1);
        EXPECT_EQ(with_slug("acme"), find(acme_));
    }
    EXPECT_EQ(change({.status = OrganizationStatus::deleted}).code(), StatusCode::invalid);
    ASSERT_TRUE(change({.status = OrganizationStatus::active}).ok());
    EXPECT_FALSE(find(acme_)->policy.suspended());
}

TEST_F(OrganizationTest, ItsMakerNeedsAVerifiedAddress) {
    const Id128 ann = person("ann@example.com", VerifiedBy::nobody);
    const auto made = apply([&](Change& one) { return create_organization(one, {.name = "Hers", .owner = ann}); });
    EXPECT_EQ(made.error().code(), StatusCode::denied);
    EXPECT_EQ(made.error().reason(), "email_not_verified");
}

}  // namespace
}  // namespace tollgate
