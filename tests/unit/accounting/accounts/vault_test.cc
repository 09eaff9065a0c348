#include "accounting/accounts/vault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "accounting/accounts/organization.h"
#include "store/key_space.h"
#include "tests/support/accounts_fixture.h"
#include "tests/support/master_keys.h"

namespace tollgate {
namespace {

using ::testing::HasSubstr;

class VaultTest : public AccountsFixture {
  protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        acme_ = organization();
        use(master_keys('a'));
    }
    void use(std::shared_ptr<const MasterKeys> keys) { accounts_->vault().use(std::move(keys)); }
    // As a start of the gateway with these keys.
    void restart(std::shared_ptr<const MasterKeys> keys) {
        reload();
        use(std::move(keys));
    }

    SecretPlace place() const { return {acme_, "test", "1", "api.example.com"}; }
    Result<std::string> sealed(const SecretPlace& place, std::string_view text = "sk-live-1") {
        return apply([&](Change& change) { return accounts_->vault().seal(change, place, text); });
    }
    std::string opened(const SecretPlace& place, const std::string& bytes) {
        const auto plain = accounts_->vault().open(place, bytes);
        return plain ? std::string(plain->text()) : plain.error().message();
    }
    std::size_t wrap_anew(std::size_t most = 100) {
        const auto wrapped = apply([&](Change& change) { return accounts_->vault().wrap_anew(change, most); });
        EXPECT_TRUE(wrapped);
        return wrapped.value_or(0);
    }

    Id128 acme_;
};

TEST_F(VaultTest, ASecretOpensAgainAlsoAfterARestart) {
    const auto bytes = sealed(place());
    ASSERT_TRUE(bytes) << bytes.error().message();
    EXPECT_EQ(opened(place(), *bytes), "sk-live-1");
    restart(master_keys('a'));
    EXPECT_EQ(opened(place(), *bytes), "sk-live-1");
}

TEST_F(VaultTest, ASecretOpensAtItsPlaceOnly) {
    const std::string bytes = sealed(place()).value();
    const Id128 other = organization("Other");
    ASSERT_TRUE(sealed({other, "test", "1", "api.example.com"}));
    for (const SecretPlace& elsewhere :
         {SecretPlace{other, "test", "1", "api.example.com"}, SecretPlace{acme_, "tes", "t1", "api.example.com"},
          SecretPlace{acme_, "test", "2", "api.example.com"}, SecretPlace{acme_, "test", "1", "evil.example.com"}}) {
        EXPECT_THAT(opened(elsewhere, bytes), HasSubstr("belongs elsewhere"));
    }
}

TEST_F(VaultTest, AnOrganizationHasOneDataKeyAndTheInstanceItsOwn) {
    ASSERT_TRUE(sealed(place()));
    const std::string stored = store_.get(Family::accounts, data_key_document_key(to_uuid(acme_))).value();
    ASSERT_TRUE(sealed(place(), "another"));
    EXPECT_EQ(store_.get(Family::accounts, data_key_document_key(to_uuid(acme_))).value(), stored);
    ASSERT_TRUE(sealed({.kind = "answer", .id = "1"}));
    EXPECT_TRUE(store_.get(Family::accounts, data_key_document_key(to_uuid(Id128{}))));
}

TEST_F(VaultTest, TwoSecretsOfOneChangeHaveOneDataKey) {
    std::string second;
    const auto first = apply([&](Change& change) {
        second = accounts_->vault().seal(change, place(), "two").value();
        return accounts_->vault().seal(change, place(), "one");
    });
    EXPECT_EQ(opened(place(), *first), "one");
    EXPECT_EQ(opened(place(), second), "two");
}

TEST_F(VaultTest, WhatIsNotCommittedLeavesNoDataKey) {
    {
        Change change(*accounts_, caller_, "test", kNow);
        ASSERT_TRUE(accounts_->vault().seal(change, place(), "sk-live-1"));
    }
    const std::string bytes = sealed(place()).value();
    EXPECT_EQ(opened(place(), bytes), "sk-live-1");
}

TEST_F(VaultTest, WithoutAMasterKeyNothingIsSealedAndTheRefusalSaysWhy) {
    restart(nullptr);
    const auto bytes = sealed(place());
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().reason(), "no_master_key");
    EXPECT_THAT(bytes.error().message(), HasSubstr("secrets.master_key_file"));
}

TEST_F(VaultTest, NeitherSecretsNorDataKeysAreInTheAudit) {
    ASSERT_TRUE(sealed(place()));
    const auto page = read_audit(store_, {.organization = acme_, .limit = kMaxAuditPage});
    for (const AuditEntry& entry : page->entries) {
        for (const AuditedDocument& one : entry.documents) EXPECT_FALSE(one.document.starts_with("data_key/"));
    }
    const auto instance = read_audit(store_, {.organization = {}, .limit = kMaxAuditPage});
    EXPECT_TRUE(instance->entries.empty());
}

TEST_F(VaultTest, AnotherMasterKeyTakesOverWhileSecretsStayReadable) {
    const Id128 other = organization("Other");
    const SecretPlace place_of_other{other, "test", "1", ""};
    const std::string one = sealed(place()).value(), two = sealed(place_of_other).value();
    use(master_keys('b', {'a'}));
    EXPECT_EQ(opened(place(), one), "sk-live-1") << "by the former";
    EXPECT_EQ(accounts_->vault().wrapping().former, 2U);
    EXPECT_EQ(wrap_anew(1), 1U);
    EXPECT_EQ(wrap_anew(), 1U);
    EXPECT_EQ(wrap_anew(), 0U);
    EXPECT_EQ(accounts_->vault().wrapping().former, 0U);
    restart(master_keys('b'));  // the former is gone
    EXPECT_EQ(opened(place(), one), "sk-live-1");
    EXPECT_EQ(opened(place_of_other, two), "sk-live-1");
}

TEST_F(VaultTest, AWrongMasterKeyOpensNothingAndReplacesNothing) {
    const std::string bytes = sealed(place()).value();
    restart(master_keys('b'));
    EXPECT_THAT(opened(place(), bytes), HasSubstr(master_keys('a')->current->id()));
    EXPECT_FALSE(sealed(place())) << "a data key that cannot be opened is not thrown away";
    EXPECT_EQ(accounts_->vault().wrapping().unknown, 1U);
    EXPECT_EQ(accounts_->vault().wrapping().needed, std::set<std::string>{master_keys('a')->current->id()});
    EXPECT_EQ(wrap_anew(), 0U);
    restart(master_keys('a'));
    EXPECT_EQ(opened(place(), bytes), "sk-live-1");
}

TEST_F(VaultTest, ADeletedOrganizationsSecretsOpenNoMore) {
    const std::string bytes = sealed(place()).value();
    const Status deleted = apply(
        [&](Change& change) { return delete_organization(change, acme_, {.confirmed_name = find(acme_)->name}); });
    ASSERT_TRUE(deleted.ok()) << deleted.message();
    EXPECT_THAT(opened(place(), bytes), HasSubstr("missing"));
    EXPECT_FALSE(store_.get(Family::accounts, data_key_document_key(to_uuid(acme_))));
}

TEST_F(VaultTest, NothingStoredHasTheSecretOrTheDataKeyInPlain) {
    ASSERT_TRUE(sealed(place(), "sk-live-very-secret"));
    for (const auto& family : store_.contents()) {
        for (const auto& [name, value] : family) EXPECT_EQ(value.find("very-secret"), std::string::npos) << name;
    }
}

}  // namespace
}  // namespace tollgate
