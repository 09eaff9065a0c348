#include "accounting/accounts/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "accounting/accounts/email_link.h"
#include "store/key_space.h"
#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class OutboxTest : public AccountsFixture {
  protected:
    static NewMail to(const std::string& email, const Id128& subject = {}) {
        return {.kind = MailKind::registration, .to = email, .subject = subject};
    }
    Status queue(const NewMail& mail, std::int64_t now_ms = kNow) {
        return apply([&](Change& change) { return queue_mail(change, mail); }, now_ms);
    }
    std::vector<Mail> due(std::int64_t now_ms = kNow) {
        const auto mails = due_mails(store_, now_ms, 100);
        EXPECT_TRUE(mails) << mails.error().message();
        return mails.value_or(std::vector<Mail>());
    }
    std::vector<Mail> all() { return all_mails(store_).value(); }
    std::optional<std::int64_t> next() { return next_mail_ms(store_).value(); }
    // One attempt at what is due first, that ends so.
    void attempt(std::int64_t now_ms, const std::string& problem, bool for_good = false) {
        const auto done = apply(
            [&](Change& change) {
                Mail mail = due(now_ms).at(0);
                begin_attempt(change, mail);
                end_attempt(change, mail, problem, for_good);
                return Status();
            },
            now_ms);
        EXPECT_TRUE(done.ok()) << done.message();
    }
};

TEST_F(OutboxTest, MailIsQueuedWithItsChangeOrNotAtAll) {
    bool told = false;
    accounts_->on_mail([&told] { told = true; });
    {
        Change change(*accounts_, caller_, "test", kNow);
        ASSERT_TRUE(queue_mail(change, to("ann@example.com")).ok());
    }
    EXPECT_FALSE(told);
    EXPECT_THAT(due(), IsEmpty());
    ASSERT_TRUE(queue(to("ann@example.com")).ok());
    EXPECT_TRUE(told);
    ASSERT_THAT(due(), SizeIs(1));
    EXPECT_EQ(due()[0].to, "ann@example.com");
    EXPECT_EQ(due()[0].kind, MailKind::registration);
    EXPECT_THAT(due(kNow - 1), IsEmpty());
    EXPECT_EQ(next(), kNow);
}

TEST_F(OutboxTest, WhatWasSentIsKeptForAWhileAndThenDeleted) {
    ASSERT_TRUE(queue(to("ann@example.com")).ok());
    attempt(kNow, {});
    ASSERT_THAT(all(), SizeIs(1));
    EXPECT_EQ(all()[0].state, MailState::sent);
    EXPECT_EQ(all()[0].attempts, 1);
    EXPECT_EQ(next(), kNow + kMailKeptMs);
    const Status erased = apply([&](Change& change) {
        erase_mail(change, due(kNow + kMailKeptMs).at(0));
        return Status();
    });
    ASSERT_TRUE(erased.ok());
    EXPECT_THAT(all(), IsEmpty());
    EXPECT_EQ(next(), std::nullopt);
}

TEST_F(OutboxTest, AttemptsAreFartherAndFartherApart) {
    ASSERT_TRUE(queue(to("ann@example.com")).ok());
    std::int64_t wait = kFirstRetryMs, now = kNow;
    for (int i = 0; i < 6; ++i) {
        attempt(now, "the server is away");
        EXPECT_EQ(next(), now + wait);
        EXPECT_EQ(all()[0].problem, "the server is away");
        now += wait;
        wait *= 2;
    }
    EXPECT_EQ(all()[0].state, MailState::waiting);
}

TEST_F(OutboxTest, AttemptsEndInTheEnd) {
    ASSERT_TRUE(queue(to("ann@example.com")).ok());
    std::int64_t attempts = 0;
    for (; all()[0].state == MailState::waiting; ++attempts) {
        ASSERT_LT(attempts, kMostMailAttempts);
        ASSERT_LE(*next(), kNow + kMailLifetimeMs);
        attempt(*next(), "the server is away");
    }
    EXPECT_EQ(all()[0].state, MailState::failed);
    EXPECT_GE(attempts, 10);
}

TEST_F(OutboxTest, WhatIsRefusedForGoodFailsAtOnceAndMayBeTriedAgain) {
    ASSERT_TRUE(queue(to("ann@example.com")).ok());
    attempt(kNow, "550", true);
    EXPECT_EQ(all()[0].state, MailState::failed);
    const auto again = apply([&](Change& change) {
        retry_mail(change, all()[0]);
        return Status();
    });
    ASSERT_TRUE(again.ok());
    ASSERT_THAT(due(), SizeIs(1));
    EXPECT_EQ(due()[0].attempts, 0);
}

TEST_F(OutboxTest, ACrashDuringAnAttemptPutsItOff) {
    ASSERT_TRUE(queue(to("ann@example.com")).ok());
    const Status begun = apply([&](Change& change) {
        Mail mail = due().at(0);
        begin_attempt(change, mail);
        return Status();
    });
    ASSERT_TRUE(begun.ok());
    reload();
    EXPECT_THAT(due(), IsEmpty());
    EXPECT_EQ(next(), kNow + kFirstRetryMs);
    EXPECT_EQ(all()[0].attempts, 1);
}

TEST_F(OutboxTest, ALaterOneAboutTheSameTakesThePlaceOfOneThatWaits) {
    const Id128 subject = make_uuid7(kNow);
    ASSERT_TRUE(queue(to("ann@example.com", subject)).ok());
    ASSERT_TRUE(queue(to("ann@example.com", subject), kNow + 1).ok());
    ASSERT_TRUE(queue(to("ann@example.com", make_uuid7(kNow)), kNow + 1).ok());
    EXPECT_THAT(due(kNow + 1), SizeIs(2));
    EXPECT_EQ(std::ranges::count(all(), MailState::dropped, &Mail::state), 1);
}

TEST_F(OutboxTest, AnAddressGetsSoManyOfAKindInADay) {
    for (std::size_t i = 0; i < kMostMailsADay; ++i) ASSERT_TRUE(queue(to("ann@example.com")).ok());
    EXPECT_EQ(queue(to("ann@example.com")).code(), StatusCode::full);
    EXPECT_TRUE(queue(to("bob@example.com")).ok());
    NewMail other = to("ann@example.com");
    other.kind = MailKind::verification;
    EXPECT_TRUE(queue(other).ok());
    other = to("ann@example.com");
    other.organization = make_uuid7(kNow);
    EXPECT_TRUE(queue(other).ok());
    EXPECT_TRUE(queue(to("ann@example.com"), kNow + 24LL * 3600 * 1000).ok());
}

TEST_F(OutboxTest, TheAuditShowsWhatWasAskedForAndNoAttempts) {
    ASSERT_TRUE(queue(to("ann@example.com")).ok());
    attempt(kNow, "the server is away");
    const auto entries = read_audit(store_, {.organization = {}})->entries;
    ASSERT_THAT(entries, SizeIs(1));
    EXPECT_TRUE(entries[0].target.starts_with("mail/"));
    EXPECT_THAT(entries[0].documents, SizeIs(1));
}

TEST_F(OutboxTest, ALinkIsUsedOnceWithinADayAndItsTokenIsStoredNowhere) {
    const auto make = [&](std::int64_t now_ms) {
        return apply(
            [](Change& change) -> Result<std::string> {
                return make_email_link(change, {.kind = EmailLinkKind::registration, .email = "ann@example.com"});
            },
            now_ms);
    };
    const auto use = [&](const std::string& token, std::int64_t now_ms) {
        return apply([&](Change& change) { return use_email_link(change, digest_key(token), nullptr); }, now_ms);
    };
    const std::string late = make(kNow).value(), token = make(kNow + 1).value();
    for (const auto& family : store_.contents()) {
        for (const auto& [name, value] : family) EXPECT_EQ(value.find(token), std::string::npos) << name;
    }
    EXPECT_EQ(use(late, kNow + kEmailLinkMs).error().reason(), "verification_expired");
    const auto used = use(token, kNow + kEmailLinkMs);
    ASSERT_TRUE(used) << used.error().message();
    EXPECT_EQ(find_user(used->user)->verified_by, VerifiedBy::mail);
    EXPECT_EQ(use(token, kNow + kEmailLinkMs).error().reason(), "verification_invalid");
}

}  // namespace
}  // namespace tollgate
