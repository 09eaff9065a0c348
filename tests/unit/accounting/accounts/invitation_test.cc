#include "accounting/accounts/invitation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/key_space.h"
#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class InvitationTest : public AccountsFixture {
  protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        acme_ = organization();
        owner_ = member(acme_, "owner@example.com", Role::owner);
    }

    Result<MadeInvitation> make(const std::string& email, Role role = Role::member, std::int64_t now_ms = kNow) {
        return apply([&](Change& change) { return invite(change, acme_, {.email = email, .role = role}); }, now_ms);
    }
    MadeInvitation invited(const std::string& email, Role role = Role::member, std::int64_t now_ms = kNow) {
        const auto made = make(email, role, now_ms);
        EXPECT_TRUE(made) << made.error().message();
        return made.value_or(MadeInvitation());
    }
    Result<Accepted> accept(const std::string& token, const std::optional<Id128>& who = {},
                            std::int64_t now_ms = kNow) {
        return apply(
            [&](Change& change) {
                const User* const signed_in = who ? change.directory().find_user(*who) : nullptr;
                return accept_invitation(change, digest_key(token), signed_in, "Ann");
            },
            now_ms);
    }
    Result<MadeInvitation> resend(const Id128& id, std::int64_t now_ms = kNow) {
        return apply([&](Change& change) { return resend_invitation(change, acme_, id); }, now_ms);
    }
    // The token that is mailed now.
    std::string mailed(const MadeInvitation& made) {
        const auto token = apply([&](Change& change) { return make_mail_token(change, acme_, made.id); });
        EXPECT_TRUE(token) << token.error().message();
        return token.value_or(std::string());
    }
    Status revoke(const Id128& id) {
        return apply([&](Change& change) { return revoke_invitation(change, acme_, id); });
    }
    std::string refusal(const std::string& token, const std::optional<Id128>& who = {}, std::int64_t now_ms = kNow) {
        const auto accepted = accept(token, who, now_ms);
        return accepted ? "accepted" : std::string(accepted.error().reason());
    }
    const Invitation* find_invitation(const std::string& token) {
        return accounts_->directory()->find_invitation(digest_key(token));
    }
    std::size_t pending(std::int64_t now_ms = kNow) { return seats_of(*accounts_->directory(), acme_, now_ms).pending; }

    Id128 acme_, owner_;
};

TEST_F(InvitationTest, WhatItsMakerMayInviteToNoLongerIsRevoked) {
    const Id128 boss = member(acme_, "boss@example.com", Role::owner);
    call_as(boss);
    const MadeInvitation to_member = invited("a@example.com"), to_owner = invited("b@example.com", Role::owner);
    call_as(owner_);
    const MadeInvitation others = invited("c@example.com", Role::owner);
    ASSERT_TRUE(update(acme_, boss, {.role = Role::admin}).ok());
    EXPECT_NE(find_invitation(to_member.link_token), nullptr);
    EXPECT_EQ(find_invitation(to_owner.link_token), nullptr);
    ASSERT_TRUE(update(acme_, boss, {.role = Role::member}).ok());
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        EXPECT_EQ(find_invitation(to_member.link_token), nullptr);
        EXPECT_NE(find_invitation(others.link_token), nullptr);
        EXPECT_EQ(pending(), 1U) << "its seat is free";
    }
}

TEST_F(InvitationTest, TheLinkIsAcceptedByAVerifiedPersonOfTheAddress) {
    const Id128 ann = person("ann@example.com");
    const MadeInvitation made = invited("Ann@Example.com", Role::admin);
    const auto accepted = accept(made.link_token, ann);
    ASSERT_TRUE(accepted) << accepted.error().message();
    EXPECT_EQ(accepted->user, ann);
    EXPECT_EQ(accepted->organization, acme_);
    EXPECT_FALSE(accepted->user_made);
    EXPECT_EQ(find(acme_, ann)->role, Role::admin);
    EXPECT_EQ(find(acme_, ann)->joined_by, JoinedBy::invitation);
    EXPECT_EQ(refusal(made.link_token, ann), "already_member");
    EXPECT_EQ(refusal(made.link_token, owner_), "already_member");
    EXPECT_EQ(refusal(made.link_token, person("eve@example.com")), "invitation_invalid");
}

TEST_F(InvitationTest, TheLinkProvesNothingAboutTheAddress) {
    const MadeInvitation made = invited("ann@example.com");
    EXPECT_EQ(refusal(made.link_token), "sign_in_needed");
    EXPECT_EQ(refusal(made.link_token, person("eve@example.com")), "email_mismatch");
    EXPECT_EQ(refusal(made.link_token, person("ann@example.com", VerifiedBy::nobody)), "email_not_verified");
    EXPECT_EQ(pending(), 1U);
    EXPECT_EQ(refusal("tg-inv-nonsense", owner_), "invitation_invalid");
}

TEST_F(InvitationTest, TheMailedTokenMakesAndVerifiesThePerson) {
    const MadeInvitation made = invited("ann@example.com");
    const std::string token = mailed(made);
    const auto accepted = accept(token);
    ASSERT_TRUE(accepted) << accepted.error().message();
    EXPECT_TRUE(accepted->user_made);
    const User* const ann = find_user(accepted->user);
    ASSERT_NE(ann, nullptr);
    EXPECT_EQ(ann->email, "ann@example.com");
    EXPECT_EQ(ann->name, "Ann");
    EXPECT_EQ(ann->verified_by, VerifiedBy::mail);
    EXPECT_NE(find(acme_, accepted->user), nullptr);
    EXPECT_EQ(refusal(token), "invitation_invalid");
}

TEST_F(InvitationTest, TheTokenThatWasMailedLastIsGood) {
    const MadeInvitation made = invited("ann@example.com");
    const std::string first = mailed(made), second = mailed(made);
    EXPECT_EQ(refusal(first), "invitation_invalid");
    EXPECT_EQ(find_invitation(made.link_token)->version, 1) << "mail is no change of it";
    EXPECT_TRUE(accept(second));
    const auto late = apply([&](Change& change) { return make_mail_token(change, acme_, made.id); });
    EXPECT_EQ(late.error().code(), StatusCode::not_found);
}

TEST_F(InvitationTest, TheMailedTokenVerifiesWhoThereIs) {
    const Id128 ann = person("ann@example.com", VerifiedBy::nobody);
    const auto accepted = accept(mailed(invited("ann@example.com")));
    ASSERT_TRUE(accepted);
    EXPECT_EQ(accepted->user, ann);
    EXPECT_FALSE(accepted->user_made);
    EXPECT_TRUE(find_user(ann)->verified());
    EXPECT_EQ(refusal(mailed(invited("bob@example.com")), ann), "email_mismatch");
}

TEST_F(InvitationTest, ALaterInvitationReplacesAnEarlierOne) {
    const MadeInvitation first = invited("ann@example.com"), second = invited("ann@example.com", Role::admin);
    EXPECT_EQ(pending(), 1U);
    const Id128 ann = person("ann@example.com");
    EXPECT_EQ(refusal(first.link_token, ann), "invitation_invalid");
    EXPECT_EQ(refusal(second.link_token, ann), "accepted");
    EXPECT_EQ(find(acme_, ann)->role, Role::admin);
}

TEST_F(InvitationTest, WhoComesByAnotherDoorUsesItUp) {
    const MadeInvitation made = invited("ann@example.com");
    const Id128 ann = member(acme_, "ann@example.com");
    EXPECT_EQ(pending(), 0U);
    EXPECT_EQ(refusal(made.link_token, ann), "already_member");
    EXPECT_EQ(make("ann@example.com").error().reason(), "already_member");
}

TEST_F(InvitationTest, ItHoldsASeatAndFillsIt) {
    std::vector<MadeInvitation> made;
    for (std::size_t i = 1; i < *PlanLimits{}.members; ++i)
        made.push_back(invited("p" + std::to_string(i) + "@example.com"));
    const auto refused = make("more@example.com");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason(), "limit_reached");
    EXPECT_THAT(refused.error().message(), HasSubstr("p1@example.com"));
    EXPECT_EQ(add(acme_, person("more@example.com")).reason(), "limit_reached");
    EXPECT_TRUE(make("p1@example.com")) << "the seat is the same";
    for (std::size_t i = 1; i < made.size(); ++i) EXPECT_TRUE(accept(mailed(made[i])));
    EXPECT_TRUE(add(acme_, person("p1@example.com")).ok()) << "a seat was held for him";
    EXPECT_EQ(accounts_->directory()->members_of(acme_).size(), *PlanLimits{}.members);
}

TEST_F(InvitationTest, AfterAWeekItsSeatIsFreeAndItIsNotAccepted) {
    const MadeInvitation made = invited("ann@example.com");
    const Id128 ann = person("ann@example.com");
    constexpr std::int64_t kLater = kNow + kInvitationMs;
    EXPECT_EQ(pending(kLater - 1), 1U);
    EXPECT_EQ(pending(kLater), 0U);
    EXPECT_EQ(refusal(made.link_token, ann, kLater), "invitation_expired");
    invited("bob@example.com", Role::member, kLater);
    EXPECT_EQ(find_invitation(made.link_token), nullptr) << "nobody needs it any more";
    EXPECT_EQ(accounts_->directory()->invitations_of(acme_).size(), 1U);
}

TEST_F(InvitationTest, SentAgainItHasNewTokensAndNewDays) {
    const MadeInvitation made = invited("ann@example.com");
    const Id128 ann = person("ann@example.com");
    const std::string token = mailed(made);
    const auto again = resend(made.id, kNow + kInvitationMs);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again->id, made.id);
    EXPECT_EQ(find_invitation(made.link_token), nullptr);
    EXPECT_EQ(find_invitation(token), nullptr);
    EXPECT_EQ(refusal(again->link_token, ann, kNow + kInvitationMs + 1), "accepted");
    EXPECT_EQ(resend(made.id).error().code(), StatusCode::not_found);
}

TEST_F(InvitationTest, ARevokedOneIsGone) {
    const MadeInvitation made = invited("ann@example.com");
    const std::string token = mailed(made);
    ASSERT_TRUE(revoke(made.id).ok());
    EXPECT_EQ(refusal(token), "invitation_invalid");
    EXPECT_EQ(pending(), 0U);
    EXPECT_EQ(revoke(made.id).code(), StatusCode::not_found);
    EXPECT_THAT(accounts_->directory()->invitations_to("ann@example.com"), IsEmpty());
}

TEST_F(InvitationTest, AnAdminInvitesNoOwner) {
    const Id128 admin = member(acme_, "admin@example.com", Role::admin);
    const MadeInvitation by_owner = invited("ann@example.com", Role::owner);
    call_as(admin);
    EXPECT_EQ(make("bob@example.com", Role::owner).error().reason(), "owner_only");
    EXPECT_EQ(make("ann@example.com").error().reason(), "owner_only") << "it would replace an owner's";
    EXPECT_EQ(revoke(by_owner.id).reason(), "owner_only");
    EXPECT_EQ(resend(by_owner.id).error().reason(), "owner_only");
    EXPECT_TRUE(make("bob@example.com", Role::admin));
    EXPECT_EQ(accounts_->directory()->invitations_to("bob@example.com").at(0)->inviter, admin);
}

TEST_F(InvitationTest, NobodyIsInvitedToAPersonalOrganizationOrByABadAddress) {
    acme_ = find_user(owner_)->personal_organization;
    EXPECT_EQ(make("ann@example.com").error().reason(), "personal_organization");
    acme_ = organization("Other");
    EXPECT_EQ(make("ann").error().code(), StatusCode::invalid);
    EXPECT_EQ(pending(), 0U);
}

TEST_F(InvitationTest, IsKeptAcrossARestartWithoutItsTokens) {
    const MadeInvitation made = invited("ann@example.com", Role::admin);
    const std::string token = mailed(made);
    for (const auto& family : store_.contents()) {
        for (const auto& [name, value] : family) {
            EXPECT_EQ(value.find(made.link_token.substr(7, 12)), value.npos) << name;
            EXPECT_EQ(value.find(token.substr(7, 12)), value.npos) << name;
        }
    }
    reload();
    const Invitation* const found = find_invitation(token);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found, find_invitation(made.link_token));
    EXPECT_EQ(found->email, "ann@example.com");
    EXPECT_EQ(found->role, Role::admin);
    EXPECT_EQ(found->expires_ms, kNow + kInvitationMs);
    EXPECT_EQ(accounts_->directory()->invitations_to("ann@example.com"), std::vector{found});
    EXPECT_EQ(pending(), 1U);
}

}  // namespace
}  // namespace tollgate
