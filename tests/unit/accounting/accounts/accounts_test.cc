#include "accounting/accounts/accounts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <tuple>

#include "store/key_space.h"
#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class AccountsTest : public AccountsFixture {
  protected:
    void put(const std::string& document_key, const std::string& text) {
        store_.overwrite(Family::accounts, document_key, text);
    }

    StatusCode create_key_code(const Id128& organization, const KeyFields& fields) {
        const auto made = make_key(organization, fields);
        return made ? StatusCode::ok : made.error().code();
    }

    const Spenders& spenders(const KeyDigest& digest) {
        return spenders_of(*accounts_->directory(), *find(digest), credits_);
    }

    Status load_failure() {
        const auto loaded = Accounts::load(store_, credits_);
        return loaded ? Status() : loaded.error();
    }
};

TEST_F(AccountsTest, RootKeyIsCreatedOnce) {
    EXPECT_FALSE(accounts_->has_root_key());
    const auto key = make_root_key();
    ASSERT_TRUE(key);
    EXPECT_TRUE(accounts_->has_root_key());
    EXPECT_EQ(make_root_key().error().code(), StatusCode::already_exists);
    reload();
    EXPECT_TRUE(accounts_->has_root_key());
    EXPECT_EQ(make_root_key().error().code(), StatusCode::already_exists);
}

TEST_F(AccountsTest, RootKeyIsFoundWithoutOrganizationAndPolicy) {
    const auto key = make_root_key();
    ASSERT_TRUE(key);
    const std::string label = key_label(KeyKind::root, key_ends(key->plaintext));
    for (const bool reloaded : {false, true}) {
        if (reloaded) reload();
        const KeyRecord* record = find(key->digest);
        ASSERT_NE(record, nullptr);
        EXPECT_EQ(record->kind, KeyKind::root);
        EXPECT_TRUE(record->organization.is_nil());
        EXPECT_EQ(record->project, Id128{});
        EXPECT_EQ(record->credit, nullptr);
        EXPECT_EQ(key_label(record->kind, record->ends), label);
        EXPECT_EQ(record->created_ms, kNow);
    }
}

TEST_F(AccountsTest, RootKeyIsNeitherChangedNorDeleted) {
    const auto key = make_root_key();
    ASSERT_TRUE(key);
    EXPECT_EQ(update(key->digest, {.disabled = true}, kNow).code(), StatusCode::invalid);
    EXPECT_EQ(remove(key->digest).code(), StatusCode::invalid);
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
             {make_organization(name).error(), make_project(id, name).error(), make_key(id, {.name = name}).error()}) {
            EXPECT_EQ(status.code(), StatusCode::invalid) << name;
            EXPECT_THAT(status.message(), HasSubstr("name: ")) << name;
        }
    }
    EXPECT_EQ(published_.size(), 1U);
}

TEST_F(AccountsTest, NamesThatCannotBeSeenAreRefused) {
    const std::vector<std::string> bad = {" ",
                                          "   ",
                                          "\u00a0",        // no-break space
                                          "\u2003\u3000",  // em space, ideographic space
                                          "\u2800",        // blank Braille pattern
                                          "\u200d",        // a joiner that joins nothing
                                          "Acme\u200b",    // zero-width space
                                          "\u202eemcA",    // right-to-left override
                                          "Acme\u2066 x",  // isolate
                                          "Ac\u00adme",    // soft hyphen
                                          "\ufeffAcme",    // byte order mark
                                          "Acme\u2028",    // line separator
                                          "Acme\u3164",    // Hangul filler
                                          "A\U000e0041",   // tag
                                          "A\u061c",       // Arabic letter mark
                                          "A\u2060cme"};   // word joiner
    const Id128 id = organization();
    for (const std::string& name : bad) {
        for (const Status& status :
             {make_organization(name).error(), make_project(id, name).error(), make_key(id, {.name = name}).error()}) {
            EXPECT_EQ(status.code(), StatusCode::invalid) << name;
        }
    }
}

TEST_F(AccountsTest, LongestAndUnicodeNamesAreAccepted) {
    for (const std::string& name :
         {std::string(100, 'a'), std::string("Zürich 🚀 \xef\xbf\xbd"), std::string("\u0645\u06cc\u200c\u062e"),
          std::string("Team ❤\ufe0f 👩\u200d🔬"), std::string(" a "), std::string("日本\u3000語")}) {
        EXPECT_EQ(find(organization(name))->name, name);
    }
}

TEST_F(AccountsTest, ProjectOfUnknownOrganizationIsNotFound) {
    EXPECT_EQ(make_project(make_uuid7(kNow), "p").error().code(), StatusCode::not_found);
}

TEST_F(AccountsTest, KeyIsFoundByItsDigest) {
    const Id128 id = organization();
    const auto made = make_key(id, {.name = "build", .limit = NanoUsd{5}, .reset = LimitReset::daily});
    ASSERT_TRUE(made);
    const KeyRecord* record = find(digest_key(made->plaintext));
    ASSERT_NE(record, nullptr);
    EXPECT_EQ(record->ends, key_ends(made->plaintext));
    EXPECT_EQ(record->name, "build");
    EXPECT_EQ(record->kind, KeyKind::inference);
    EXPECT_EQ(record->organization, id);
    EXPECT_EQ(record->project, default_project(id));
    EXPECT_EQ(record->credit, &credits_.organization(id));
    EXPECT_EQ(Limits(record->limits).budget, NanoUsd{5});
    EXPECT_EQ(Limits(record->limits).reset, LimitReset::daily);
}

TEST_F(AccountsTest, PlaintextIsStoredNowhere) {
    const auto root = make_root_key();
    const auto made = make_key(organization(), {.name = "k"});
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
    EXPECT_EQ(remove(KeyDigest{}).code(), StatusCode::not_found);
    EXPECT_EQ(update(KeyDigest{}, {.disabled = true}, kNow).code(), StatusCode::not_found);
}

TEST_F(AccountsTest, KeyFieldsAreValidated) {
    const Id128 id = organization();
    const Id128 foreign = default_project(organization("Other"));
    EXPECT_EQ(create_key_code(make_uuid7(kNow), {.name = "k"}), StatusCode::not_found);
    EXPECT_EQ(create_key_code(id, {.name = "k", .project = foreign}), StatusCode::not_found);
    EXPECT_EQ(create_key_code(id, {.name = "k", .project = make_uuid7(kNow)}), StatusCode::not_found);
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
    ASSERT_TRUE(update(digest, {.disabled = true}, kNow + 1).ok());
    EXPECT_EQ(find(digest)->disabled, Disabled::by_hand);
    EXPECT_EQ(find(digest)->name, "a key");
    EXPECT_EQ(find(digest)->updated_ms, kNow + 1);
    reload();
    EXPECT_EQ(find(digest)->disabled, Disabled::by_hand);
}

TEST_F(AccountsTest, TheSameValuesOfAKeyMakeNoVersion) {
    const KeyDigest digest = key(organization(), {.name = "k", .limit = NanoUsd{7}});
    ASSERT_TRUE(update(digest, {.name = "k", .disabled = false, .limit = NanoUsd{7}}, kNow + 1).ok());
    EXPECT_EQ(find(digest)->version, 1U);
    EXPECT_EQ(find(digest)->updated_ms, kNow);
    ASSERT_TRUE(update(digest, {.name = "other"}, kNow + 2).ok());
    EXPECT_EQ(find(digest)->version, 2U);
}

TEST_F(AccountsTest, ChangedLimitIsInForceAndCanBeTakenAway) {
    const KeyDigest digest = key(organization(), {.name = "k", .limit = NanoUsd{7}});
    ASSERT_TRUE(update(digest, {.limit = NanoUsd{9}, .reset = LimitReset::weekly}, kNow).ok());
    EXPECT_EQ(Limits(find(digest)->limits).budget, NanoUsd{9});
    EXPECT_EQ(spenders(digest).key->limits.budget, NanoUsd{9});
    EXPECT_EQ(spenders(digest).key->limits.reset, LimitReset::weekly);
    ASSERT_TRUE(update(digest, {.limit = std::optional<NanoUsd>()}, kNow).ok());
    EXPECT_EQ(Limits(find(digest)->limits).budget, std::nullopt);
    EXPECT_EQ(spenders(digest).key->limits.budget, std::nullopt);
    EXPECT_EQ(Limits(find(digest)->limits).reset, LimitReset::weekly);
    EXPECT_EQ(update(digest, {.limit = NanoUsd{-1}}, kNow).code(), StatusCode::invalid);
    EXPECT_EQ(update(digest, {.name = ""}, kNow).code(), StatusCode::invalid);
}

TEST_F(AccountsTest, LimitIsInForceAfterAReload) {
    const KeyDigest digest = key(organization(), {.name = "k", .limit = NanoUsd{7}, .reset = LimitReset::monthly});
    CreditTable fresh;
    const auto loaded = Accounts::load(store_, fresh);
    ASSERT_TRUE(loaded);
    const auto directory = (*loaded)->directory();
    const Spenders& found = spenders_of(*directory, *directory->find_key(digest), fresh);
    EXPECT_EQ(found.key->limits.budget, NanoUsd{7});
    EXPECT_EQ(found.key->limits.reset, LimitReset::monthly);
}

TEST_F(AccountsTest, SpendersAreMadeOnAKeysFirstUseWithTheLimitsInForce) {
    const Id128 id = organization(), user = member(id, "ann@example.com");
    const Id128 project = default_project(id);
    ASSERT_TRUE(limit({.scope = LimitScope::member, .organization = id, .id = user}, {.budget = NanoUsd{1}}).ok());
    ASSERT_TRUE(limit({.scope = LimitScope::project, .organization = id, .id = project}, {.budget = NanoUsd{2}}).ok());
    const KeyDigest digest = key(id, {.name = "k", .creator = user, .limit = NanoUsd{3}});
    EXPECT_EQ(credits_.find_key(id, digest), nullptr);
    EXPECT_NE(credits_.find_project(project), nullptr) << "whose limits were changed";
    const Spenders* const found = &spenders(digest);
    EXPECT_EQ(found->member, &credits_.member(id, user));
    EXPECT_EQ(found->project, credits_.find_project(project));
    EXPECT_EQ(found->key, credits_.find_key(id, digest));
    EXPECT_EQ(found->member->limits.budget, NanoUsd{1});
    EXPECT_EQ(found->project->limits.budget, NanoUsd{2});
    EXPECT_EQ(found->key->limits.budget, NanoUsd{3});
    ASSERT_TRUE(limit({.scope = LimitScope::project, .organization = id, .id = project}, {.budget = NanoUsd{4}}).ok());
    ASSERT_TRUE(update(digest, {.name = "renamed", .limit = NanoUsd{5}}).ok());
    EXPECT_EQ(&spenders(digest), found);  // the changed record has them already
    EXPECT_EQ(found->project->limits.budget, NanoUsd{4});
    EXPECT_EQ(found->key->limits.budget, NanoUsd{5});
}

// Its first use may begin with the directory before the change and end after it.
TEST_F(AccountsTest, FirstUseWithAnOlderDirectoryDoesNotBringOldLimitsBack) {
    const Id128 id = organization();
    const KeyDigest digest = key(id, {.name = "k", .limit = NanoUsd{3}});
    const auto before = accounts_->directory();
    ASSERT_TRUE(update(digest, {.limit = NanoUsd{5}}).ok());
    const Spenders& found = spenders_of(*before, *before->find_key(digest), credits_);
    EXPECT_EQ(found.key->limits.budget, NanoUsd{5});
}

TEST_F(AccountsTest, DeletedKeyIsGoneAlsoAfterAReload) {
    const Id128 id = organization();
    const KeyDigest deleted = key(id);
    const KeyDigest kept = key(id);
    ASSERT_TRUE(remove(deleted).ok());
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
    const auto project = make_project(id, "second", kNow + 1);
    ASSERT_TRUE(project);
    const KeyFields fields{.name = "k \"quoted\"",
                           .project = *project,
                           .creator = member(id, "ann@example.com"),
                           .limit = NanoUsd{9'007'199'254'740'993},
                           .reset = LimitReset::weekly,
                           .expires_ms = kNow + 5};
    const KeyDigest digest = key(id, fields);
    ASSERT_TRUE(set_llm(id, "openai/gpt-4o", "openai", kNow + 2).ok());
    const auto before = accounts_->directory();
    reload();
    const auto after = accounts_->directory();

    const KeyRecord* was = before->find_key(digest);
    const KeyRecord* is = after->find_key(digest);
    ASSERT_NE(is, nullptr);
    const auto members = [](const KeyRecord& k) {
        return std::tuple(k.digest, k.ends, k.name, k.kind, k.organization, k.project, k.creator, k.disabled,
                          k.expires_ms, k.created_ms, k.updated_ms, Limits(k.limits).budget, Limits(k.limits).reset,
                          k.credit, k.version);
    };
    EXPECT_EQ(members(*is), members(*was));
    EXPECT_EQ(*after->find_organization(id)->policy.llm, *before->find_organization(id)->policy.llm);
    EXPECT_EQ(after->find_organization(id)->policy.llm->model, "openai/gpt-4o");
    EXPECT_EQ(after->find_organization(id)->slug, before->find_organization(id)->slug);
    EXPECT_EQ(after->find_organization(id)->updated_ms, kNow + 2);
    ASSERT_EQ(after->projects_of(id).size(), 2U);
    EXPECT_TRUE(after->projects_of(id)[0]->is_default);
    EXPECT_EQ(after->projects_of(id)[1]->name, "second");
    EXPECT_EQ(after->key_count(), before->key_count());
}

TEST_F(AccountsTest, PolicyIsFoundThroughTheOrganizationAndLeavesTheOldSnapshotAlone) {
    const Id128 id = organization();
    const KeyDigest digest = key(id);
    const Id128 other = organization("Other");
    const auto before = accounts_->directory();
    ASSERT_TRUE(set_llm(id, "m", "p").ok());
    EXPECT_EQ(*find(find(digest)->organization)->policy.llm, (LlmSettings{.model = "m", .provider = "p"}));
    EXPECT_EQ(find(digest), before->find_key(digest));  // no key was copied
    EXPECT_EQ(find(other)->policy.llm, nullptr);
    EXPECT_EQ(before->find_organization(id)->policy.llm, nullptr);
}

TEST_F(AccountsTest, EmptyModelClearsTheLlmDefault) {
    const Id128 id = organization();
    ASSERT_TRUE(set_llm(id, "m", "p").ok());
    ASSERT_TRUE(set_llm(id, "", "p").ok());
    EXPECT_EQ(find(id)->policy.llm, nullptr);
    EXPECT_EQ(set_llm(make_uuid7(kNow), "m", "").code(), StatusCode::not_found);
    EXPECT_EQ(set_llm(id, "m\r\n", "").code(), StatusCode::invalid);
}

TEST_F(AccountsTest, EveryChangePublishesItsSnapshot) {
    const Id128 id = organization();
    ASSERT_EQ(published_.size(), 1U);
    EXPECT_NE(published_.back()->find_organization(id), nullptr);
    const KeyDigest digest = key(id);
    ASSERT_EQ(published_.size(), 2U);
    EXPECT_NE(published_.back()->find_key(digest), nullptr);
    EXPECT_EQ(published_.front()->find_key(digest), nullptr);
    ASSERT_TRUE(remove(digest).ok());
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
    EXPECT_FALSE(make_root_key());
    EXPECT_FALSE(make_organization("New"));
    EXPECT_FALSE(make_project(id, "new"));
    EXPECT_FALSE(make_key(id, {.name = "new"}));
    EXPECT_FALSE(update(digest, {.disabled = true, .limit = NanoUsd{9}}, kNow).ok());
    EXPECT_FALSE(remove(digest).ok());
    EXPECT_FALSE(set_llm(id, "m", "").ok());
    EXPECT_EQ(accounts_->directory(), before);
    EXPECT_EQ(published_.size(), publications);
    EXPECT_FALSE(accounts_->has_root_key());
    EXPECT_EQ(spenders(digest).key->limits.budget, NanoUsd{3});
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
    const std::string document = organization_document_key(to_uuid(id));
    std::string text = store_.get(Family::accounts, document).value();
    const std::string_view open = R"("status":"active")";
    put(document, text.replace(text.find(open), open.size(), R"("status":"deleted")"));
    reload();
    EXPECT_TRUE(find(id)->policy.closed());
    EXPECT_EQ(create_key_code(id, {.name = "k"}), StatusCode::not_found);
}

TEST_F(AccountsTest, KeyIsNamedAlsoOnceItIsDeleted) {
    const KeyDigest digest = key(organization(), {.name = "build"});
    const std::string label = key_label(KeyKind::inference, find(digest)->ends);
    for (const bool deleted : {false, true}) {
        if (deleted) ASSERT_TRUE(remove(digest).ok());
        for (const auto& names :
             {names_of_key(store_, digest), names_of_key(*accounts_->directory(), store_, digest)}) {
            ASSERT_TRUE(names);
            EXPECT_EQ(names->name, "build");
            EXPECT_EQ(names->label, label);
        }
    }
    EXPECT_EQ(names_of_key(store_, digest_key("never")).error().code(), StatusCode::not_found);
}

TEST_F(AccountsTest, LimitsAreFoundWithTheVersionOfWhatHasThem) {
    const Id128 owner = organization(), user = member(owner, "ann@example.com");
    const KeyDigest digest = key(owner);
    const std::vector<LimitTarget> targets = {
        {.scope = LimitScope::organization, .organization = owner},
        {.scope = LimitScope::project, .organization = owner, .id = default_project(owner)},
        {.scope = LimitScope::member, .organization = owner, .id = user},
        {.scope = LimitScope::key, .organization = owner, .key = digest},
    };
    const Limits limits{.budget = NanoUsd{7}, .reset = LimitReset::weekly, .tokens_per_minute = 3};
    for (const LimitTarget& target : targets) {
        const auto before = find_limits(*accounts_->directory(), target);
        ASSERT_TRUE(before);
        EXPECT_EQ(before->limits, Limits());
        ASSERT_TRUE(limit(target, limits).ok());
        const auto after = find_limits(*accounts_->directory(), target);
        ASSERT_TRUE(after);
        EXPECT_EQ(after->limits, limits);
        EXPECT_EQ(after->version, before->version + 1);
    }
}

TEST_F(AccountsTest, LimitsOfAnotherOrganizationAreUnknown) {
    const Id128 owner = organization(), other = organization("Other");
    const KeyDigest digest = key(owner);
    const std::vector<LimitTarget> targets = {
        {.scope = LimitScope::organization, .organization = make_uuid7(kNow)},
        {.scope = LimitScope::project, .organization = other, .id = default_project(owner)},
        {.scope = LimitScope::key, .organization = other, .key = digest},
        {.scope = LimitScope::member, .organization = other, .id = member(owner, "ann@example.com")},
    };
    for (const LimitTarget& target : targets) {
        EXPECT_EQ(find_limits(*accounts_->directory(), target).error().code(), StatusCode::not_found);
    }
}

}  // namespace
}  // namespace tollgate
