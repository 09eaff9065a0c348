#include "accounting/accounts/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "accounting/accounts/directory_builder.h"
#include "store/key_space.h"
#include "tests/support/memory_store.h"

namespace tollgate {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr std::int64_t kNow = 1'700'000'000'000;

TEST(ApiKey, HasTheDocumentedForm) {
    const NewKey key = generate_key(KeyKind::inference);
    EXPECT_THAT(key.plaintext, MatchesRegex("sk-tg-v1-[0-9A-Za-z]+"));
    EXPECT_EQ(key.plaintext.size(), 9U + 43U + 6U);
    EXPECT_TRUE(well_formed_key(key.plaintext));
    EXPECT_EQ(key.digest, digest_key(key.plaintext));
}

TEST(ApiKey, RootKeysHaveTheirOwnPrefix) {
    const NewKey key = generate_key(KeyKind::root);
    EXPECT_THAT(key.plaintext, MatchesRegex("sk-tg-root-[0-9A-Za-z]+"));
    EXPECT_EQ(key.plaintext.size(), 11U + 43U + 6U);
    EXPECT_TRUE(well_formed_key(key.plaintext));
}

TEST(ApiKey, NoTwoAreTheSame) {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(generate_key(KeyKind::inference).plaintext).second);
}

// Made apart from this program: zlib's crc32 of the first 52 characters, as six digits of base 62.
TEST(ApiKey, ChecksumIsZlibsCrc32) {
    EXPECT_TRUE(well_formed_key("sk-tg-v1-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg0Hj6Mi"));
}

TEST(ApiKey, AnyChangedCharacterIsRefused) {
    const std::string key = generate_key(KeyKind::inference).plaintext;
    for (std::size_t i = 0; i < key.size(); ++i) {
        std::string changed = key;
        changed[i] = changed[i] == 'x' ? 'y' : 'x';
        EXPECT_FALSE(well_formed_key(changed)) << i;
    }
}

TEST(ApiKey, OtherLengthsAndAlphabetsAreRefused) {
    const std::string key = generate_key(KeyKind::inference).plaintext;
    EXPECT_FALSE(well_formed_key(""));
    EXPECT_FALSE(well_formed_key("sk-tg-v1-"));
    EXPECT_FALSE(well_formed_key(key.substr(0, key.size() - 1)));
    EXPECT_FALSE(well_formed_key(key + "0"));
    EXPECT_FALSE(well_formed_key("sk-or-v1-" + key.substr(9)));
    std::string dashed = key;
    dashed[20] = '-';
    EXPECT_FALSE(well_formed_key(dashed));
}

TEST(ApiKey, LabelShowsThreeCharactersAtEachEnd) {
    const std::string key = generate_key(KeyKind::inference).plaintext;
    EXPECT_EQ(key_label(key), key.substr(0, 12) + "..." + key.substr(55));
    EXPECT_EQ(key_label("another service's secret"), "...");
}

class AccountsTest : public ::testing::Test {
  protected:
    void SetUp() override { reload(); }

    void reload() {
        accounts_.reset();
        auto loaded = Accounts::load(store_, credits_);
        ASSERT_TRUE(loaded) << loaded.error().message();
        accounts_ = std::move(*loaded);
        accounts_->on_publish([this](std::shared_ptr<const Directory> next) { published_.push_back(std::move(next)); });
    }

    Id128 organization(const std::string& name = "Acme") {
        const auto id = accounts_->create_organization({name}, kNow);
        EXPECT_TRUE(id) << id.error().message();
        return id.value_or(Id128{});
    }

    KeyDigest key(const Id128& organization, const Accounts::KeyFields& fields = {.name = "a key"}) {
        const auto made = accounts_->create_key(organization, fields, kNow);
        EXPECT_TRUE(made) << made.error().message();
        return made ? made->digest : KeyDigest{};
    }

    const KeyRecord* find(const KeyDigest& digest) { return accounts_->directory()->find_key(digest); }

    const Organization* find(const Id128& id) { return accounts_->directory()->find_organization(id); }

    Id128 default_project(const Id128& organization) {
        return accounts_->directory()->projects_of(organization).at(0)->id;
    }

    void put(const std::string& document_key, const std::string& text) {
        store_.overwrite(Family::accounts, document_key, text);
    }

    StatusCode create_key_code(const Id128& organization, const Accounts::KeyFields& fields) {
        const auto made = accounts_->create_key(organization, fields, kNow);
        return made ? StatusCode::ok : made.error().code();
    }

    Status load_failure() {
        const auto loaded = Accounts::load(store_, credits_);
        return loaded ? Status() : loaded.error();
    }

    MemoryStore store_;
    CreditTable credits_;
    std::unique_ptr<Accounts> accounts_;
    std::vector<std::shared_ptr<const Directory>> published_;
};

TEST_F(AccountsTest, RootKeyIsCreatedOnce) {
    EXPECT_FALSE(accounts_->has_root_key());
    const auto key = accounts_->create_root_key(kNow);
    ASSERT_TRUE(key);
    EXPECT_TRUE(accounts_->has_root_key());
    EXPECT_EQ(accounts_->create_root_key(kNow).error().code(), StatusCode::already_exists);
    reload();
    EXPECT_TRUE(accounts_->has_root_key());
    EXPECT_EQ(accounts_->create_root_key(kNow).error().code(), StatusCode::already_exists);
}

TEST_F(AccountsTest, RootKeyIsFoundWithoutOrganizationAndPolicy) {
    const auto key = accounts_->create_root_key(kNow);
    ASSERT_TRUE(key);
    const std::string label = key_label(key->plaintext);
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        const KeyRecord* record = find(key->digest);
        ASSERT_NE(record, nullptr);
        EXPECT_EQ(record->kind, KeyKind::root);
        EXPECT_TRUE(record->organization.is_nil());
        EXPECT_EQ(record->policy, nullptr);
        EXPECT_EQ(record->credit, nullptr);
        EXPECT_EQ(record->label, label);
        EXPECT_EQ(record->created_ms, kNow);
    }
}

TEST_F(AccountsTest, RootKeyIsNeitherChangedNorDeleted) {
    const auto key = accounts_->create_root_key(kNow);
    ASSERT_TRUE(key);
    EXPECT_EQ(accounts_->update_key(key->digest, {.disabled = true}, kNow).code(), StatusCode::invalid);
    EXPECT_EQ(accounts_->delete_key(key->digest).code(), StatusCode::invalid);
    EXPECT_NE(find(key->digest), nullptr);
}

TEST_F(AccountsTest, OrganizationGetsItsDefaultProject) {
    const Id128 id = organization("Acme, Inc.");
    const auto directory = accounts_->directory();
    const Organization* found = directory->find_organization(id);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->name, "Acme, Inc.");
    EXPECT_EQ(found->slug, "acme-inc");
    EXPECT_EQ(found->credit, &credits_.organization(id));
    const auto projects = directory->projects_of(id);
    ASSERT_EQ(projects.size(), 1U);
    EXPECT_EQ(projects[0]->name, "Default Project");
    EXPECT_TRUE(projects[0]->is_default);
    EXPECT_EQ(directory->find_project(projects[0]->id), projects[0]);
}

TEST_F(AccountsTest, TakenSlugGetsASuffix) {
    const Id128 first = organization("Acme");
    const Id128 second = organization("ACME!");
    reload();  // slugs in the store count as well
    const Id128 third = organization("acme");
    const auto directory = accounts_->directory();
    EXPECT_EQ(directory->find_organization(first)->slug, "acme");
    EXPECT_THAT(directory->find_organization(second)->slug, MatchesRegex("acme-[0-9a-f]+"));
    EXPECT_THAT(directory->find_organization(third)->slug, MatchesRegex("acme-[0-9a-f]+"));
    EXPECT_NE(directory->find_organization(second)->slug, directory->find_organization(third)->slug);
}

TEST_F(AccountsTest, NameThatIsNotAsciiHasASlugToo) { EXPECT_EQ(find(organization("日本"))->slug, "organization"); }

TEST_F(AccountsTest, BadNamesAreRefusedNamingTheField) {
    const std::vector<std::string> bad = {"",         std::string(101, 'a'),
                                          "a\nb",     "a\x7f",
                                          "\xc2\x85", "\xff",
                                          "\xc0\xaf", "\xed\xa0\x80",
                                          "\xe2\x82", "\xf4\x90\x80\x80",
                                          "\x80",     std::string("a\0b", 3)};
    const Id128 id = organization();
    for (const std::string& name : bad) {
        for (const Status& status :
             {accounts_->create_organization({name}, kNow).error(), accounts_->create_project(id, name, kNow).error(),
              accounts_->create_key(id, {.name = name}, kNow).error()}) {
            EXPECT_EQ(status.code(), StatusCode::invalid) << name;
            EXPECT_THAT(status.message(), HasSubstr("name: ")) << name;
        }
    }
    EXPECT_EQ(published_.size(), 1U);
}

TEST_F(AccountsTest, LongestAndUnicodeNamesAreAccepted) {
    for (const std::string& name : {std::string(100, 'a'), std::string("Zürich 🚀 \xef\xbf\xbd")}) {
        EXPECT_EQ(find(organization(name))->name, name);
    }
}

TEST_F(AccountsTest, ProjectOfUnknownOrganizationIsNotFound) {
    EXPECT_EQ(accounts_->create_project(make_uuid7(kNow), "p", kNow).error().code(), StatusCode::not_found);
}

TEST_F(AccountsTest, KeyIsFoundByItsDigest) {
    const Id128 id = organization();
    const auto made =
        accounts_->create_key(id, {.name = "build", .limit = NanoUsd{5}, .reset = LimitReset::daily}, kNow);
    ASSERT_TRUE(made);
    const KeyRecord* record = find(digest_key(made->plaintext));
    ASSERT_NE(record, nullptr);
    EXPECT_EQ(record->label, key_label(made->plaintext));
    EXPECT_EQ(record->name, "build");
    EXPECT_EQ(record->kind, KeyKind::inference);
    EXPECT_EQ(record->organization, id);
    EXPECT_EQ(record->project, default_project(id));
    EXPECT_EQ(record->policy, find(id)->policy);
    EXPECT_EQ(record->credit, &credits_.organization(id));
    EXPECT_EQ(record->spenders.key, &credits_.key(made->digest));
    EXPECT_EQ(record->spenders.key->limits.budget, NanoUsd{5});
    EXPECT_EQ(record->spenders.key->limits.reset, LimitReset::daily);
}

TEST_F(AccountsTest, PlaintextIsStoredNowhere) {
    const auto root = accounts_->create_root_key(kNow);
    const auto made = accounts_->create_key(organization(), {.name = "k"}, kNow);
    ASSERT_TRUE(root && made);
    int documents = 0;
    ASSERT_TRUE(store_
                    .scan(Family::accounts, "", "~",
                          [&](std::string_view, std::string_view text) {
                              for (const NewKey& key : {*root, *made}) {
                                  EXPECT_EQ(text.find(key.plaintext.substr(key.plaintext.size() - 49, 12)), text.npos);
                              }
                              return ++documents > 0;
                          })
                    .ok());
    EXPECT_EQ(documents, 4);
}

TEST_F(AccountsTest, UnknownKeyIsNotFound) {
    organization();
    EXPECT_EQ(find(generate_key(KeyKind::inference).digest), nullptr);
    EXPECT_EQ(accounts_->delete_key(KeyDigest{}).code(), StatusCode::not_found);
    EXPECT_EQ(accounts_->update_key(KeyDigest{}, {.disabled = true}, kNow).code(), StatusCode::not_found);
}

TEST_F(AccountsTest, KeyFieldsAreValidated) {
    const Id128 id = organization();
    const Id128 foreign = default_project(organization("Other"));
    EXPECT_EQ(create_key_code(make_uuid7(kNow), {.name = "k"}), StatusCode::not_found);
    EXPECT_EQ(create_key_code(id, {.name = "k", .project = foreign}), StatusCode::invalid);
    EXPECT_EQ(create_key_code(id, {.name = "k", .project = make_uuid7(kNow)}), StatusCode::invalid);
    EXPECT_EQ(create_key_code(id, {.name = "k", .kind = KeyKind::root}), StatusCode::invalid);
    EXPECT_EQ(create_key_code(id, {.name = "k", .limit = NanoUsd{-1}}), StatusCode::invalid);
    EXPECT_EQ(create_key_code(id, {.name = "k", .expires_ms = kNow}), StatusCode::invalid);
    EXPECT_EQ(create_key_code(id, {.name = "k", .expires_ms = -1}), StatusCode::invalid);
    EXPECT_EQ(accounts_->directory()->key_count(), 0U);
    EXPECT_EQ(create_key_code(id, {.name = "k", .limit = NanoUsd{0}, .expires_ms = kNow + 1}), StatusCode::ok);
}

TEST_F(AccountsTest, ManagementKeyBelongsToNoProject) {
    const Id128 id = organization();
    const Id128 project = default_project(id);
    const KeyDigest digest = key(id, {.name = "m", .kind = KeyKind::management});
    EXPECT_TRUE(find(digest)->project.is_nil());
    EXPECT_EQ(create_key_code(id, {.name = "m", .kind = KeyKind::management, .project = project}), StatusCode::invalid);
    reload();
    EXPECT_EQ(find(digest)->kind, KeyKind::management);
}

TEST_F(AccountsTest, DisabledKeyIsVisibleAsDisabled) {
    const KeyDigest digest = key(organization());
    ASSERT_TRUE(accounts_->update_key(digest, {.disabled = true}, kNow + 1).ok());
    EXPECT_TRUE(find(digest)->disabled);
    EXPECT_EQ(find(digest)->name, "a key");
    EXPECT_EQ(find(digest)->updated_ms, kNow + 1);
    reload();
    EXPECT_TRUE(find(digest)->disabled);
}

TEST_F(AccountsTest, ChangedLimitIsInForceAndCanBeTakenAway) {
    const KeyDigest digest = key(organization(), {.name = "k", .limit = NanoUsd{7}});
    ASSERT_TRUE(accounts_->update_key(digest, {.limit = NanoUsd{9}, .reset = LimitReset::weekly}, kNow).ok());
    EXPECT_EQ(find(digest)->limits.budget, NanoUsd{9});
    EXPECT_EQ(credits_.key(digest).limits.budget, NanoUsd{9});
    EXPECT_EQ(credits_.key(digest).limits.reset, LimitReset::weekly);
    ASSERT_TRUE(accounts_->update_key(digest, {.limit = std::optional<NanoUsd>()}, kNow).ok());
    EXPECT_EQ(find(digest)->limits.budget, std::nullopt);
    EXPECT_EQ(credits_.key(digest).limits.budget, std::nullopt);
    EXPECT_EQ(find(digest)->limits.reset, LimitReset::weekly);
    EXPECT_EQ(accounts_->update_key(digest, {.limit = NanoUsd{-1}}, kNow).code(), StatusCode::invalid);
    EXPECT_EQ(accounts_->update_key(digest, {.name = ""}, kNow).code(), StatusCode::invalid);
}

TEST_F(AccountsTest, LimitIsInForceAfterAReload) {
    const KeyDigest digest = key(organization(), {.name = "k", .limit = NanoUsd{7}, .reset = LimitReset::monthly});
    CreditTable fresh;
    ASSERT_TRUE(Accounts::load(store_, fresh));
    EXPECT_EQ(fresh.key(digest).limits.budget, NanoUsd{7});
    EXPECT_EQ(fresh.key(digest).limits.reset, LimitReset::monthly);
}

TEST_F(AccountsTest, DeletedKeyIsGoneAlsoAfterAReload) {
    const Id128 id = organization();
    const KeyDigest deleted = key(id);
    const KeyDigest kept = key(id);
    ASSERT_TRUE(accounts_->delete_key(deleted).ok());
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        EXPECT_EQ(find(deleted), nullptr);
        ASSERT_NE(find(kept), nullptr);
        EXPECT_EQ(accounts_->directory()->keys_of(id), std::vector{find(kept)});
        EXPECT_EQ(accounts_->directory()->key_count(), 1U);
    }
}

TEST_F(AccountsTest, ReloadGivesTheSameDirectory) {
    const Id128 id = organization();
    const auto project = accounts_->create_project(id, "second", kNow + 1);
    ASSERT_TRUE(project);
    const Accounts::KeyFields fields{.name = "k \"quoted\"",
                                     .project = *project,
                                     .creator = make_uuid7(kNow),
                                     .limit = NanoUsd{9'007'199'254'740'993},
                                     .reset = LimitReset::weekly,
                                     .expires_ms = kNow + 5};
    const KeyDigest digest = key(id, fields);
    ASSERT_TRUE(accounts_->set_llm_default(id, "openai/gpt-4o", "openai", kNow + 2).ok());
    const auto before = accounts_->directory();
    reload();
    const auto after = accounts_->directory();

    const KeyRecord* was = before->find_key(digest);
    const KeyRecord* is = after->find_key(digest);
    ASSERT_NE(is, nullptr);
    const auto members = [](const KeyRecord& k) {
        return std::tuple(k.digest, k.label, k.name, k.kind, k.organization, k.project, k.creator, k.disabled,
                          k.expires_ms, k.created_ms, k.updated_ms, k.limits.budget, k.limits.reset, k.credit,
                          k.spenders.key);
    };
    EXPECT_EQ(members(*is), members(*was));
    EXPECT_EQ(is->policy->default_model, "openai/gpt-4o");
    EXPECT_EQ(is->policy->default_provider, "openai");
    EXPECT_EQ(after->find_organization(id)->slug, before->find_organization(id)->slug);
    EXPECT_EQ(after->find_organization(id)->updated_ms, kNow + 2);
    ASSERT_EQ(after->projects_of(id).size(), 2U);
    EXPECT_TRUE(after->projects_of(id)[0]->is_default);
    EXPECT_EQ(after->projects_of(id)[1]->name, "second");
    EXPECT_EQ(after->key_count(), before->key_count());
}

TEST_F(AccountsTest, LlmDefaultReachesAllKeysAndLeavesTheOldSnapshotAlone) {
    const Id128 id = organization();
    const std::vector<KeyDigest> keys = {key(id), key(id), key(id)};
    const KeyDigest foreign = key(organization("Other"));
    const auto before = accounts_->directory();
    ASSERT_TRUE(accounts_->set_llm_default(id, "m", "p", kNow).ok());
    for (const KeyDigest& digest : keys) {
        EXPECT_EQ(find(digest)->policy, find(id)->policy);
        EXPECT_EQ(find(digest)->policy->default_model, "m");
        EXPECT_EQ(find(digest)->policy->default_provider, "p");
        EXPECT_EQ(before->find_key(digest)->policy->default_model, "");
    }
    EXPECT_EQ(find(foreign)->policy->default_model, "");
    EXPECT_EQ(before->find_organization(id)->policy->default_model, "");
}

TEST_F(AccountsTest, EmptyModelClearsTheLlmDefault) {
    const Id128 id = organization();
    ASSERT_TRUE(accounts_->set_llm_default(id, "m", "p", kNow).ok());
    ASSERT_TRUE(accounts_->set_llm_default(id, "", "p", kNow).ok());
    EXPECT_EQ(find(id)->policy->default_model, "");
    EXPECT_EQ(find(id)->policy->default_provider, "");
    EXPECT_EQ(accounts_->set_llm_default(make_uuid7(kNow), "m", "", kNow).code(), StatusCode::not_found);
    EXPECT_EQ(accounts_->set_llm_default(id, "m\r\n", "", kNow).code(), StatusCode::invalid);
}

TEST_F(AccountsTest, EveryChangePublishesItsSnapshot) {
    const Id128 id = organization();
    ASSERT_EQ(published_.size(), 1U);
    EXPECT_NE(published_.back()->find_organization(id), nullptr);
    const KeyDigest digest = key(id);
    ASSERT_EQ(published_.size(), 2U);
    EXPECT_NE(published_.back()->find_key(digest), nullptr);
    EXPECT_EQ(published_.front()->find_key(digest), nullptr);
    ASSERT_TRUE(accounts_->delete_key(digest).ok());
    ASSERT_EQ(published_.size(), 3U);
    EXPECT_EQ(published_.back()->find_key(digest), nullptr);
    EXPECT_EQ(published_.back(), accounts_->directory());
}

TEST_F(AccountsTest, FailedCommitChangesNothing) {
    const Id128 id = organization();
    const KeyDigest digest = key(id, {.name = "k", .limit = NanoUsd{3}});
    const auto before = accounts_->directory();
    const std::size_t publications = published_.size();
    store_.fail_after(0);
    EXPECT_FALSE(accounts_->create_root_key(kNow));
    EXPECT_FALSE(accounts_->create_organization({"New"}, kNow));
    EXPECT_FALSE(accounts_->create_project(id, "new", kNow));
    EXPECT_FALSE(accounts_->create_key(id, {.name = "new"}, kNow));
    EXPECT_FALSE(accounts_->update_key(digest, {.disabled = true, .limit = NanoUsd{9}}, kNow).ok());
    EXPECT_FALSE(accounts_->delete_key(digest).ok());
    EXPECT_FALSE(accounts_->set_llm_default(id, "m", "", kNow).ok());
    EXPECT_EQ(accounts_->directory(), before);
    EXPECT_EQ(published_.size(), publications);
    EXPECT_FALSE(accounts_->has_root_key());
    EXPECT_EQ(credits_.key(digest).limits.budget, NanoUsd{3});
}

TEST_F(AccountsTest, UnknownMembersOfDocumentsSurviveAChange) {
    const Id128 id = organization();
    const KeyDigest digest = key(id);
    for (const std::string& document : {key_document_key(to_hex(digest)), organization_document_key(to_uuid(id))}) {
        std::string text = store_.get(Family::accounts, document).value();
        text.insert(1, R"("from_the_future":{"a":[1,2.5]},)");
        put(document, text);
    }
    reload();
    ASSERT_TRUE(accounts_->update_key(digest, {.name = "renamed"}, kNow).ok());
    ASSERT_TRUE(accounts_->set_llm_default(id, "m", "", kNow).ok());
    for (const std::string& document : {key_document_key(to_hex(digest)), organization_document_key(to_uuid(id))}) {
        EXPECT_THAT(store_.get(Family::accounts, document).value(), HasSubstr(R"("from_the_future":{"a":[1,2.5)"));
    }
    reload();
    EXPECT_EQ(find(digest)->name, "renamed");
}

TEST_F(AccountsTest, DamagedDocumentsAreCorruptNamingTheirKey) {
    const Id128 id = organization();
    const std::string document = key_document_key(to_hex(key(id)));
    const std::string good = store_.get(Family::accounts, document).value();
    const auto replaced = [&](std::string_view from, std::string_view to) {
        std::string text = good;
        const std::size_t at = text.find(from);
        EXPECT_NE(at, text.npos) << from;
        return text.replace(at, from.size(), to);
    };
    for (const std::string& bad :
         {std::string("{"), std::string("[]"), std::string(), replaced("\"limit\":null", "\"limit\":-1"),
          replaced("\"limit\":null", "\"limit\":0.5"), replaced("\"limit\":null", "\"limit\":18446744073709551615"),
          replaced("\"limit\":null,", ""), replaced("lifetime", "hourly"), replaced("inference", "magic"),
          replaced(to_uuid(id), to_uuid(make_uuid7(kNow))), replaced(to_uuid(id), "x")}) {
        put(document, bad);
        EXPECT_EQ(load_failure().code(), StatusCode::corrupt) << bad;
        EXPECT_THAT(load_failure().message(), HasSubstr(document)) << bad;
    }
    put(document, good);
    EXPECT_TRUE(load_failure().ok());
    put("key/abc", good);
    EXPECT_THAT(load_failure().message(), HasSubstr("key/abc"));
}

TEST_F(AccountsTest, ClosedOrganizationStaysClosedAndTakesNoNewKeys) {
    const Id128 id = organization();
    const KeyDigest digest = key(id);
    const std::string document = organization_document_key(to_uuid(id));
    std::string text = store_.get(Family::accounts, document).value();
    const std::string_view open = R"("closed":false)";
    put(document, text.replace(text.find(open), open.size(), R"("closed":true)"));
    reload();
    EXPECT_TRUE(find(digest)->policy->closed);
    EXPECT_EQ(create_key_code(id, {.name = "k"}), StatusCode::not_found);
}

// Ids and digests from a counter; spread over shards like the real ones by hashing.
KeyRecord record_number(int number, const Id128& organization) {
    KeyRecord record;
    record.digest = digest_key(std::to_string(number));
    record.organization = organization;
    record.created_ms = number;
    return record;
}

TEST(Directory, FindsEachOfManyKeysAndKeepsThemInCreationOrder) {
    constexpr int kKeys = 20'000;
    constexpr int kOrganizations = 4;
    DirectoryBuilder builder;
    std::vector<Id128> organizations;
    for (int i = 0; i < kOrganizations; ++i) {
        organizations.push_back(make_uuid7(kNow + i));
        builder.put(Organization{.id = organizations.back(), .created_ms = kNow + i});
    }
    for (int i = 0; i < kKeys; ++i) builder.put(record_number(i, organizations[i % kOrganizations]));
    const auto directory = std::move(builder).build();

    EXPECT_EQ(directory->key_count(), std::size_t{kKeys});
    for (int i = 0; i < kKeys; ++i) {
        const KeyRecord* record = directory->find_key(digest_key(std::to_string(i)));
        ASSERT_NE(record, nullptr) << i;
        ASSERT_EQ(record->created_ms, i);
        ASSERT_EQ(directory->find_key(digest_key("absent " + std::to_string(i))), nullptr) << i;
    }
    for (int i = 0; i < kOrganizations; ++i) {
        EXPECT_EQ(directory->organizations().at(i)->id, organizations[i]);
        const auto keys = directory->keys_of(organizations[i]);
        ASSERT_EQ(keys.size(), std::size_t{kKeys / kOrganizations});
        for (std::size_t k = 0; k < keys.size(); ++k) {
            ASSERT_EQ(keys[k]->created_ms, static_cast<std::int64_t>(k) * kOrganizations + i);
        }
    }
}

TEST(Directory, ErasingKeysOneByOneLeavesTheOthers) {
    constexpr int kKeys = 1'000;  // several chunks of the organization's index
    static_assert(kKeys > 3 * KeyIndex::kChunk);
    const Id128 id = make_uuid7(kNow);
    DirectoryBuilder builder;
    builder.put(Organization{.id = id});
    for (int i = 0; i < kKeys; ++i) builder.put(record_number(i, id));
    const auto full = std::move(builder).build();
    auto directory = full;
    for (int erased = 0; erased < kKeys; ++erased) {
        DirectoryBuilder next(*directory);
        next.erase_key(digest_key(std::to_string(erased)));
        directory = std::move(next).build();
        ASSERT_EQ(directory->find_key(digest_key(std::to_string(erased))), nullptr);
        ASSERT_EQ(directory->key_count(), static_cast<std::size_t>(kKeys - 1 - erased));
        if (erased % 100 != 99) continue;
        const auto keys = directory->keys_of(id);
        ASSERT_EQ(keys.size(), directory->key_count());
        for (const KeyRecord* record : keys) ASSERT_GT(record->created_ms, erased);
    }
    EXPECT_TRUE(directory->keys_of(id).empty());
    EXPECT_EQ(full->keys_of(id).size(), std::size_t{kKeys});
}

TEST(Directory, AChangeSharesTheShardsThatItDoesNotTouch) {
    const Id128 id = make_uuid7(kNow);
    DirectoryBuilder builder;
    builder.put(Organization{.id = id});
    for (int i = 0; i < 100; ++i) builder.put(record_number(i, id));
    const auto before = std::move(builder).build();
    DirectoryBuilder next(*before);
    KeyRecord changed = record_number(0, id);
    changed.disabled = true;
    next.put(std::move(changed));
    const auto after = std::move(next).build();
    EXPECT_EQ(after->key_count(), 100U);
    EXPECT_TRUE(after->find_key(digest_key("0"))->disabled);
    EXPECT_FALSE(before->find_key(digest_key("0"))->disabled);
    EXPECT_EQ(after->find_key(digest_key("1")), before->find_key(digest_key("1")));
}

TEST(Directory, EmptyOneFindsNothing) {
    const auto directory = DirectoryBuilder().build();
    EXPECT_EQ(directory->find_key(KeyDigest{}), nullptr);
    EXPECT_EQ(directory->find_organization(Id128{}), nullptr);
    EXPECT_EQ(directory->find_project(Id128{}), nullptr);
    EXPECT_TRUE(directory->keys_of(Id128{}).empty());
    EXPECT_TRUE(directory->projects_of(Id128{}).empty());
    EXPECT_TRUE(directory->organizations().empty());
    EXPECT_EQ(directory->key_count(), 0U);
}

}  // namespace
}  // namespace tollgate
