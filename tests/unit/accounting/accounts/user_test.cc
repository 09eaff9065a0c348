#include "accounting/accounts/user.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/key_space.h"
#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class UserTest : public AccountsFixture {
  protected:
    Status update_person(const Id128& id, const UserChange& fields) {
        return apply([&](Change& change) { return update_user(change, id, fields); });
    }
    Status delete_person(const Id128& id) {
        return apply([&](Change& change) { return delete_user(change, id); });
    }
    Result<NewKey> token(const Id128& user, const TokenFields& fields = {.name = "laptop"}) {
        return apply([&](Change& change) { return create_token(change, user, fields); });
    }
    const User* by_email(std::string_view email) { return accounts_->directory()->find_user_by_email(email); }
};

TEST_F(UserTest, APersonHasAPersonalOrganizationOfWhichHeIsTheOwner) {
    const Id128 id = person("Ann.Lee@Example.com ");
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        const User* const user = find_user(id);
        ASSERT_NE(user, nullptr);
        EXPECT_EQ(user->email, "ann.lee@example.com");
        EXPECT_EQ(user->name, "ann.lee");
        EXPECT_EQ(user->email_verified_ms, kNow);
        EXPECT_EQ(user->version, 1);
        EXPECT_EQ(by_email("ann.lee@example.com"), user);
        EXPECT_EQ(user->current_organization, user->personal_organization);
        const Organization* const own = find(user->personal_organization);
        ASSERT_NE(own, nullptr);
        EXPECT_EQ(own->kind, OrganizationKind::personal);
        EXPECT_EQ(own->name, "ann.lee");
        ASSERT_NE(find(own->id, id), nullptr);
        EXPECT_EQ(find(own->id, id)->role, Role::owner);
        EXPECT_EQ(accounts_->directory()->organizations_of(id), std::vector<Id128>{own->id});
    }
}

TEST_F(UserTest, NoTwoPeopleHaveOneAddress) {
    const Id128 ann = person("ann@example.com"), bob = person("bob@example.com");
    const auto again = make_user(" ANN@example.COM");
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), StatusCode::conflict);
    EXPECT_EQ(again.error().reason(), "email_taken");
    EXPECT_EQ(update_person(bob, {.email = "Ann@Example.com"}).reason(), "email_taken");
    EXPECT_TRUE(update_person(ann, {.email = "ANN@example.com"}).ok());
    EXPECT_TRUE(make_user("ann+tag@example.com")) << "another person";
}

TEST_F(UserTest, AddressesAreChecked) {
    for (const std::string& bad :
         {std::string(), std::string("ann"), std::string("@example.com"), std::string("ann@"), std::string("a@b@c"),
          std::string("a b@c"), std::string("a@b\nc"), std::string("<ann@example.com>"),
          std::string("ann@ex\u200bample.com"), "a@" + std::string(253, 'b')}) {
        const auto made = make_user(bad);
        ASSERT_FALSE(made) << bad;
        EXPECT_EQ(made.error().code(), StatusCode::invalid) << bad;
        EXPECT_THAT(made.error().message(), HasSubstr("email: ")) << bad;
    }
    EXPECT_THAT(accounts_->directory()->users(), IsEmpty());
}

TEST_F(UserTest, ANewAddressIsNotVerifiedAndTheOldOneIsFree) {
    const Id128 ann = person("ann@example.com");
    ASSERT_TRUE(update_person(ann, {.email = "ann@new.example"}).ok());
    EXPECT_FALSE(find_user(ann)->verified());
    EXPECT_EQ(by_email("ann@example.com"), nullptr);
    EXPECT_EQ(by_email("ann@new.example")->id, ann);
    ASSERT_TRUE(update_person(ann, {.verified_by = VerifiedBy::mail}).ok());
    EXPECT_TRUE(find_user(ann)->verified());
    EXPECT_TRUE(make_user("ann@example.com"));
}

TEST_F(UserTest, WhatIsSoAlreadyChangesNothing) {
    const Id128 ann = person("ann@example.com");
    const std::uint64_t last = accounts_->last_change();
    EXPECT_TRUE(update_person(ann, {.name = "ann", .email = "ann@example.com", .status = UserStatus::active}).ok());
    EXPECT_EQ(accounts_->last_change(), last);
    EXPECT_EQ(find_user(ann)->version, 1);
    ASSERT_TRUE(update_person(ann, {.name = "Ann"}).ok());
    EXPECT_EQ(find_user(ann)->version, 2);
}

TEST_F(UserTest, TheCurrentOrganizationIsOneOfHisOwn) {
    const Id128 ann = person("ann@example.com"), acme = organization();
    EXPECT_EQ(update_person(ann, {.current_organization = acme}).code(), StatusCode::not_found);
    ASSERT_TRUE(add(acme, ann).ok());
    ASSERT_TRUE(update_person(ann, {.current_organization = acme}).ok());
    ASSERT_TRUE(remove(acme, ann));
    EXPECT_EQ(find_user(ann)->current_organization, find_user(ann)->personal_organization);
}

TEST_F(UserTest, OnlyAVerifiedPersonMakesOrganizationsAndThreeAtMost) {
    const Id128 ann = person("ann@example.com"), bob = person("bob@example.com", VerifiedBy::nobody);
    const auto make = [&](const Id128& owner) {
        return apply([&](Change& change) { return create_organization(change, {.name = "Team", .owner = owner}); });
    };
    EXPECT_EQ(make(bob).error().reason(), "email_not_verified");
    for (int i = 0; i < 3; ++i) {
        const auto made = make(ann);
        ASSERT_TRUE(made) << made.error().message();
        EXPECT_EQ(find(*made, ann)->role, Role::owner);
    }
    EXPECT_EQ(make(ann).error().reason(), "limit_reached");
    ASSERT_TRUE(update_person(ann, {.most_organizations = std::optional<std::int64_t>(4)}).ok());
    EXPECT_TRUE(make(ann));
}

TEST_F(UserTest, ATokenIsItsPersonsAndIsStoredAsADigestOnly) {
    const Id128 ann = person("ann@example.com");
    const auto made = token(ann, {.name = "ci", .scopes = ScopeSet::of(Scope::keys_read), .may_infer = false});
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_EQ(made->plaintext.substr(0, 11), "sk-tg-user-");
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        const KeyRecord* const found = find(digest_key(made->plaintext));
        ASSERT_NE(found, nullptr);
        EXPECT_EQ(found->kind, KeyKind::personal);
        EXPECT_EQ(found->creator, ann);
        EXPECT_TRUE(found->organization.is_nil());
        EXPECT_EQ(found->scopes, ScopeSet::of(Scope::keys_read));
        EXPECT_FALSE(found->may_infer);
        ASSERT_EQ(accounts_->directory()->tokens_of(ann).size(), 1U);
        EXPECT_EQ(accounts_->directory()->tokens_of(ann)[0], found);
    }
    for (const auto& family : store_.contents()) {
        for (const auto& [name, value] : family) EXPECT_EQ(value.find(made->plaintext.substr(11, 12)), value.npos);
    }
    ASSERT_TRUE(update(made->digest, {.disabled = true}).ok());
    EXPECT_EQ(find(made->digest)->disabled, Disabled::by_hand);
    ASSERT_TRUE(remove(made->digest).ok());
    EXPECT_THAT(accounts_->directory()->tokens_of(ann), IsEmpty());
}

TEST_F(UserTest, ATokenMakesNoneThatMayMoreThanItself) {
    const Id128 ann = person("ann@example.com");
    const auto own = token(ann, {.name = "ci", .scopes = ScopeSet::of(Scope::profile), .may_infer = false});
    ASSERT_TRUE(own);
    call_as(ann);
    caller_.key = own->digest;
    caller_.scopes = ScopeSet::of(Scope::profile);
    EXPECT_EQ(token(ann).error().reason(), "scope_exceeds_own");
    EXPECT_EQ(token(ann, {.name = "t", .scopes = caller_.scopes}).error().reason(), "scope_exceeds_own");
    EXPECT_TRUE(token(ann, {.name = "t", .scopes = caller_.scopes, .may_infer = false}));
}

TEST_F(UserTest, ADeletedPersonLeavesHisNameOnly) {
    const Id128 acme = organization(), ann = member(acme, "ann@example.com");
    const Id128 own = find_user(ann)->personal_organization;
    const auto laptop = token(ann);
    ASSERT_TRUE(laptop);
    const KeyDigest made = key(acme, {.name = "k", .creator = ann});
    ASSERT_TRUE(delete_person(ann).ok());
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        EXPECT_EQ(find_user(ann), nullptr);
        EXPECT_EQ(by_email("ann@example.com"), nullptr);
        EXPECT_EQ(find(acme, ann), nullptr);
        EXPECT_EQ(find(own, ann), nullptr);
        EXPECT_TRUE(find(own)->policy.closed());
        EXPECT_EQ(find(laptop->digest), nullptr);
        EXPECT_EQ(find(made)->disabled, Disabled::member_left);
        EXPECT_EQ(name_of_user(*accounts_->directory(), store_, ann).value(), "ann");
    }
    const Id128 again = person("ann@example.com");
    EXPECT_NE(again, ann);
    EXPECT_EQ(accounts_->directory()->organizations_of(again).size(), 1U);
}

TEST_F(UserTest, CreditOfHisOwnIsForfeitedOrKeepsHim) {
    const Id128 ann = person("ann@example.com");
    credits_.organization(find_user(ann)->personal_organization).grant(NanoUsd{2'500'000'000});
    const Status refused = delete_person(ann);
    EXPECT_EQ(refused.code(), StatusCode::conflict);
    EXPECT_EQ(refused.reason(), "credit_left");
    EXPECT_THAT(refused.message(), HasSubstr("2.5"));
    ASSERT_NE(find_user(ann), nullptr);
    EXPECT_TRUE(apply([&](Change& change) { return delete_user(change, ann, true); }).ok());
    EXPECT_EQ(find_user(ann), nullptr);
}

TEST_F(UserTest, APersonHasOnlySoManyTokens) {
    const Id128 ann = person("ann@example.com");
    for (std::size_t i = 0; i < kMostTokensOfPerson; ++i) ASSERT_TRUE(token(ann));
    EXPECT_EQ(token(ann).error().reason(), "limit_reached");
    ASSERT_TRUE(remove(accounts_->directory()->tokens_of(ann)[0]->digest).ok());
    EXPECT_TRUE(token(ann));
}

TEST_F(UserTest, TwoWithOneAddressInTheStoreAreReported) {
    person("ann@example.com");
    const std::string document = user_document_key(to_uuid(person("bob@example.com")));
    EXPECT_THAT(load_error_with(document, "bob@", "Ann@"), HasSubstr("not in the form"));
    EXPECT_THAT(load_error_with(document, "Ann@", "ann@"), HasSubstr("ann@example.com is two people's address"));
}

TEST_F(UserTest, TheLastOwnerOfATeamIsNotDeleted) {
    const Id128 acme = organization("Acme"), ann = member(acme, "ann@example.com", Role::owner);
    const Status refused = delete_person(ann);
    EXPECT_EQ(refused.reason(), "last_owner");
    EXPECT_THAT(refused.message(), HasSubstr("Acme"));
    EXPECT_NE(find_user(ann), nullptr);
    member(acme, "bob@example.com", Role::owner);
    EXPECT_TRUE(delete_person(ann).ok());
}

TEST_F(UserTest, ADemandedVersionMustBeTheCurrentOne) {
    const Id128 ann = person("ann@example.com");
    const auto rename = [&](std::int64_t version) {
        return apply([&](Change& change) {
            change.expect_version(version);
            return update_user(change, ann, {.name = "Ann"});
        });
    };
    EXPECT_EQ(rename(2).code(), StatusCode::stale);
    EXPECT_TRUE(rename(1).ok());
}

}  // namespace
}  // namespace tollgate
