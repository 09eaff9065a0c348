#include "accounting/accounts/provider_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "accounting/accounts/organization.h"
#include "store/key_space.h"
#include "tests/support/accounts_fixture.h"
#include "tests/support/master_keys.h"

namespace tollgate {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kSecret = "sk-live-0123456789";
constexpr std::string_view kOrigin = "https://api.example.com:443";

class ProviderKeyTest : public AccountsFixture {
  protected:
    void SetUp() override {
        AccountsFixture::SetUp();
        acme_ = organization();
        accounts_->vault().use(master_keys('a'));
    }

    static NewProviderKey fields(const std::string& label = "main") {
        return {.provider = "openai", .label = label, .origin = std::string(kOrigin), .secret = kSecret};
    }
    Result<Id128> make(const NewProviderKey& wanted = fields()) {
        return apply([&](Change& change) { return create_provider_key(change, acme_, wanted); });
    }
    Status change_it(const Id128& id, const ProviderKeyChange& wanted) {
        return apply([&](Change& change) { return update_provider_key(change, acme_, id, wanted); });
    }
    Status delete_it(const Id128& id) {
        return apply([&](Change& change) { return delete_provider_key(change, acme_, id); });
    }
    const ProviderKey* find_it(const Id128& id) { return accounts_->directory()->find_provider_key(acme_, id); }
    std::string opened(const Id128& id, std::string_view origin = kOrigin) {
        const auto secret = open_provider_key(accounts_->vault(), *find_it(id), origin);
        return secret ? std::string(secret->text()) : secret.error().message();
    }

    Id128 acme_;
};

TEST_F(ProviderKeyTest, IsKeptSealedAndShowsItsLastCharactersOnly) {
    const auto id = make();
    ASSERT_TRUE(id) << id.error().message();
    EXPECT_EQ(find_it(*id)->shown, "6789");
    EXPECT_EQ(opened(*id), kSecret);
    for (const auto& family : store_.contents()) {
        for (const auto& [name, value] : family) EXPECT_EQ(value.find("0123456"), std::string::npos) << name;
    }
    reload();
    accounts_->vault().use(master_keys('a'));
    ASSERT_NE(find_it(*id), nullptr);
    EXPECT_EQ(find_it(*id)->label, "main");
    EXPECT_EQ(opened(*id), kSecret);
}

TEST_F(ProviderKeyTest, OpensForItsOriginOnly) {
    const Id128 id = make().value();
    for (const char* other :
         {"https://evil.example.com:443", "http://api.example.com:443", "https://api.example.com:444", ""}) {
        EXPECT_THAT(opened(id, other), HasSubstr("belongs elsewhere"));
    }
}

TEST_F(ProviderKeyTest, AnotherOriginNeedsTheSecretAgain) {
    const Id128 id = make().value();
    const ProviderKeyChange::Base other{.url = "https://b.example.com/v1", .origin = "https://b.example.com:443"};
    EXPECT_EQ(change_it(id, {.base = other}).reason(), "secret_needed");
    EXPECT_EQ(find_it(id)->origin, kOrigin);
    const ProviderKeyChange::Base same_host{.url = "https://api.example.com/v2", .origin = std::string(kOrigin)};
    EXPECT_TRUE(change_it(id, {.base = same_host}).ok());
    EXPECT_EQ(opened(id), kSecret);
    EXPECT_TRUE(change_it(id, {.base = other, .secret = "sk-live-another"}).ok());
    EXPECT_EQ(opened(id, other.origin), "sk-live-another");
}

TEST_F(ProviderKeyTest, AChangeThatNamesNoSecretLeavesIt) {
    const Id128 id = make().value();
    ASSERT_TRUE(change_it(id, {.secret = "sk-live-rotated"}).ok());
    ASSERT_TRUE(change_it(id, {.label = "renamed", .priority = 5, .disabled = true}).ok());
    EXPECT_EQ(opened(id), "sk-live-rotated");
    EXPECT_EQ(find_it(id)->version, 3);
    ASSERT_TRUE(change_it(id, {.label = "renamed"}).ok());
    EXPECT_EQ(find_it(id)->version, 3) << "it was so already";
}

TEST_F(ProviderKeyTest, LabelsAreUniqueAmongTheLiving) {
    const Id128 id = make().value();
    EXPECT_EQ(make().error().reason(), "name_taken");
    const Id128 second = make(fields("second")).value();
    EXPECT_EQ(change_it(second, {.label = "main"}).reason(), "name_taken");
    ASSERT_TRUE(delete_it(id).ok());
    EXPECT_TRUE(change_it(second, {.label = "main"}).ok());
}

TEST_F(ProviderKeyTest, ADeletedOneLeavesNoSecret) {
    const Id128 id = make().value();
    ASSERT_TRUE(delete_it(id).ok());
    EXPECT_EQ(find_it(id), nullptr);
    EXPECT_FALSE(store_.get(Family::accounts, provider_secret_document_key(to_uuid(id))));
    EXPECT_EQ(delete_it(id).code(), StatusCode::not_found);
}

TEST_F(ProviderKeyTest, WithoutAMasterKeyNoneIsStored) {
    reload();
    const auto id = make();
    ASSERT_FALSE(id);
    EXPECT_EQ(id.error().reason(), "no_master_key");
    EXPECT_THAT(accounts_->directory()->provider_keys_of(acme_), IsEmpty());
}

TEST_F(ProviderKeyTest, AnOrganizationHasSoManyAndNoMore) {
    for (std::size_t i = 0; i < kMostProviderKeys; ++i) ASSERT_TRUE(make(fields(std::to_string(i))));
    EXPECT_EQ(make(fields("one more")).error().reason(), "limit_reached");
    EXPECT_THAT(accounts_->directory()->provider_keys_of(acme_), SizeIs(kMostProviderKeys));
}

TEST_F(ProviderKeyTest, OddFieldsAreNamed) {
    const auto problem = [&](const NewProviderKey& wanted) {
        const auto made = make(wanted);
        return made ? "made" : made.error().message();
    };
    NewProviderKey wanted = fields();
    for (const std::string_view secret : {"short", "sk live 0123456", "sk-live-\n123456", "sk-live-ü123456"}) {
        wanted.secret = secret;
        EXPECT_THAT(problem(wanted), HasSubstr("secret:"));
        EXPECT_THAT(problem(wanted), ::testing::Not(HasSubstr(std::string(secret))));
    }
    wanted = fields();
    wanted.priority = kMostPriority + 1;
    EXPECT_THAT(problem(wanted), HasSubstr("priority:"));
    wanted = fields(" ");
    EXPECT_THAT(problem(wanted), HasSubstr("label"));
    wanted = fields();
    wanted.allowed_keys = {to_hex(key(organization("Other")))};
    EXPECT_THAT(problem(wanted), HasSubstr("allowed_keys:"));
    wanted.allowed_keys = {to_hex(key(acme_))};
    EXPECT_EQ(problem(wanted), "made");
}

TEST_F(ProviderKeyTest, TheAuditShowsTheChangeAndNoSecret) {
    const Id128 id = make().value();
    ASSERT_TRUE(change_it(id, {.secret = "sk-live-rotated"}).ok());
    const auto page = read_audit(store_, {.organization = acme_, .limit = kMaxAuditPage});
    ASSERT_TRUE(page);
    const AuditEntry& entry = page->entries.front();
    EXPECT_EQ(entry.target, provider_key_document_key(to_uuid(id)));
    ASSERT_THAT(entry.documents, SizeIs(1));
    EXPECT_THAT(entry.documents[0].after, HasSubstr("\"shown\":\"ated\""));
    EXPECT_EQ(entry.documents[0].after.find(to_hex_text(find_it(id)->sealed)), std::string::npos);
}

TEST_F(ProviderKeyTest, GoWithTheirOrganization) {
    const Id128 id = make().value();
    const Status deleted = apply(
        [&](Change& change) { return delete_organization(change, acme_, {.confirmed_name = find(acme_)->name}); });
    ASSERT_TRUE(deleted.ok());
    EXPECT_EQ(find_it(id), nullptr);
    reload();
    EXPECT_THAT(accounts_->directory()->provider_keys_of(acme_), IsEmpty());
}

}  // namespace
}  // namespace tollgate
