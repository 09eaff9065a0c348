#include "accounting/accounts/session.h"

#include <gmock/gmock.h>

#include "accounting/accounts/user.h"
#include "accounting/secrets/password_hash.h"
#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Sessions : public AccountsFixture {
  protected:
    static constexpr SessionLimits kLimits{.idle_ms = 1000, .whole_ms = 5000, .most = 3};

    void SetUp() override {
        AccountsFixture::SetUp();
        const auto made = apply([](Change& change) { return create_user(change, {.email = "ann@x.test"}); });
        ASSERT_TRUE(made) << made.error().message();
        ann_ = *made;
    }
    KeyDigest begin(std::int64_t now_ms = kNow) {
        const KeyDigest secret = make_session_secret().digest;
        const NewSession fields{.secret = secret, .user = ann_, .proofs = Proof::password, .agent = "Test"};
        const Status begun = apply(
            [&](Change& change) {
                begin_session(change, fields, kLimits);
                return Status();
            },
            now_ms);
        EXPECT_TRUE(begun.ok()) << begun.message();
        return secret;
    }
    std::vector<KeyDigest> ids() const {
        std::vector<KeyDigest> ids;
        for (const Session* const one : accounts_->directory()->sessions_of(ann_)) ids.push_back(one->id);
        return ids;
    }
    std::shared_ptr<const Session> find(const KeyDigest& secret) const {
        return accounts_->directory()->find_session_of_secret(secret);
    }

    Id128 ann_;
};

TEST_F(Sessions, AreFoundByTheirSecretAndAreThereAfterAStart) {
    const KeyDigest secret = begin();
    for (int start = 0; start < 2; ++start) {
        const auto session = find(secret);
        ASSERT_NE(session, nullptr);
        EXPECT_EQ(session->id, secret);
        EXPECT_EQ(session->user, ann_);
        EXPECT_EQ(session->proofs, ProofSet(Proof::password));
        EXPECT_EQ(session->agent, "Test");
        EXPECT_EQ(session->expires_ms, kNow + kLimits.whole_ms);
        EXPECT_EQ(session->last_used.get(), kNow);
        reload();
    }
    EXPECT_EQ(accounts_->directory()->find_key(secret), nullptr) << "no request for a model finds it";
}

TEST_F(Sessions, AreOverWhenTheyAreIdleOrOld) {
    const auto session = find(begin());
    EXPECT_FALSE(session->is_over(kNow + 999, kLimits.idle_ms));
    EXPECT_TRUE(session->is_over(kNow + 1000, kLimits.idle_ms));
    session->last_used.note(kNow + 4999);
    EXPECT_FALSE(session->is_over(kNow + 4999, kLimits.idle_ms));
    EXPECT_TRUE(session->is_over(kNow + 5000, kLimits.idle_ms));
}

TEST_F(Sessions, ARenewedOneIsTheSameByAnotherSecret) {
    const KeyDigest first = begin(), second = make_session_secret().digest;
    const Status renewed =
        apply([&](Change& change) { return renew_session(change, ann_, first, second, Proof::totp); }, kNow + 500);
    ASSERT_TRUE(renewed.ok()) << renewed.message();
    for (int start = 0; start < 2; ++start) {
        EXPECT_EQ(find(first), nullptr);
        const auto session = find(second);
        ASSERT_NE(session, nullptr);
        EXPECT_EQ(session->id, first);
        EXPECT_EQ(session->created_ms, kNow);
        EXPECT_EQ(session->proved_ms, kNow + 500);
        EXPECT_THAT(session->proofs.names(), ElementsAre("password", "totp"));
        reload();
    }
}

TEST_F(Sessions, EndTheLeastUsedAndTheOldWhereThereIsNoRoom) {
    const KeyDigest first = begin(kNow), second = begin(kNow + 1), third = begin(kNow + 2);
    find(first)->last_used.note(kNow + 3);
    const KeyDigest fourth = begin(kNow + 4);
    EXPECT_THAT(ids(), ElementsAre(first, third, fourth));
    EXPECT_EQ(find(second), nullptr);
    const KeyDigest fifth = begin(kNow + 1003);
    EXPECT_THAT(ids(), ElementsAre(fourth, fifth)) << "those that are over make room, too";
}

TEST_F(Sessions, EndOneByOneOrAllButOne) {
    const KeyDigest first = begin(), second = begin(), third = begin();
    const auto end = [&](const KeyDigest& id) {
        return apply([&](Change& change) { return end_session(change, ann_, id); }).code();
    };
    EXPECT_EQ(end(first), StatusCode::ok);
    EXPECT_EQ(end(first), StatusCode::not_found);
    EXPECT_EQ(find(first), nullptr);
    const auto end_all_but = [&](const KeyDigest& but) {
        return apply([&](Change& change) {
            end_sessions(change, ann_, but);
            return Status();
        });
    };
    EXPECT_TRUE(end_all_but(third).ok());
    EXPECT_THAT(ids(), ElementsAre(third));
    EXPECT_EQ(find(second), nullptr);
    EXPECT_TRUE(end_all_but({}).ok());
    EXPECT_THAT(ids(), IsEmpty());
}

TEST_F(Sessions, EndWithTheirPerson) {
    const KeyDigest secret = begin();
    const Status deleted = apply([&](Change& change) { return delete_user(change, ann_, true); });
    ASSERT_TRUE(deleted.ok()) << deleted.message();
    EXPECT_EQ(find(secret), nullptr);
    reload();
    EXPECT_THAT(accounts_->directory()->sessions(), IsEmpty());
}

TEST_F(Sessions, OldOnesEndTogether) {
    begin(kNow);
    const KeyDigest young = begin(kNow + 900);
    const auto ended =
        apply([&](Change& change) -> Result<std::size_t> { return end_old_sessions(change, kLimits); }, kNow + 1000);
    EXPECT_EQ(ended, 1U);
    EXPECT_THAT(ids(), ElementsAre(young));
}

TEST_F(Sessions, AProofThatIsUnknownIsNoSession) {
    const KeyDigest secret = begin();
    const std::string problem = load_error_with("session/" + to_hex(secret), R"("password")", R"("a word")");
    EXPECT_NE(problem.find("one of its proofs is unknown"), std::string::npos) << problem;
}

TEST(Password, HashesAreSaltedAndCompared) {
    const auto one = hash_password("correct horse battery"), two = hash_password("correct horse battery");
    ASSERT_TRUE(one && two);
    EXPECT_NE(*one, *two);
    EXPECT_TRUE(one->starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << *one;
    EXPECT_TRUE(is_password("correct horse battery", *one));
    EXPECT_FALSE(is_password("correct horse batterz", *one));
    EXPECT_FALSE(is_password("", *one));
    EXPECT_FALSE(is_password("x", "no hash"));
}

TEST(Password, IsOfTwelveCharactersOfAnyKind) {
    const auto wrong = [](std::string_view text) { return check_password("password", text).message(); };
    EXPECT_EQ(wrong("aaaaaaaaaaaa"), "");
    EXPECT_EQ(wrong("zwölf Zeiche"), "");
    EXPECT_EQ(wrong("elf Zeichön"), "password: must have at least 12 characters") << "bytes are no characters";
    EXPECT_EQ(wrong(std::string(256, 'x')), "");
    EXPECT_EQ(wrong(std::string(257, 'x')), "password: is longer than 256 bytes");
    EXPECT_EQ(wrong("aaaaaaaaaaaa\xff"), "password: is no UTF-8");
}

}  // namespace
}  // namespace tollgate
