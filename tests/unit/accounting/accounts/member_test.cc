#include "accounting/accounts/member.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "store/key_space.h"
#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

using ::testing::UnorderedElementsAre;

class MemberTest : public AccountsFixture {
  protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        acme_ = organization();
        owner_ = member(acme_, "owner@example.com", Role::owner);
    }

    // So many people that the organization has no seat left.
    void fill() {
        for (std::size_t i = accounts_->directory()->members_of(acme_).size(); i < *PlanLimits{}.members; ++i) {
            member(acme_, "p" + std::to_string(i) + "@example.com");
        }
    }
    Status set_status(const Id128& user, UserStatus status) {
        return apply([&](Change& change) { return update_user(change, user, {.status = status}); });
    }
    Limits limits_of(const Id128& user) { return credits_.member(acme_, user).limits; }

    Id128 acme_, owner_;
};

TEST_F(MemberTest, AMemberIsKeptWithHisRoleAndHowHeCame) {
    const Id128 ann = member(acme_, "ann@example.com", Role::admin);
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        const Membership* const found = find(acme_, ann);
        ASSERT_NE(found, nullptr);
        EXPECT_EQ(found->role, Role::admin);
        EXPECT_EQ(found->status, MemberStatus::active);
        EXPECT_EQ(found->joined_by, JoinedBy::the_operator);
        EXPECT_EQ(found->joined_ms, kNow);
        EXPECT_THAT(accounts_->directory()->organizations_of(ann),
                    UnorderedElementsAre(find_user(ann)->personal_organization, acme_));
        EXPECT_EQ(accounts_->directory()->members_of(acme_).size(), 2U);
    }
}

TEST_F(MemberTest, APersonIsAMemberOnce) {
    const Id128 ann = member(acme_, "ann@example.com");
    EXPECT_EQ(add(acme_, ann, Role::owner).reason(), "already_member");
    EXPECT_EQ(find(acme_, ann)->role, Role::member);
    EXPECT_EQ(add(acme_, make_uuid7(kNow)).code(), StatusCode::not_found);
    EXPECT_EQ(add(make_uuid7(kNow), ann).code(), StatusCode::not_found);
}

TEST_F(MemberTest, APersonalOrganizationHasOneMember) {
    const Id128 ann = person("ann@example.com"), own = find_user(owner_)->personal_organization;
    EXPECT_EQ(add(own, ann).reason(), "personal_organization");
    EXPECT_EQ(remove(own, owner_).error().reason(), "personal_organization");
}

TEST_F(MemberTest, NoMoreMembersThanSeatsUnlessTheOperatorSaysSo) {
    fill();
    const Id128 one = person("one@example.com"), more = person("more@example.com");
    const Status refused = add(acme_, one);
    EXPECT_EQ(refused.code(), StatusCode::conflict);
    EXPECT_EQ(refused.reason(), "limit_reached");
    EXPECT_TRUE(add(acme_, one, Role::member, Seat::over_limit).ok());
    ASSERT_TRUE(remove(acme_, one));
    EXPECT_EQ(add(acme_, more).reason(), "limit_reached");
}

TEST_F(MemberTest, ASuspendedMemberKeepsHisSeat) {
    fill();
    const auto members = accounts_->directory()->members_of(acme_);
    const Id128 one = members.front()->user == owner_ ? members.back()->user : members.front()->user;
    ASSERT_TRUE(update(acme_, one, {.status = MemberStatus::suspended}).ok());
    EXPECT_EQ(add(acme_, person("one@example.com")).reason(), "limit_reached");
}

TEST_F(MemberTest, TheLastActiveOwnerStays) {
    const auto refused = [&] {
        EXPECT_EQ(update(acme_, owner_, {.role = Role::admin}).reason(), "last_owner");
        EXPECT_EQ(update(acme_, owner_, {.status = MemberStatus::suspended}).reason(), "last_owner");
        EXPECT_EQ(remove(acme_, owner_).error().reason(), "last_owner");
    };
    refused();
    const Id128 ann = member(acme_, "ann@example.com", Role::owner);
    ASSERT_TRUE(update(acme_, ann, {.status = MemberStatus::suspended}).ok());
    refused();
    ASSERT_TRUE(update(acme_, ann, {.status = MemberStatus::active}).ok());
    EXPECT_TRUE(update(acme_, owner_, {.role = Role::member}).ok());
    EXPECT_EQ(remove(acme_, ann).error().reason(), "last_owner");
}

TEST_F(MemberTest, OfTwoOwnersWhoLeaveAtOnceOneStays) {
    for (int round = 0; round < 50; ++round) {
        const Id128 team = organization("Team");
        const std::array owners = {owner_, person("o" + std::to_string(round) + "@example.com")};
        for (const Id128& one : owners) ASSERT_TRUE(add(team, one, Role::owner).ok());
        std::atomic<int> left = 0;
        std::vector<std::thread> threads;
        for (const Id128& one : owners) {
            threads.emplace_back([&] {
                Change change(*accounts_, caller_, "member.remove", kNow);
                if (remove_member(change, team, one) && change.commit().ok()) ++left;
            });
        }
        for (std::thread& thread : threads) thread.join();
        EXPECT_EQ(left, 1);
        EXPECT_EQ(accounts_->directory()->members_of(team).size(), 1U);
    }
}

TEST_F(MemberTest, AnAdminTouchesNoOwnerAndMakesNone) {
    const Id128 admin = member(acme_, "admin@example.com", Role::admin), ann = member(acme_, "ann@example.com");
    member(acme_, "second@example.com", Role::owner);
    call_as(admin);
    EXPECT_EQ(update(acme_, owner_, {.role = Role::member}).reason(), "owner_only");
    EXPECT_EQ(update(acme_, owner_, {.status = MemberStatus::suspended}).reason(), "owner_only");
    EXPECT_EQ(remove(acme_, owner_).error().reason(), "owner_only");
    EXPECT_EQ(limit({.scope = LimitScope::member, .organization = acme_, .id = owner_}, {}).reason(), "owner_only");
    EXPECT_EQ(update(acme_, ann, {.role = Role::owner}).reason(), "owner_only");
    EXPECT_EQ(update(acme_, admin, {.role = Role::owner}).reason(), "owner_only");
    EXPECT_TRUE(update(acme_, ann, {.role = Role::admin}).ok());
    EXPECT_TRUE(update(acme_, ann, {.role = Role::member}).ok());
    EXPECT_TRUE(remove(acme_, ann));
    EXPECT_TRUE(update(acme_, admin, {.role = Role::member}).ok());
}

TEST_F(MemberTest, AnOwnerChangesOwnersAndHimself) {
    const Id128 second = member(acme_, "second@example.com", Role::owner);
    call_as(owner_);
    EXPECT_TRUE(update(acme_, second, {.role = Role::admin}).ok());
    EXPECT_TRUE(update(acme_, second, {.role = Role::owner}).ok());
    EXPECT_TRUE(update(acme_, owner_, {.role = Role::admin}).ok());
    EXPECT_EQ(update(acme_, second, {.role = Role::admin}).reason(), "owner_only");
}

TEST_F(MemberTest, WhoLeavesTakesTheKeysThatHeMadeOutOfUse) {
    const Id128 ann = member(acme_, "ann@example.com");
    const KeyDigest inference = key(acme_, {.name = "i", .creator = ann});
    const KeyDigest management = key(acme_, {.name = "m", .kind = KeyKind::management, .creator = ann});
    const KeyDigest by_hand = key(acme_, {.name = "h", .creator = ann}), other = key(acme_, {.name = "o"});
    ASSERT_TRUE(update(by_hand, {.disabled = true}).ok());
    const std::size_t published = published_.size();
    call_as(ann);
    const auto disabled = remove(acme_, ann);
    ASSERT_TRUE(disabled) << disabled.error().message();
    EXPECT_EQ(*disabled, 2U);
    EXPECT_EQ(published_.size(), published + 1) << "one change";
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        EXPECT_EQ(find(inference)->disabled, Disabled::member_left);
        EXPECT_EQ(find(management)->disabled, Disabled::member_left);
        EXPECT_EQ(find(by_hand)->disabled, Disabled::by_hand);
        EXPECT_EQ(find(other)->disabled, Disabled::no);
        EXPECT_EQ(find(acme_, ann), nullptr);
    }
    call_as_operator();
    ASSERT_TRUE(add(acme_, ann).ok());
    EXPECT_EQ(find(inference)->disabled, Disabled::member_left) << "coming back brings no key back";
}

TEST_F(MemberTest, KeysOfASuspendedMemberComeBackWithHim) {
    const Id128 ann = member(acme_, "ann@example.com");
    const KeyDigest made = key(acme_, {.name = "k", .creator = ann});
    const KeyDigest by_hand = key(acme_, {.name = "h", .creator = ann});
    ASSERT_TRUE(update(by_hand, {.disabled = true}).ok());
    ASSERT_TRUE(update(acme_, ann, {.status = MemberStatus::suspended}).ok());
    EXPECT_EQ(find(made)->disabled, Disabled::member_suspended);
    ASSERT_TRUE(update(acme_, ann, {.status = MemberStatus::active}).ok());
    EXPECT_EQ(find(made)->disabled, Disabled::no);
    EXPECT_EQ(find(by_hand)->disabled, Disabled::by_hand);
    ASSERT_TRUE(update(acme_, ann, {.status = MemberStatus::suspended}).ok());
    ASSERT_TRUE(remove(acme_, ann));
    EXPECT_EQ(find(made)->disabled, Disabled::member_left);
}

TEST_F(MemberTest, KeysOfAPersonWhomTheOperatorSuspendsAreDisabledEverywhereUntilHeIsActiveAgain) {
    const Id128 other = organization("Other"), ann = member(acme_, "ann@example.com");
    ASSERT_TRUE(add(other, ann).ok());
    const Id128 own = find_user(ann)->personal_organization;
    const std::array keys = {key(acme_, {.name = "a", .creator = ann}), key(other, {.name = "b", .creator = ann}),
                             key(own, {.name = "c", .kind = KeyKind::management, .creator = ann})};
    const KeyDigest by_hand = key(acme_, {.name = "h", .creator = ann});
    ASSERT_TRUE(update(by_hand, {.disabled = true}).ok());
    ASSERT_TRUE(update(other, ann, {.status = MemberStatus::suspended}).ok());
    const std::size_t published = published_.size();
    ASSERT_TRUE(set_status(ann, UserStatus::suspended).ok());
    EXPECT_EQ(published_.size(), published + 1) << "one change";
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        for (const KeyDigest& one : keys) EXPECT_EQ(find(one)->disabled, Disabled::member_suspended);
        EXPECT_EQ(find(by_hand)->disabled, Disabled::by_hand);
    }
    EXPECT_EQ(update(keys[0], {.disabled = false}).reason(), "member_suspended");
    EXPECT_EQ(make_key(acme_, {.name = "n", .creator = ann}).error().reason(), "member_suspended");
    ASSERT_TRUE(set_status(ann, UserStatus::active).ok());
    EXPECT_EQ(find(keys[0])->disabled, Disabled::no);
    EXPECT_EQ(find(keys[1])->disabled, Disabled::member_suspended) << "as the organization has it";
    EXPECT_EQ(find(keys[2])->disabled, Disabled::no);
    EXPECT_EQ(find(by_hand)->disabled, Disabled::by_hand);
}

TEST_F(MemberTest, AnOwnerWhomTheOperatorSuspendedIsNoneToRelyOn) {
    const Id128 ann = member(acme_, "ann@example.com", Role::owner);
    ASSERT_TRUE(set_status(ann, UserStatus::suspended).ok());
    EXPECT_EQ(remove(acme_, owner_).error().reason(), "last_owner");
    ASSERT_TRUE(set_status(owner_, UserStatus::suspended).ok()) << "the operator may";
    EXPECT_EQ(remove(acme_, owner_).error().reason(), "last_owner");
    ASSERT_TRUE(set_status(ann, UserStatus::active).ok());
    EXPECT_TRUE(remove(acme_, owner_));
}

TEST_F(MemberTest, LimitsAreTheMembersAndEndWithHim) {
    const Id128 ann = member(acme_, "ann@example.com");
    const LimitTarget target{.scope = LimitScope::member, .organization = acme_, .id = ann};
    ASSERT_TRUE(limit(target, {.budget = NanoUsd{7}}).ok());
    EXPECT_EQ(limits_of(ann).budget, NanoUsd{7});
    EXPECT_EQ(find(acme_, ann)->version, 2);
    ASSERT_TRUE(update(acme_, ann, {.role = Role::admin}).ok());
    EXPECT_EQ(find(acme_, ann)->limits.budget, NanoUsd{7});
    ASSERT_TRUE(remove(acme_, ann));
    EXPECT_EQ(limits_of(ann).budget, std::nullopt);
    EXPECT_EQ(limit(target, {}).code(), StatusCode::not_found);
    ASSERT_TRUE(add(acme_, ann).ok());
    EXPECT_EQ(find(acme_, ann)->limits.budget, std::nullopt);
}

TEST_F(MemberTest, WhatIsSoAlreadyChangesNothing) {
    const Id128 ann = member(acme_, "ann@example.com");
    const std::uint64_t last = accounts_->last_change();
    EXPECT_TRUE(update(acme_, ann, {.role = Role::member, .status = MemberStatus::active}).ok());
    EXPECT_TRUE(update(acme_, ann, {}).ok());
    EXPECT_EQ(accounts_->last_change(), last);
}

TEST_F(MemberTest, AKeysCreatorIsAMember) {
    const Id128 ann = person("ann@example.com");
    const auto made = make_key(acme_, {.name = "k", .creator = ann});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), StatusCode::invalid);
}

TEST_F(MemberTest, TheAuditNamesThePersonAndHisToken) {
    const Id128 ann = member(acme_, "ann@example.com");
    call_as(owner_);
    caller_.key = digest_key("token");
    ASSERT_TRUE(update(acme_, ann, {.role = Role::admin}).ok());
    const auto page = read_audit(store_, {.organization = acme_, .limit = 1});
    ASSERT_TRUE(page);
    const AuditEntry& entry = page->entries.at(0);
    EXPECT_EQ(entry.actor, "user:" + to_uuid(owner_));
    EXPECT_EQ(entry.actor_name, "owner");
    EXPECT_EQ(entry.via, "token:" + to_hex(digest_key("token")));
    EXPECT_EQ(entry.target, member_document_key(to_uuid(acme_), to_uuid(ann)));
}

}  // namespace
}  // namespace tollgate
