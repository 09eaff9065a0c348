#include "accounting/accounts/change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "store/key_space.h"
#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class ChangeTest : public AccountsFixture {
  protected:
    static RepeatableCall call(const std::string& body = "{}") {
        return {.key = "key-1", .actor = "root", .route = "POST /projects", .body = body};
    }

    // A call as a handler makes it: the earlier answer, or a project and an answer that names it.
    Result<StoredAnswer> create_once(const Id128& organization, const RepeatableCall& repeatable,
                                     std::int64_t now_ms = kNow) {
        Change change(*accounts_, caller_, "project.create", now_ms);
        auto earlier = change.find_answer(repeatable);
        if (!earlier) return std::unexpected(earlier.error());
        if (*earlier) return std::move(**earlier);
        const std::size_t number = change.directory().projects_of(organization).size();
        const auto made = create_project(change, organization, "p" + std::to_string(number));
        if (!made) return std::unexpected(made.error());
        StoredAnswer answer{.status = 201, .body = to_uuid(*made)};
        change.set_answer(answer);
        if (Status status = change.commit(); !status.ok()) return std::unexpected(std::move(status));
        return answer;
    }

    std::vector<AuditEntry> audit(const Id128& organization) {
        const auto page = read_audit(store_, {.organization = organization, .limit = kMaxAuditPage});
        EXPECT_TRUE(page);
        return page ? page->entries : std::vector<AuditEntry>();
    }
};

TEST_F(ChangeTest, SeveralEntitiesAreOneCommitAndOnePublication) {
    const std::size_t commits = store_.commits();
    const auto made = apply([](Change& change) -> Result<Id128> {
        const auto id = create_organization(change, {.name = "Acme"});
        if (!id) return id;
        EXPECT_NE(change.directory().find_organization(*id), nullptr);
        EXPECT_TRUE(create_key(change, *id, {.name = "k"}));
        EXPECT_TRUE(create_project(change, *id, "p"));
        return id;
    });
    ASSERT_TRUE(made);
    EXPECT_EQ(store_.commits(), commits + 1);
    ASSERT_EQ(published_.size(), 1U);
    EXPECT_EQ(published_.back()->keys_of(*made).size(), 1U);
    EXPECT_EQ(published_.back()->projects_of(*made).size(), 2U);
    ASSERT_EQ(audit(*made).size(), 1U);
    EXPECT_EQ(audit(*made)[0].documents.size(), 4U);
}

TEST_F(ChangeTest, WithoutACommitNothingHappens) {
    const Id128 id = organization();
    const auto contents = store_.contents();
    const auto before = accounts_->directory();
    {
        Change change(*accounts_, caller_, "test", kNow);
        EXPECT_TRUE(create_key(change, id, {.name = "k"}));
    }
    EXPECT_EQ(store_.contents(), contents);
    EXPECT_EQ(accounts_->directory(), before);
    EXPECT_EQ(published_.size(), 1U);
}

TEST_F(ChangeTest, ADocumentIsFoundAsTheChangeLeavesIt) {
    const Id128 id = organization();
    const std::string stored = organization_document_key(to_uuid(id));
    Change change(*accounts_, caller_, "test", kNow);
    EXPECT_THAT(change.find_document(stored).value(), HasSubstr("Acme"));
    EXPECT_EQ(change.find_document("voucher/1").error().code(), StatusCode::not_found);
    change.put_document({}, "voucher/1", {}, "{\"n\":1}");
    change.put_document({}, "voucher/1", "{\"n\":1}", "{\"n\":2}");
    change.put_document({}, stored, "{}", {});
    EXPECT_EQ(change.find_document("voucher/1").value(), "{\"n\":2}");
    EXPECT_EQ(change.find_document(stored).error().code(), StatusCode::not_found);
}

TEST_F(ChangeTest, FailedCommitLeavesNothing) {
    const Id128 id = organization();
    const std::uint64_t last = accounts_->last_change();
    const auto contents = store_.contents();
    store_.fail_after(0);
    EXPECT_EQ(create_once(id, call()).error().code(), StatusCode::io);
    EXPECT_EQ(store_.contents(), contents);
    EXPECT_EQ(accounts_->last_change(), last);
    EXPECT_EQ(accounts_->directory()->projects_of(id).size(), 1U);
    ASSERT_TRUE(store_.resume().ok());
    EXPECT_TRUE(create_once(id, call()));  // it was not done, so the same call does it
    EXPECT_EQ(accounts_->directory()->projects_of(id).size(), 2U);
    EXPECT_EQ(accounts_->last_change(), last + 1);
}

TEST_F(ChangeTest, WhatAFailedCommitStoredIsInForceBeforeTheNextChange) {
    const Id128 id = organization();
    const std::uint64_t last = accounts_->last_change();
    store_.fail_after_storing(0);
    EXPECT_EQ(create_once(id, call()).error().code(), StatusCode::io);
    EXPECT_EQ(accounts_->directory()->projects_of(id).size(), 1U);
    ASSERT_TRUE(store_.resume().ok());
    EXPECT_TRUE(create_once(id, call()));  // it was done: the same call returns its answer
    EXPECT_EQ(accounts_->directory()->projects_of(id).size(), 2U);
    EXPECT_EQ(accounts_->last_change(), last + 1);
    EXPECT_EQ(audit(id).size(), last + 1);
    const std::size_t projects = accounts_->directory()->projects_of(id).size();
    reload();
    EXPECT_EQ(accounts_->directory()->projects_of(id).size(), projects);
}

TEST_F(ChangeTest, NothingIsStoredWhileAnEarlierChangeIsUnsure) {
    const Id128 id = organization();
    store_.fail_after_storing(0);
    EXPECT_FALSE(create_once(id, call()));
    Change change(*accounts_, caller_, "project.create", kNow);  // begins while the store is read-only
    ASSERT_TRUE(store_.resume().ok());
    ASSERT_TRUE(create_project(change, id, "another"));
    EXPECT_EQ(change.commit().code(), StatusCode::read_only);
}

// It is told that all is as it should be, and then the earlier change takes effect.
TEST_F(ChangeTest, NothingToChangeIsNotSaidWhileAnEarlierChangeIsUnsure) {
    const Id128 id = organization();
    store_.fail_after_storing(0);
    EXPECT_FALSE(create_once(id, call()));
    EXPECT_EQ(Change(*accounts_, caller_, "project.update", kNow).commit().code(), StatusCode::read_only);
    ASSERT_TRUE(store_.resume().ok());
    EXPECT_TRUE(Change(*accounts_, caller_, "project.update", kNow).commit().ok());
}

TEST_F(ChangeTest, NumbersAscendAcrossARestartAndNameTheDocuments) {
    const Id128 id = organization();
    EXPECT_EQ(accounts_->last_change(), 1U);
    reload();
    EXPECT_EQ(accounts_->last_change(), 1U);
    const KeyDigest digest = key(id);
    EXPECT_EQ(accounts_->last_change(), 2U);
    EXPECT_EQ(store_.get(Family::changes, change_key(2)).value(), key_document_key(to_hex(digest)));
    EXPECT_EQ(store_.get(Family::changes, change_key(1)).value(),
              organization_document_key(to_uuid(id)) + "\n" + project_document_key(to_uuid(default_project(id))));
}

TEST_F(ChangeTest, RepeatedCallReturnsTheStoredAnswerAndChangesNothing) {
    const Id128 id = organization();
    const auto first = create_once(id, call());
    ASSERT_TRUE(first);
    reload();
    const auto again = create_once(id, call(), kNow + kAnswerLifetimeMs - 1);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->status, 201);
    EXPECT_EQ(again->body, first->body);
    EXPECT_EQ(accounts_->directory()->projects_of(id).size(), 2U);
}

TEST_F(ChangeTest, SameKeyWithAnotherBodyIsRefused) {
    const Id128 id = organization();
    ASSERT_TRUE(create_once(id, call()));
    EXPECT_EQ(create_once(id, call(R"({"name":"other"})")).error().code(), StatusCode::already_exists);
    EXPECT_EQ(accounts_->directory()->projects_of(id).size(), 2U);
}

TEST_F(ChangeTest, SameKeyOfAnotherCallerOrRouteIsAnotherCall) {
    const Id128 id = organization();
    ASSERT_TRUE(create_once(id, call()));
    RepeatableCall other = call();
    other.actor = "key:1";
    ASSERT_TRUE(create_once(id, other));
    other = call();
    other.route = "POST /elsewhere";
    ASSERT_TRUE(create_once(id, other));
    EXPECT_EQ(accounts_->directory()->projects_of(id).size(), 4U);
}

TEST_F(ChangeTest, AKeyThatIsUsedAgainAfterADayKeepsItsNewAnswer) {
    const Id128 id = organization();
    RepeatableCall used = call();
    for (int i = 0; i < 20; ++i) {
        used.key = "key-" + std::to_string(i);
        ASSERT_TRUE(create_once(id, used, kNow + i));
    }
    // More answers have expired than one change removes.
    constexpr std::int64_t kLater = kNow + 2 * kAnswerLifetimeMs;
    ASSERT_TRUE(create_once(id, used, kLater));
    RepeatableCall other = call();
    for (int i = 0; i < 5; ++i) {
        other.key = "other-" + std::to_string(i);
        ASSERT_TRUE(create_once(id, other, kLater + i));
    }
    const std::size_t projects = accounts_->directory()->projects_of(id).size();
    ASSERT_TRUE(create_once(id, used, kLater + 10));
    EXPECT_EQ(accounts_->directory()->projects_of(id).size(), projects) << "the repeat was carried out again";
}

TEST_F(ChangeTest, AnswerIsForgottenAfterADayAndRemovedByALaterChange) {
    const Id128 id = organization();
    ASSERT_TRUE(create_once(id, call()));
    ASSERT_TRUE(create_once(id, call(R"({"other":1})"), kNow + kAnswerLifetimeMs));
    EXPECT_EQ(accounts_->directory()->projects_of(id).size(), 3U);
    RepeatableCall another = call();
    another.key = "key-2";
    ASSERT_TRUE(create_once(id, another, kNow + 3 * kAnswerLifetimeMs));
    std::size_t answers = 0;
    ASSERT_TRUE(store_
                    .scan(Family::changes, kAnswerPrefix, prefix_end(kAnswerPrefix),
                          [&](std::string_view, std::string_view) { return ++answers > 0; })
                    .ok());
    EXPECT_EQ(answers, 1U);
}

TEST_F(ChangeTest, DemandedVersionMustBeTheCurrentOne) {
    const Id128 id = organization();
    const KeyDigest digest = key(id);
    const auto rename = [&](std::int64_t version, const std::string& name) {
        return apply([&](Change& change) {
            change.expect_version(version);
            return update_key(change, digest, {.name = name});
        });
    };
    EXPECT_EQ(find(digest)->version, 1);
    EXPECT_TRUE(rename(1, "first").ok());
    EXPECT_EQ(rename(1, "second").code(), StatusCode::stale);
    EXPECT_EQ(find(digest)->name, "first");
    reload();
    EXPECT_EQ(find(digest)->version, 2);
    EXPECT_TRUE(rename(2, "second").ok());
    const auto set_model = [&](std::int64_t version) {
        return apply([&](Change& change) {
            change.expect_version(version);
            return tollgate::set_llm(change, id, {.settings = {.model = "m"}});
        });
    };
    EXPECT_EQ(set_model(7).code(), StatusCode::stale);
    EXPECT_TRUE(set_model(1).ok());
}

TEST_F(ChangeTest, AuditEntrySaysWhoDidWhatFromWhereAndHowItWas) {
    const Id128 id = organization();
    const KeyDigest digest = key(id, {.name = "old"});
    caller_ = {.kind = CallerKind::management_key, .key = digest_key("m"), .organization = id, .address = "192.0.2.7"};
    ASSERT_TRUE(
        apply([&](Change& change) { return update_key(change, digest, {.name = "new"}); }, kNow + 5, "key.update")
            .ok());
    const AuditEntry entry = audit(id).at(0);
    EXPECT_EQ(entry.at_ms, kNow + 5);
    EXPECT_EQ(entry.actor, "key:" + to_hex(digest_key("m")));
    EXPECT_EQ(entry.address, "192.0.2.7");
    EXPECT_EQ(entry.action, "key.update");
    EXPECT_EQ(entry.target, key_document_key(to_hex(digest)));
    ASSERT_EQ(entry.documents.size(), 1U);
    EXPECT_THAT(entry.documents[0].before, HasSubstr(R"("name":"old")"));
    EXPECT_THAT(entry.documents[0].after, HasSubstr(R"("name":"new")"));
    EXPECT_EQ(audit(id).at(1).documents[0].before, "");
    ASSERT_TRUE(remove(digest).ok());
    EXPECT_EQ(audit(id).at(0).documents[0].after, "");
}

TEST_F(ChangeTest, EachOrganizationsAuditShowsWhatIsItsOwn) {
    const Id128 acme = organization(), other = organization("Other"), ann = member(acme, "ann@example.com");
    ASSERT_TRUE(add(other, ann).ok());
    ASSERT_TRUE(make_key(acme, {.name = "k", .creator = ann}));
    ASSERT_TRUE(apply([&](Change& change) { return delete_user(change, ann); }, kNow, "user.delete").ok());
    const auto names = [&](const Id128& of) {
        const AuditEntry entry = audit(of).at(0);
        EXPECT_EQ(entry.action, "user.delete");
        std::vector<std::string> documents;
        for (const AuditedDocument& one : entry.documents) documents.push_back(one.document);
        EXPECT_EQ(std::ranges::count(documents, entry.target), 1) << entry.target;
        return documents;
    };
    EXPECT_THAT(names(acme), UnorderedElementsAre(HasSubstr("key/"), HasSubstr("member/")));
    EXPECT_THAT(names(other), UnorderedElementsAre(HasSubstr("member/")));
    EXPECT_THAT(names({}), UnorderedElementsAre("user/" + to_uuid(ann), "former_user/" + to_uuid(ann)));
}

TEST_F(ChangeTest, AuditIsListedByOrganizationNewestFirstInPages) {
    const Id128 id = organization(), other = organization("Other");
    for (int i = 1; i <= 5; ++i) ASSERT_TRUE(make_project(id, "p" + std::to_string(i), kNow + i));
    std::vector<std::int64_t> times;
    AuditQuery query{.organization = id, .limit = 2};
    for (int pages = 0; pages < 10; ++pages) {
        const auto page = read_audit(store_, query);
        ASSERT_TRUE(page);
        for (const AuditEntry& entry : page->entries) times.push_back(entry.at_ms - kNow);
        if (!page->next) break;
        query.before = page->next;
    }
    EXPECT_EQ(times, (std::vector<std::int64_t>{5, 4, 3, 2, 1, 0}));
    EXPECT_EQ(audit(other).size(), 1U);
}

TEST_F(ChangeTest, AuditPageThatEndsWithTheOldestEntryIsTheLast) {
    const Id128 id = organization();
    ASSERT_TRUE(make_project(id, "p"));
    const auto whole = read_audit(store_, {.organization = id, .limit = 2});
    ASSERT_TRUE(whole);
    EXPECT_EQ(whole->entries.size(), 2U);
    EXPECT_EQ(whole->next, std::nullopt);
    EXPECT_NE(read_audit(store_, {.organization = id, .limit = 1})->next, std::nullopt);
}

TEST_F(ChangeTest, AuditEntryInAnothersBatchUsesUpANumberThatSurvives) {
    const Id128 id = organization(), other = organization("Other");
    const std::uint64_t before = accounts_->last_change();
    WriteBatch batch;
    {
        Change change(*accounts_, caller_, "transaction.transfer", kNow);
        const std::array both = {id, other};
        change.add_to(batch, both, "transaction/1", {.document = "transaction/1", .before = {}, .after = "{}"});
    }
    ASSERT_TRUE(store_.commit(batch, Durability::disk).ok());
    reload();
    EXPECT_EQ(accounts_->last_change(), before + 1);
    for (const Id128& of : {id, other}) {
        const AuditEntry entry = audit(of).at(0);
        EXPECT_EQ(entry.change, before + 1);
        EXPECT_EQ(entry.action, "transaction.transfer");
        EXPECT_EQ(entry.target, "transaction/1");
    }
    ASSERT_TRUE(make_project(id, "p"));
    EXPECT_EQ(audit(id).at(0).change, before + 2);
}

TEST_F(ChangeTest, DocumentsInAnothersBatchAreStoredWithItOrNotAtAll) {
    const Id128 id = organization();
    const auto in_batch = [&](WriteBatch& batch) {
        Change change(*accounts_, caller_, "voucher.redeem", kNow);
        change.put_document({}, "voucher/1", {}, "{}");
        change.put_document(id, "credit_request/2", "{}", {});
        change.add_to(batch, std::array{id}, "transaction/1",
                      {.document = "transaction/1", .before = {}, .after = "{}"});
    };
    WriteBatch lost, stored;
    in_batch(lost);
    EXPECT_FALSE(store_.get(Family::accounts, "voucher/1"));
    in_batch(stored);
    ASSERT_TRUE(store_.commit(stored, Durability::disk).ok());
    EXPECT_EQ(store_.get(Family::accounts, "voucher/1"), "{}");
    EXPECT_FALSE(store_.get(Family::accounts, "transaction/1"));
    const AuditEntry entry = audit(id).at(0);
    EXPECT_EQ(entry.target, "transaction/1");
    ASSERT_EQ(entry.documents.size(), 2U);
    EXPECT_EQ(entry.documents[0].document, "credit_request/2");
    EXPECT_EQ(entry.documents[1].document, "transaction/1");
    const AuditEntry instance = audit({}).at(0);
    EXPECT_EQ(instance.change, entry.change);
    EXPECT_EQ(instance.target, "voucher/1");
    ASSERT_EQ(instance.documents.size(), 1U);
    reload();
}

TEST_F(ChangeTest, NothingThatIsStoredHoldsASecret) {
    const Id128 id = organization();
    const auto root = make_root_key();
    const auto made = make_key(id, {.name = "k"});
    ASSERT_TRUE(root && made);
    for (const auto& family : store_.contents()) {
        for (const auto& [name, value] : family) {
            for (const NewKey& secret : {*root, *made}) {
                const std::string part = secret.plaintext.substr(secret.plaintext.size() - 49, 12);
                EXPECT_THAT(value, Not(HasSubstr(part))) << name;
            }
        }
    }
}

TEST_F(ChangeTest, OfConcurrentCreatesUnderALimitOfOneOnePasses) {
    constexpr int kThreads = 4;
    for (int round = 0; round < 20; ++round) {
        MemoryStore store;
        CreditTable credits;
        const auto accounts = Accounts::load(store, credits);
        ASSERT_TRUE(accounts);
        std::atomic<int> passed = 0, refused = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < kThreads; ++i) {
            threads.emplace_back([&] {
                Change change(**accounts, caller_, "root_key.create", kNow);
                const bool created = create_root_key(change) && change.commit().ok();
                created ? ++passed : ++refused;
            });
        }
        for (std::thread& thread : threads) thread.join();
        EXPECT_EQ(passed, 1);
        EXPECT_EQ(refused, kThreads - 1);
    }
}

}  // namespace
}  // namespace tollgate
