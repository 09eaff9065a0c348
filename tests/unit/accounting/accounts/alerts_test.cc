// Who is told what about money, and that each is said once.
#include "accounting/accounts/alerts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "accounting/accounts/account_limits.h"
#include "accounting/accounts/billing_details.h"
#include "accounting/accounts/outbox.h"
#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr NanoUsd kUsd{1'000'000'000};
constexpr std::int64_t kDayMs = 86'400'000;

class AlertsTest : public AccountsFixture {
  protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        acme_ = organization();
        owner_ = member(acme_, "owner@example.com", Role::owner);
        ann_ = member(acme_, "ann@example.com");
        find(acme_)->credit->grant(NanoUsd{10 * kUsd.value});
    }
    void want(std::optional<NanoUsd> low_balance, bool budgets) {
        const Status set = apply([&](Change& change) { return set_alerts(change, acme_, low_balance, budgets); });
        ASSERT_TRUE(set.ok()) << set.message();
    }
    void look(std::int64_t now_ms = kNow) {
        const Status looked = look_for_alerts(*accounts_, now_ms);
        ASSERT_TRUE(looked.ok()) << looked.message();
    }
    // What the mails say, by address; only those that came since the last call.
    std::multimap<std::string, std::string> told() {
        std::multimap<std::string, std::string> found;
        for (const Mail& mail : all_mails(store_).value()) {
            if (seen_.insert(mail.id).second) found.emplace(mail.to, mail.text);
        }
        return found;
    }
    void spend(const KeyDigest& key, NanoUsd amount, std::int64_t now_ms = kNow) {
        const auto directory = accounts_->directory();
        const Spenders& spenders = spenders_of(*directory, *directory->find_key(key), credits_);
        OrganizationCredit& credit = *find(acme_)->credit;
        const Admission admission = credit.hold(spenders, {.amount = amount, .unix_ms = now_ms});
        ASSERT_FALSE(admission.refusal);
        credit.settle(spenders, {.held = admission.taken, .cost = amount, .unix_ms = now_ms});
    }
    void refuse(const KeyDigest& key, NanoUsd amount, std::int64_t now_ms = kNow) {
        const auto directory = accounts_->directory();
        const Spenders& spenders = spenders_of(*directory, *directory->find_key(key), credits_);
        const Admission admission = find(acme_)->credit->hold(spenders, {.amount = amount, .unix_ms = now_ms});
        ASSERT_TRUE(admission.refusal);
        ASSERT_EQ(admission.refusal->limit, Refusal::Limit::budget);
    }
    void set_budget(const KeyDigest& key, NanoUsd budget) {
        const LimitTarget target{.scope = LimitScope::key, .organization = acme_, .key = key};
        const Status set = apply([&](Change& change) { return set_limits(change, target, {.budget = budget}); });
        ASSERT_TRUE(set.ok()) << set.message();
    }
    KeyDigest key_of(const Id128& user, NanoUsd limit, LimitReset reset = LimitReset::lifetime) {
        return key(acme_, {.name = "web", .creator = user, .limit = limit, .reset = reset});
    }

    Id128 acme_, owner_, ann_;
    std::set<Id128> seen_;
};

TEST_F(AlertsTest, NobodyIsToldWhoDoesNotWantToBe) {
    const KeyDigest web = key_of(ann_, kUsd);
    spend(web, kUsd);
    look();
    EXPECT_THAT(told(), IsEmpty());
}

TEST_F(AlertsTest, ALowBalanceIsSaidOnceForEachCrossing) {
    want(NanoUsd{5 * kUsd.value}, false);
    const KeyDigest web = key(acme_);
    spend(web, NanoUsd{5 * kUsd.value});
    look();
    EXPECT_THAT(told(), IsEmpty()) << "it is what was named, and not below";
    spend(web, kUsd);
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        look();
        const auto mails = told();
        if (reloaded) {
            EXPECT_THAT(mails, IsEmpty()) << "said before";
        } else {
            EXPECT_THAT(mails, ElementsAre(Pair("owner@example.com", HasSubstr("The balance is 4 USD"))));
        }
    }
    find(acme_)->credit->grant(NanoUsd{3 * kUsd.value});
    look();
    spend(web, NanoUsd{4 * kUsd.value});
    look();
    EXPECT_THAT(told(), ElementsAre(Pair("owner@example.com", HasSubstr("The balance is 3 USD"))));
}

TEST_F(AlertsTest, WhoIsAskedAboutBillsIsToldOfTheBalanceAlone) {
    want(NanoUsd{100 * kUsd.value}, true);
    const Status set = apply([&](Change& change) {
        return update_billing(change, acme_, {.contact_email = std::string("bills@example.com")});
    });
    ASSERT_TRUE(set.ok()) << set.message();
    spend(key_of({}, kUsd), kUsd);
    look();
    EXPECT_THAT(told(), ElementsAre(Pair("bills@example.com", testing::Not(HasSubstr("Key"))),
                                    Pair("owner@example.com", HasSubstr("Key \"web\" has spent 1 USD of 1 USD"))));
}

TEST_F(AlertsTest, ABudgetIsSaidToBeNearlyAndWhollySpentInEachOfItsWindows) {
    want(std::nullopt, true);
    const KeyDigest web = key_of(ann_, kUsd, LimitReset::daily);
    const auto cent = [&](int count) { return NanoUsd{count * kUsd.value / 100}; };
    spend(web, cent(79));
    look();
    EXPECT_THAT(told(), IsEmpty());
    spend(web, cent(1));
    look();
    const auto nearly = HasSubstr("Key \"web\" has spent 0.8 USD of 1 USD a day: 80 %.");
    EXPECT_THAT(told(), ElementsAre(Pair("ann@example.com", nearly), Pair("owner@example.com", nearly)));
    spend(web, cent(10));
    look();
    EXPECT_THAT(told(), IsEmpty());
    spend(web, cent(10));
    look();
    EXPECT_EQ(told().count("ann@example.com"), 1U);
    look(kNow + kDayMs);
    spend(web, cent(90), kNow + kDayMs);
    look(kNow + kDayMs);
    EXPECT_EQ(told().count("ann@example.com"), 1U);
}

TEST_F(AlertsTest, ABudgetThatRefusesARequestIsUsedUpBeforeItIsSpent) {
    want(std::nullopt, true);
    const KeyDigest web = key_of({}, kUsd, LimitReset::daily);
    spend(web, NanoUsd{970'000'000});
    look();
    EXPECT_THAT(told(), ElementsAre(Pair("owner@example.com", HasSubstr("97 %."))));
    refuse(web, NanoUsd{50'000'000});
    look();
    EXPECT_THAT(told(), ElementsAre(Pair("owner@example.com", HasSubstr("97 %. It refused a request"))));
    refuse(web, NanoUsd{50'000'000});
    look();
    reload();
    look();
    EXPECT_THAT(told(), IsEmpty()) << "said before";
    refuse(web, NanoUsd{2 * kUsd.value}, kNow + kDayMs);
    look(kNow + kDayMs);
    EXPECT_THAT(told(),
                ElementsAre(Pair("owner@example.com", HasSubstr("has spent 0 USD of 1 USD a day: 0 %. It refused"))));
}

TEST_F(AlertsTest, ABudgetOfNothingIsToldOfOnceItRefuses) {
    want(std::nullopt, true);
    const KeyDigest web = key_of(ann_, NanoUsd{}, LimitReset::daily);
    look();
    EXPECT_THAT(told(), IsEmpty());
    refuse(web, NanoUsd{1});
    look();
    EXPECT_THAT(told(), UnorderedElementsAre(
                            Pair("owner@example.com", HasSubstr("spent 0 USD of 0 USD a day: 100 %. It refused")),
                            Pair("ann@example.com", HasSubstr("100 %"))));
    refuse(web, NanoUsd{1});
    look();
    EXPECT_THAT(told(), IsEmpty()) << "said before";
    look(kNow + kDayMs);
    refuse(web, NanoUsd{1}, kNow + kDayMs);
    look(kNow + kDayMs);
    EXPECT_EQ(told().size(), 2U);
}

TEST_F(AlertsTest, WhatOthersHoldMakesNoBudgetUsedUp) {
    want(std::nullopt, true);
    const KeyDigest web = key_of({}, kUsd);
    const auto directory = accounts_->directory();
    const Spenders& spenders = spenders_of(*directory, *directory->find_key(web), credits_);
    OrganizationCredit& credit = *find(acme_)->credit;
    const Admission running = credit.hold(spenders, {.amount = NanoUsd{900'000'000}, .unix_ms = kNow});
    ASSERT_FALSE(running.refusal);
    refuse(web, NanoUsd{200'000'000});
    look();
    EXPECT_THAT(told(), IsEmpty());
    credit.settle(spenders, {.held = running.taken, .cost = NanoUsd{900'000'000}, .unix_ms = kNow});
    refuse(web, NanoUsd{200'000'000});
    set_budget(web, NanoUsd{1'100'000'000});
    look();
    EXPECT_THAT(told(), ElementsAre(Pair("owner@example.com", testing::Not(HasSubstr("refused")))))
        << "of another budget";
}

TEST_F(AlertsTest, MembersHearOfTheirOwnBudgetsAlone) {
    want(std::nullopt, true);
    const Id128 bob = member(acme_, "bob@example.com");
    ASSERT_TRUE(limit({.scope = LimitScope::member, .organization = acme_, .id = ann_}, {.budget = kUsd}).ok());
    spend(key(acme_, {.name = "a", .creator = ann_}), kUsd);
    spend(key(acme_, {.name = "b", .creator = bob}), kUsd);
    look();
    const auto mails = told();
    EXPECT_EQ(mails.count("ann@example.com"), 1U);
    EXPECT_EQ(mails.count("owner@example.com"), 1U);
    EXPECT_EQ(mails.count("bob@example.com"), 0U);
}

TEST_F(AlertsTest, WhatCouldNotBeMailedTodayIsSaidLater) {
    want(NanoUsd{100 * kUsd.value}, false);
    for (std::size_t i = 0; i < kMostMailsADay; ++i) {
        const Status queued = apply([&](Change& change) {
            return queue_mail(change, {.kind = MailKind::alert,
                                       .to = "owner@example.com",
                                       .text = "another",
                                       .subject = make_uuid7(kNow),
                                       .organization = acme_});
        });
        ASSERT_TRUE(queued.ok());
    }
    look();
    EXPECT_EQ(told().size(), kMostMailsADay);
    look(kNow + kDayMs + 1);
    EXPECT_EQ(told().count("owner@example.com"), 1U);
}

TEST_F(AlertsTest, ADeletedOrganizationLeavesNothingSaid) {
    want(NanoUsd{100 * kUsd.value}, false);
    look();
    EXPECT_EQ(told().size(), 1U);
    const auto said = [this] {
        std::size_t count = 0;
        EXPECT_TRUE(store_
                        .scan(Family::accounts, "alert/", "alert0",
                              [&](std::string_view, std::string_view) { return ++count > 0; })
                        .ok());
        return count;
    };
    EXPECT_EQ(said(), 1U);
    const Status closed = apply([&](Change& change) {
        close_organization(change, acme_);
        return Status();
    });
    ASSERT_TRUE(closed.ok()) << closed.message();
    look();
    EXPECT_EQ(said(), 0U);
}

}  // namespace
}  // namespace tollgate
