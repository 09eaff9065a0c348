// Keys with another secret than their first one, and with another maker.
#include "accounting/accounts/key_secrets.h"

#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

class KeySecretsTest : public AccountsFixture {
  protected:
    // The digest of the new secret.
    KeyDigest rotate(const KeyDigest& key, std::int64_t grace_seconds, std::int64_t now_ms = kNow) {
        const auto made =
            apply([&](Change& change) { return rotate_key(change, key, {.grace_seconds = grace_seconds}); }, now_ms);
        EXPECT_TRUE(made) << made.error().message();
        if (!made) return {};
        EXPECT_EQ(made->digest, key);
        return digest_key(made->plaintext);
    }
    bool works(const KeyDigest& secret, const KeyDigest& key, std::int64_t now_ms) {
        const KeyRecord* const found = accounts_->directory()->find_key_of_secret(secret, now_ms);
        EXPECT_TRUE(found == nullptr || found->digest == key);
        return found != nullptr;
    }
    Status take_over(const KeyDigest& key, const Id128& maker, std::optional<std::int64_t> grace_seconds = {}) {
        const Rotation rotation{.grace_seconds = grace_seconds, .creator = maker};
        const auto made = apply([&](Change& change) { return rotate_key(change, key, rotation); });
        return made ? Status() : made.error();
    }
    Status refusal(const KeyDigest& key, std::int64_t grace_seconds) {
        const auto made =
            apply([&](Change& change) { return rotate_key(change, key, {.grace_seconds = grace_seconds}); });
        return made ? Status() : made.error();
    }
};

TEST_F(KeySecretsTest, AKeyIsFoundByItsFirstSecretUntilThatIsReplaced) {
    const KeyDigest id = key(organization());
    EXPECT_TRUE(works(id, id, kNow));
    const KeyDigest second = rotate(id, 0);
    EXPECT_FALSE(works(id, id, kNow));
    EXPECT_TRUE(works(second, id, kNow));
    EXPECT_NE(find(id), nullptr);  // by its id as before
    EXPECT_EQ(find(second), nullptr);
    EXPECT_FALSE(works(KeyDigest{}, id, kNow));
}

TEST_F(KeySecretsTest, TheGraceEndsToTheMillisecondAlsoAfterARestart) {
    const KeyDigest id = key(organization());
    const KeyDigest second = rotate(id, 5);
    for (int start = 0; start < 2; ++start) {
        EXPECT_TRUE(works(id, id, kNow + 4999));
        EXPECT_FALSE(works(id, id, kNow + 5000));
        EXPECT_TRUE(works(second, id, kNow + 5000));
        reload();
    }
}

TEST_F(KeySecretsTest, TheNewestAndTheOneBeforeItAreAllThatWork) {
    const KeyDigest id = key(organization());
    const KeyDigest second = rotate(id, 600), third = rotate(id, 600, kNow + 1);
    for (int start = 0; start < 2; ++start) {
        EXPECT_FALSE(works(id, id, kNow + 1));
        EXPECT_TRUE(works(second, id, kNow + 1));
        EXPECT_TRUE(works(third, id, kNow + 1));
        reload();
    }
    const KeyDigest fourth = rotate(id, 0);
    EXPECT_FALSE(works(second, id, kNow) || works(third, id, kNow));
    EXPECT_TRUE(works(fourth, id, kNow));
}

TEST_F(KeySecretsTest, ADeletedKeysSecretsAreNoKeys) {
    const KeyDigest id = key(organization());
    const KeyDigest second = rotate(id, 600);
    ASSERT_TRUE(remove(id).ok());
    EXPECT_FALSE(works(id, id, kNow) || works(second, id, kNow));
    reload();
    EXPECT_FALSE(works(id, id, kNow) || works(second, id, kNow));
}

TEST_F(KeySecretsTest, AnEarlierSnapshotKeepsTheSecretsThatItHad) {
    const KeyDigest id = key(organization());
    const auto before = accounts_->directory();
    const KeyDigest second = rotate(id, 0);
    EXPECT_NE(before->find_key_of_secret(id, kNow), nullptr);
    EXPECT_EQ(before->find_key_of_secret(second, kNow), nullptr);
}

TEST_F(KeySecretsTest, WhatTheKeyIsAndSpentStays) {
    const KeyDigest id = key(organization(), {.name = "web", .limit = NanoUsd{5}});
    const KeyRecord before = *find(id);
    const Spenders& spent = spenders_of(*accounts_->directory(), *find(id), credits_);
    (void)rotate(id, 0, kNow + 7);
    const KeyRecord& after = *find(id);
    EXPECT_EQ(after.name, before.name);
    EXPECT_EQ(Limits(after.limits).budget, NanoUsd{5});
    EXPECT_EQ(after.version, before.version + 1);
    EXPECT_EQ(after.updated_ms, kNow + 7);
    EXPECT_NE(after.ends, before.ends);
    EXPECT_EQ(after.spenders.get(), &spent);
}

TEST_F(KeySecretsTest, AGraceIsBoundedAndTheRootKeyIsNotRotated) {
    const KeyDigest id = key(organization());
    EXPECT_EQ(refusal(id, -1).code(), StatusCode::invalid);
    EXPECT_EQ(refusal(id, kMostGraceSeconds + 1).code(), StatusCode::invalid);
    EXPECT_TRUE(refusal(id, kMostGraceSeconds).ok());
    EXPECT_EQ(refusal(digest_key("unknown"), 0).code(), StatusCode::not_found);
    EXPECT_EQ(refusal(make_root_key()->digest, 0).code(), StatusCode::invalid);
}

TEST_F(KeySecretsTest, AKeyThatIsHandedOverSpendsForItsNewMaker) {
    const Id128 id = organization(), ann = member(id, "ann@people.test"), bob = member(id, "bob@people.test");
    const KeyDigest digest = key(id, {.name = "web", .creator = ann});
    const auto directory = accounts_->directory();
    EXPECT_EQ(spenders_of(*directory, *directory->find_key(digest), credits_).member, &credits_.member(id, ann));
    ASSERT_TRUE(update(digest, KeyChange{.creator = bob}).ok());
    const auto now = accounts_->directory();
    EXPECT_EQ(spenders_of(*now, *now->find_key(digest), credits_).member, &credits_.member(id, bob));
    EXPECT_EQ(spenders_of(*directory, *directory->find_key(digest), credits_).member, &credits_.member(id, ann));
    reload();
    EXPECT_EQ(find(digest)->creator, bob);
}

TEST_F(KeySecretsTest, WhatActsForItsMakerIsEnabledOnlyAfterItWasTakenOver) {
    const Id128 id = organization(), ann = member(id, "ann@people.test"), bob = member(id, "bob@people.test");
    for (const KeyKind kind : {KeyKind::management, KeyKind::service}) {
        const KeyDigest digest = key(id, {.name = "k", .kind = kind, .creator = ann});
        ASSERT_TRUE(remove(id, ann));
        EXPECT_EQ(find(digest)->disabled, Disabled::member_left);
        const Status refused = update(digest, KeyChange{.disabled = false});
        EXPECT_EQ(refused.reason(), "maker_left") << refused.message();
        EXPECT_EQ(update(digest, KeyChange{.creator = bob}).reason(), "rotate_first");
        EXPECT_EQ(take_over(digest, bob, 60).code(), StatusCode::invalid) << "the former maker knows the old secret";
        EXPECT_EQ(find(digest)->creator, ann);
        ASSERT_TRUE(take_over(digest, bob).ok());
        EXPECT_EQ(find(digest)->disabled, Disabled::by_hand);
        EXPECT_EQ(find(digest)->creator, bob);
        EXPECT_FALSE(works(digest, digest, kNow));
        ASSERT_TRUE(update(digest, KeyChange{.disabled = false}).ok());
        ASSERT_TRUE(add(id, ann).ok());
    }
}

}  // namespace
}  // namespace tollgate
