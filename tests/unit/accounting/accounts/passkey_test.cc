#include "accounting/accounts/passkey.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "accounting/accounts/second_factors.h"
#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PasskeyTest : public AccountsFixture {
  protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        ann_ = person("ann@example.com");
        ben_ = person("ben@example.com");
    }
    static Passkey fields(const Id128& user, const std::string& credential_id) {
        return {.user = user,
                .name = "Ann's phone",
                .credential_id = credential_id,
                .cose_key = std::string("\x00\xff\x01", 3),
                .aaguid = std::string(16, '\x07'),
                .rp_id = "tollgate.example.com",
                .transports = {"internal", "hybrid"},
                .state = {.sign_count = 3, .user_verified = true, .backup_eligible = true, .backed_up = true}};
    }
    Result<std::vector<std::string>> add(const Passkey& passkey, std::int64_t now_ms = kNow) {
        return apply([&](Change& change) { return add_passkey(change, passkey); }, now_ms);
    }
    Status remove(const Id128& user, const std::string& credential_id) {
        return apply([&](Change& change) { return remove_passkey(change, user, passkey_id_of(credential_id)); });
    }
    SecondFactors factors(const Id128& user) { return find_second_factors(store_, user).value_or(SecondFactors{}); }

    Id128 ann_, ben_;
};

TEST_F(PasskeyTest, EveryFieldIsReadBack) {
    const Passkey made = fields(ann_, std::string("\x00id\xff", 4));
    ASSERT_TRUE(add(made));
    const auto found = find_passkey(store_, passkey_id_of(made.credential_id));
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_EQ(found->user, ann_);
    EXPECT_EQ(found->name, made.name);
    EXPECT_EQ(found->credential_id, made.credential_id);
    EXPECT_EQ(found->cose_key, made.cose_key);
    EXPECT_EQ(found->aaguid, made.aaguid);
    EXPECT_EQ(found->rp_id, made.rp_id);
    EXPECT_EQ(found->transports, made.transports);
    EXPECT_EQ(found->state.sign_count, 3);
    EXPECT_TRUE(found->state.user_verified && found->state.backup_eligible && found->state.backed_up);
    EXPECT_EQ(found->created_ms, kNow);
    EXPECT_EQ(found->last_used_ms, 0);
}

TEST_F(PasskeyTest, TheFirstFactorBringsRecoveryCodesAndNoFurtherOne) {
    const auto codes = add(fields(ann_, "one"));
    ASSERT_TRUE(codes) << codes.error().message();
    EXPECT_THAT(*codes, SizeIs(kRecoveryCodes));
    const auto none = add(fields(ann_, "two"), kNow + 1);
    ASSERT_TRUE(none);
    EXPECT_THAT(*none, IsEmpty());
    EXPECT_TRUE(factors(ann_).any());
    const auto all = passkeys_of(store_, ann_);
    ASSERT_TRUE(all);
    EXPECT_THAT(*all, ElementsAre(testing::Field(&Passkey::credential_id, "one"),
                                  testing::Field(&Passkey::credential_id, "two")));
}

TEST_F(PasskeyTest, NoTwoPeopleHaveTheSame) {
    ASSERT_TRUE(add(fields(ann_, "one")));
    EXPECT_EQ(add(fields(ben_, "one")).error().reason(), "passkey_known");
    EXPECT_EQ(add(fields(ann_, "one")).error().reason(), "passkey_known");
    EXPECT_FALSE(factors(ben_).any());
}

TEST_F(PasskeyTest, NobodyRemovesAnothers) {
    ASSERT_TRUE(add(fields(ben_, "one")));
    EXPECT_EQ(remove(ann_, "one").code(), StatusCode::not_found);
    EXPECT_TRUE(find_passkey(store_, passkey_id_of("one")));
    EXPECT_TRUE(remove(ben_, "one").ok());
    EXPECT_FALSE(factors(ben_).any());
    EXPECT_TRUE(add(fields(ann_, "one")));  // now it is nobody's
}

TEST_F(PasskeyTest, ThereAreSoManyAndNoMore) {
    for (std::size_t i = 0; i < kMostPasskeys; ++i) ASSERT_TRUE(add(fields(ann_, "id " + std::to_string(i))));
    EXPECT_EQ(add(fields(ann_, "another")).error().reason(), "limit_reached");
    EXPECT_TRUE(remove(ann_, "id 3").ok());
    EXPECT_TRUE(add(fields(ann_, "another")));
}

TEST_F(PasskeyTest, NamesAndTransportsAreChecked) {
    Passkey passkey = fields(ann_, "one");
    passkey.name = " ";
    EXPECT_EQ(add(passkey).error().code(), StatusCode::invalid);
    passkey = fields(ann_, "one");
    passkey.transports.assign(kMostTransports + 1, "usb");
    EXPECT_EQ(add(passkey).error().code(), StatusCode::invalid);
    passkey.transports = {std::string(kMostTransportBytes + 1, 'x')};
    EXPECT_EQ(add(passkey).error().code(), StatusCode::invalid);
}

TEST_F(PasskeyTest, AUseIsNotedAndNothingIsHeldAgainstIt) {
    ASSERT_TRUE(add(fields(ann_, "one")));
    const auto use = [&](const Id128& user, const std::string& id) {
        return apply(
            [&](Change& change) {
                return note_passkey_use(change, user, passkey_id_of(id), {.sign_count = 1, .user_verified = false});
            },
            kNow + 9);
    };
    EXPECT_TRUE(use(ann_, "one").ok());
    const auto found = find_passkey(store_, passkey_id_of("one"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->state.sign_count, 1);  // less than before
    EXPECT_FALSE(found->state.backed_up);
    EXPECT_EQ(found->last_used_ms, kNow + 9);
    EXPECT_EQ(use(ben_, "one").reason(), "passkey_unknown");
    EXPECT_EQ(use(ann_, "two").reason(), "passkey_unknown");
}

TEST_F(PasskeyTest, ThoseOfAnotherHostAreStranded) {
    ASSERT_TRUE(add(fields(ann_, "one")));
    ASSERT_TRUE(add(fields(ann_, "two")));
    Passkey moved = fields(ben_, "three");
    moved.rp_id = "other.example.com";
    ASSERT_TRUE(add(moved));
    const auto here = stranded_passkeys(store_, "tollgate.example.com"),
               there = stranded_passkeys(store_, "other.example.com"), nowhere = stranded_passkeys(store_, "");
    ASSERT_TRUE(here && there && nowhere);
    EXPECT_EQ(here->passkeys, 1U);
    EXPECT_EQ(here->people, 1U);
    EXPECT_EQ(there->passkeys, 2U);
    EXPECT_EQ(there->people, 1U);
    EXPECT_EQ(nowhere->passkeys, 3U);
    EXPECT_EQ(nowhere->people, 2U);
}

}  // namespace
}  // namespace tollgate
