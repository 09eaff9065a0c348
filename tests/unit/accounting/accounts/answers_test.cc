#include "accounting/accounts/answers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/accounts_fixture.h"
#include "tests/support/master_keys.h"

namespace tollgate {
namespace {

using ::testing::HasSubstr;

// Answers that hold a secret; others are in change_test.cc.
class AnswersTest : public AccountsFixture {
  protected:
    // A call that may be repeated. Its answer is the key that it makes.
    Result<std::string> create_key_once(const Id128& organization, std::int64_t now_ms = kNow) {
        Change change(*accounts_, caller_, "key.create", now_ms);
        auto earlier = change.find_answer({.key = "key-1", .actor = "root", .route = "POST /keys", .body = "{}"});
        if (!earlier) return std::unexpected(earlier.error());
        if (*earlier) return std::move((*earlier)->body);
        const auto made = create_key(change, organization, {.name = "k"});
        if (!made) return std::unexpected(made.error());
        change.set_answer({.status = 201, .body = made->plaintext, .secret_of = "key/" + to_hex(made->digest)});
        if (Status status = change.commit(); !status.ok()) return std::unexpected(std::move(status));
        return made->plaintext;
    }
};

TEST_F(AnswersTest, WithoutAMasterKeyAnAnswerWithASecretIsNotStoredAndARepeatNamesWhatWasMade) {
    const Id128 id = organization();
    const auto plaintext = create_key_once(id);
    ASSERT_TRUE(plaintext);
    const auto again = create_key_once(id);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), StatusCode::already_exists);
    EXPECT_THAT(again.error().message(), HasSubstr("key/" + to_hex(digest_key(*plaintext))));
    EXPECT_EQ(accounts_->directory()->key_count(), 1U);
}

TEST_F(AnswersTest, ARepeatHasTheHeadersAndSaysWhoseSecretIsInIt) {
    accounts_->vault().use(master_keys('a'));
    for (const std::string secret_of : {"", "key/1"}) {
        const RepeatableCall call{.key = "key-" + secret_of, .actor = "root", .route = "POST /keys", .body = "{}"};
        Change change(*accounts_, caller_, "test", kNow);
        ASSERT_TRUE(change.find_answer(call));
        change.put_unaudited("a document", "{}");
        change.set_answer({.status = 200, .body = "b", .headers = "etag: \"7\"\r\n", .secret_of = secret_of});
        ASSERT_TRUE(change.commit().ok());
        const auto found = find_answer(store_, accounts_->vault(), call, kNow);
        ASSERT_TRUE(found && *found);
        EXPECT_EQ((*found)->body, "b");
        EXPECT_EQ((*found)->headers, "etag: \"7\"\r\n");
        EXPECT_EQ((*found)->secret_of, secret_of);
    }
}

TEST_F(AnswersTest, WithAMasterKeyARepeatHasTheSecretForADay) {
    accounts_->vault().use(master_keys('a'));
    const Id128 id = organization();
    const auto plaintext = create_key_once(id);
    ASSERT_TRUE(plaintext);
    for (const auto& family : store_.contents()) {
        for (const auto& [name, value] : family) EXPECT_EQ(value.find(*plaintext), std::string::npos) << name;
    }
    reload();
    EXPECT_EQ(create_key_once(id).error().reason(), "no_master_key")
        << "it cannot be opened now, and no second is made";
    accounts_->vault().use(master_keys('a'));
    EXPECT_EQ(create_key_once(id, kNow + kAnswerLifetimeMs - 1).value(), *plaintext);
    EXPECT_EQ(accounts_->directory()->key_count(), 1U);
    EXPECT_NE(create_key_once(id, kNow + kAnswerLifetimeMs).value(), *plaintext);
    EXPECT_EQ(accounts_->directory()->key_count(), 2U);
}

}  // namespace
}  // namespace tollgate
