#include "accounting/accounts/second_factors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "accounting/accounts/authenticator_app.h"
#include "accounting/accounts/passkey.h"
#include "accounting/secrets/totp.h"
#include "store/key_space.h"
#include "tests/support/accounts_fixture.h"
#include "tests/support/master_keys.h"

namespace tollgate {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;
using Codes = std::vector<std::string>;

class SecondFactorsTest : public AccountsFixture {
  protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        accounts_->vault().use(master_keys('a'));
        ann_ = person("ann@example.com");
    }

    static std::string code_at(const std::string& secret, std::int64_t now_ms) {
        return totp_code(secret, now_ms / kTotpStepMs);
    }
    std::string begin(const Id128& user, std::int64_t now_ms = kNow) {
        std::string text;
        const auto made = apply(
            [&](Change& change) -> Status {
                const auto secret = begin_app(change, user);
                if (!secret) return secret.error();
                text = secret->text();
                return {};
            },
            now_ms);
        EXPECT_TRUE(made.ok()) << made.message();
        return text;
    }
    Result<Codes> confirm(const Id128& user, const std::string& code, std::int64_t now_ms = kNow) {
        return apply([&](Change& change) { return confirm_app(change, user, code); }, now_ms);
    }
    // With its secret.
    std::pair<std::string, Codes> enrol(const Id128& user, std::int64_t now_ms = kNow) {
        std::string secret = begin(user, now_ms);
        auto codes = confirm(user, code_at(secret, now_ms), now_ms);
        EXPECT_TRUE(codes) << codes.error().message();
        return {std::move(secret), codes.value_or(Codes())};
    }
    Result<std::int64_t> check(const Id128& user, const std::string& code, std::int64_t now_ms) {
        return check_app_code(store_, accounts_->vault(), user, code, now_ms);
    }
    Status use(const Id128& user, std::int64_t step) {
        return apply([&](Change& change) { return use_app_step(change, user, step); });
    }
    Result<std::int64_t> recover(const Id128& user, const std::string& typed) {
        const auto code = check_recovery_code(store_, user, typed);
        if (!code) return std::unexpected(code.error());
        return apply([&](Change& change) { return use_recovery_code(change, user, *code); });
    }
    SecondFactors factors(const Id128& user) { return find_second_factors(store_, user).value_or(SecondFactors{}); }

    Id128 ann_;
};

TEST_F(SecondFactorsTest, AnAppCountsWhenItHasShownThatItKnowsTheSecret) {
    EXPECT_FALSE(factors(ann_).any());
    const std::string secret = begin(ann_);
    EXPECT_FALSE(factors(ann_).any());
    EXPECT_EQ(check(ann_, code_at(secret, kNow), kNow).error().reason(), "code_invalid");
    EXPECT_EQ(confirm(ann_, "000000").error().reason(), "code_invalid");
    const auto codes = confirm(ann_, code_at(secret, kNow));
    ASSERT_TRUE(codes) << codes.error().message();
    EXPECT_THAT(*codes, SizeIs(kRecoveryCodes));
    EXPECT_EQ(factors(ann_).app_ms, kNow);
    EXPECT_EQ(factors(ann_).recovery_codes_left, 10);
    EXPECT_EQ(confirm(ann_, code_at(secret, kNow)).error().reason(), "app_not_begun");
}

TEST_F(SecondFactorsTest, ACodeCountsOnce) {
    const auto [secret, codes] = enrol(ann_);
    // The one that confirmed the app is used, too.
    EXPECT_EQ(check(ann_, code_at(secret, kNow), kNow).error().reason(), "code_invalid");
    const std::int64_t later = kNow + kTotpStepMs;
    const auto step = check(ann_, code_at(secret, later), later);
    ASSERT_TRUE(step) << step.error().message();
    EXPECT_TRUE(use(ann_, *step).ok());
    EXPECT_EQ(use(ann_, *step).reason(), "code_invalid");  // two that were checked at once
    EXPECT_EQ(check(ann_, code_at(secret, later), later).error().reason(), "code_invalid");
    reload();
    accounts_->vault().use(master_keys('a'));
    EXPECT_EQ(check(ann_, code_at(secret, later), later).error().reason(), "code_invalid");
    EXPECT_TRUE(check(ann_, code_at(secret, later + kTotpStepMs), later));
}

TEST_F(SecondFactorsTest, AnotherAppTakesThePlaceOnlyWhenItIsConfirmed) {
    const auto [first, codes] = enrol(ann_);
    const std::string second = begin(ann_, kNow + 60'000);
    EXPECT_TRUE(check(ann_, code_at(first, kNow + 60'000), kNow + 60'000));
    EXPECT_FALSE(check(ann_, code_at(second, kNow + 60'000), kNow + 60'000));
    const auto again = confirm(ann_, code_at(second, kNow + 60'000), kNow + 60'000);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_THAT(*again, IsEmpty());  // his recovery codes stay
    EXPECT_FALSE(check(ann_, code_at(first, kNow + 90'000), kNow + 90'000));
    EXPECT_TRUE(check(ann_, code_at(second, kNow + 90'000), kNow + 90'000));
    EXPECT_EQ(recover(ann_, codes.at(0)), 9);
}

TEST_F(SecondFactorsTest, AnAppThatIsNotConfirmedInTimeMustBeginAgain) {
    const std::string secret = begin(ann_);
    const std::int64_t late = kNow + kAwaitedAppMs;
    EXPECT_EQ(confirm(ann_, code_at(secret, late), late).error().reason(), "app_not_begun");
}

TEST_F(SecondFactorsTest, ACodeOfAnotherPersonIsWrong) {
    const Id128 ben = person("ben@example.com");
    const auto [secret, codes] = enrol(ann_);
    enrol(ben);
    const std::int64_t later = kNow + kTotpStepMs;
    EXPECT_FALSE(check(ben, code_at(secret, later), later));
    EXPECT_EQ(recover(ben, codes.at(0)).error().reason(), "code_invalid");
    EXPECT_EQ(factors(ben).recovery_codes_left, 10);
}

TEST_F(SecondFactorsTest, ARecoveryCodeCountsOnceAndSaysHowManyAreLeft) {
    const auto [secret, codes] = enrol(ann_);
    const auto again = check_recovery_code(store_, ann_, codes.at(0));
    EXPECT_EQ(recover(ann_, codes.at(0)), 9);
    EXPECT_EQ(recover(ann_, codes.at(0)).error().reason(), "code_invalid");
    const auto twice = apply([&](Change& change) { return use_recovery_code(change, ann_, *again); });
    EXPECT_EQ(twice.error().reason(), "code_invalid");  // two that were checked at once
    std::string typed = codes.at(1);
    for (char& c : typed) c = static_cast<char>(std::tolower(c));
    EXPECT_EQ(recover(ann_, " " + typed), 8);
    for (std::size_t i = 2; i < codes.size(); ++i) EXPECT_EQ(recover(ann_, codes[i]), static_cast<std::int64_t>(9 - i));
    EXPECT_EQ(factors(ann_).recovery_codes_left, 0);
    EXPECT_TRUE(factors(ann_).any());
}

TEST_F(SecondFactorsTest, NewRecoveryCodesEndTheOldOnes) {
    const auto nothing = apply([&](Change& change) { return make_recovery_codes(change, ann_); });
    EXPECT_EQ(nothing.error().reason(), "no_second_factor");
    const auto [secret, old] = enrol(ann_);
    const auto codes = apply([&](Change& change) { return make_recovery_codes(change, ann_); }, kNow + 5);
    ASSERT_TRUE(codes);
    EXPECT_EQ(factors(ann_).recovery_codes_ms, kNow + 5);
    EXPECT_FALSE(recover(ann_, old.at(0)));
    EXPECT_EQ(recover(ann_, codes->at(0)), 9);
}

TEST_F(SecondFactorsTest, WithTheLastFactorTheRecoveryCodesEnd) {
    const auto [secret, codes] = enrol(ann_);
    EXPECT_TRUE(apply([&](Change& change) { return remove_app(change, ann_); }).ok());
    EXPECT_FALSE(factors(ann_).any());
    EXPECT_EQ(factors(ann_).recovery_codes_ms, 0);
    EXPECT_FALSE(recover(ann_, codes.at(0)));
    EXPECT_FALSE(check(ann_, code_at(secret, kNow + kTotpStepMs), kNow + kTotpStepMs));
    EXPECT_EQ(apply([&](Change& change) { return remove_app(change, ann_); }).code(), StatusCode::not_found);
}

TEST_F(SecondFactorsTest, ThePersonSaysWhetherHeHasOne) {
    EXPECT_EQ(find_user(ann_)->second_factor_ms, 0);
    enrol(ann_);
    EXPECT_EQ(find_user(ann_)->second_factor_ms, kNow);
    reload();
    EXPECT_EQ(find_user(ann_)->second_factor_ms, kNow);
    ASSERT_TRUE(apply([&](Change& change) { return remove_app(change, ann_); }).ok());
    EXPECT_EQ(find_user(ann_)->second_factor_ms, 0);
}

TEST_F(SecondFactorsTest, WhoIsDeletedLeavesNoneBehind) {
    enrol(ann_);
    ASSERT_TRUE(apply([&](Change& change) { return delete_user(change, ann_); }).ok());
    for (const std::string& document :
         {second_factors_document_key(to_uuid(ann_)), factor_secrets_document_key(to_uuid(ann_))}) {
        EXPECT_EQ(store_.get(Family::accounts, document).error().code(), StatusCode::not_found) << document;
    }
}

TEST_F(SecondFactorsTest, WhatIsStoredOpensNothing) {
    const auto [secret, codes] = enrol(ann_);
    const std::string hex = to_hex_text(secret);
    for (const auto& family : store_.contents()) {
        for (const auto& [name, value] : family) {
            for (const std::string& told : {secret, hex, base32(secret), codes.at(0), codes.at(9)}) {
                EXPECT_EQ(value.find(told), std::string::npos) << name;
            }
        }
    }
}

TEST_F(SecondFactorsTest, WithoutAMasterKeyNoAppCanBeSetUp) {
    accounts_->vault().use(nullptr);
    const auto made = apply([&](Change& change) -> Status {
        const auto secret = begin_app(change, ann_);
        return secret ? Status() : secret.error();
    });
    EXPECT_EQ(made.reason(), "no_master_key");
}

// A row that is moved to another person is worth nothing.
TEST_F(SecondFactorsTest, ASecretIsOfItsPersonAlone) {
    const Id128 ben = person("ben@example.com");
    const auto [secret, codes] = enrol(ann_);
    const auto text = store_.get(Family::accounts, factor_secrets_document_key(to_uuid(ann_)));
    ASSERT_TRUE(text);
    WriteBatch batch;
    batch.put(Family::accounts, factor_secrets_document_key(to_uuid(ben)), *text);
    ASSERT_TRUE(store_.commit(batch, Durability::disk).ok());
    const std::int64_t later = kNow + kTotpStepMs;
    EXPECT_EQ(check(ben, code_at(secret, later), later).error().code(), StatusCode::corrupt);
}

TEST_F(SecondFactorsTest, AllOfThemEndAtOnce) {
    enrol(ann_);
    const auto added = apply([&](Change& change) {
        return add_passkey(change,
                           {.user = ann_, .name = "key", .credential_id = "id", .cose_key = "k", .rp_id = "a.test"});
    });
    ASSERT_TRUE(added) << added.error().message();
    EXPECT_TRUE(apply([&](Change& change) { return erase_second_factors(change, ann_); }).ok());
    EXPECT_FALSE(factors(ann_).any());
    EXPECT_EQ(find_passkey(store_, passkey_id_of("id")).error().code(), StatusCode::not_found);
    EXPECT_EQ(store_.get(Family::accounts, factor_secrets_document_key(to_uuid(ann_))).error().code(),
              StatusCode::not_found);
}

}  // namespace
}  // namespace tollgate
