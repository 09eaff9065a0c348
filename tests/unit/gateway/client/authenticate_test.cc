// From a presented key to who asks.
#include "gateway/client/authenticate.h"

#include <gtest/gtest.h>

#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

// What is called, and which organization the request names.
struct Asked {
    std::string_view path = "/api/me";
    std::string organization = {};
};

class Authenticate : public AccountsFixture {
  protected:
    static constexpr std::string_view kChat = "/v1/chat/completions";

    Outcome<Principal> present(const KeyDigest& key, const Asked& asked = {}) {
        Head head;
        head.begin({}, {}, kNow);
        head.route = &find_route(asked.path);
        head.operation = &head.route->operations.front();
        head.organization = asked.organization;
        head.key_presented = true;
        head.presented_key = key;
        return authenticate(accounts_->directory(), credits_, head);
    }
    // The status, or 200 with the organization that it is.
    std::pair<int, Id128> outcome(const KeyDigest& key, const Asked& asked) {
        const auto principal = present(key, asked);
        return principal ? std::pair(200, principal->organization) : std::pair(status_of(principal.error()), Id128{});
    }
    std::string refusal_of(const KeyDigest& key) {
        const auto principal = present(key);
        return principal ? std::string() : principal.error().detail().message;
    }
    KeyDigest token_of(const Id128& user, const TokenFields& fields = {.name = "laptop"}) {
        const auto made = apply([&](Change& change) { return create_token(change, user, fields); });
        EXPECT_TRUE(made) << made.error().message();
        return made ? made->digest : KeyDigest{};
    }
    Status change(const Id128& user, const UserChange& fields) {
        return apply([&](Change& change) { return update_user(change, user, fields); });
    }
};

TEST_F(Authenticate, APersonalTokenIsItsPersonInTheCurrentOrganization) {
    const Id128 acme = organization(), ann = member(acme, "ann@people.test");
    const ScopeSet scopes = ScopeSet::of(Scope::profile);
    const KeyDigest token = token_of(ann, {.name = "laptop", .scopes = scopes});
    const auto before = present(token);
    ASSERT_TRUE(before) << refusal_of(token);
    EXPECT_EQ(before->organization, find_user(ann)->personal_organization);
    ASSERT_TRUE(change(ann, {.current_organization = acme}).ok());
    const Caller caller = caller_of(*present(token));
    EXPECT_EQ(caller.kind, CallerKind::personal_token);
    EXPECT_EQ(caller.key, token);
    EXPECT_EQ(caller.user, ann);
    EXPECT_EQ(caller.organization, acme);
    EXPECT_EQ(caller.scopes, scopes);
}

TEST_F(Authenticate, APersonalTokenSpendsWhereItCallsAModelOnly) {
    const Id128 ann = person("ann@people.test"), own = find_user(ann)->personal_organization;
    const KeyDigest token = token_of(ann);
    const auto managing = present(token), calling = present(token, {.path = kChat});
    ASSERT_TRUE(managing && calling);
    EXPECT_EQ(managing->credit, nullptr);
    EXPECT_EQ(managing->spenders.key, nullptr);
    EXPECT_EQ(managing->policy.get(), &find(own)->policy);
    EXPECT_EQ(calling->credit, find(own)->credit);
    EXPECT_EQ(calling->project, default_project(own));
    EXPECT_EQ(calling->creator, ann);
    EXPECT_EQ(calling->key, token);
    EXPECT_EQ(calling->spenders.member, &credits_.member(own, ann));
    EXPECT_EQ(calling->spenders.project, credits_.find_project(default_project(own)));
    EXPECT_EQ(calling->spenders.key, credits_.find_key(own, token));
}

TEST_F(Authenticate, APathSaysByItselfWhichOrganizationAPersonCallsAbout) {
    const auto principal = present(token_of(person("ann@people.test")), {.path = "/api/organizations/x/keys"});
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->policy, nullptr);
}

TEST_F(Authenticate, ATokenThatMayNotInferCallsNoModel) {
    const Id128 ann = person("ann@people.test");
    const KeyDigest silent = token_of(ann, {.name = "silent", .may_infer = false});
    const KeyDigest reader = token_of(ann, {.name = "reader", .scopes = ScopeSet::of(Scope::activity_read)});
    const KeyDigest caller = token_of(ann, {.name = "caller", .scopes = ScopeSet::of(Scope::infer)});
    EXPECT_EQ(outcome(silent, {.path = kChat}).first, 403);
    EXPECT_EQ(outcome(reader, {.path = kChat}).first, 403);
    EXPECT_EQ(outcome(caller, {.path = kChat}).first, 200);
    EXPECT_EQ(outcome(silent, {}).first, 200);
}

TEST_F(Authenticate, XOrgIdIsOfAPersonsOrganizationsAndOfNoOther) {
    const Id128 acme = organization(), ann = member(acme, "ann@people.test"), other = organization("Other");
    const KeyDigest token = token_of(ann);
    for (const std::string_view path : {std::string_view("/api/me"), kChat}) {
        EXPECT_EQ(outcome(token, {path, to_uuid(acme)}), std::pair(200, acme));
        EXPECT_EQ(outcome(token, {path, to_uuid(other)}).first, 403);
        EXPECT_EQ(outcome(token, {path, to_uuid(make_uuid7(kNow))}).first, 403) << "as one that is somebody else's";
        EXPECT_EQ(outcome(token, {path, "acme"}).first, 400);
    }
    ASSERT_TRUE(update(acme, ann, {.status = MemberStatus::suspended}).ok());
    EXPECT_EQ(outcome(token, {kChat, to_uuid(acme)}).first, 403);
    ASSERT_TRUE(remove(acme, ann));
    EXPECT_EQ(outcome(token, {kChat, to_uuid(acme)}).first, 403);
}

TEST_F(Authenticate, ASuspendedMemberCallsNoModelInTheCurrentOrganization) {
    const Id128 acme = organization(), ann = member(acme, "ann@people.test");
    const KeyDigest token = token_of(ann);
    ASSERT_TRUE(change(ann, {.current_organization = acme}).ok());
    EXPECT_EQ(outcome(token, {.path = kChat}), std::pair(200, acme));
    ASSERT_TRUE(update(acme, ann, {.status = MemberStatus::suspended}).ok());
    EXPECT_EQ(outcome(token, {.path = kChat}).first, 403);
    EXPECT_EQ(outcome(token, {}).first, 200) << "to go to another organization";
}

TEST_F(Authenticate, XOrgIdMovesNoKeyToAnotherOrganization) {
    const Id128 acme = organization(), other = organization("Other");
    for (const KeyKind kind : {KeyKind::inference, KeyKind::management}) {
        const KeyDigest bound = key(acme, {.name = "k", .kind = kind});
        EXPECT_EQ(outcome(bound, {kChat, to_uuid(acme)}), std::pair(200, acme));
        EXPECT_EQ(outcome(bound, {kChat, to_uuid(other)}).first, 403);
        EXPECT_EQ(outcome(bound, {kChat, "acme"}).first, 400);
    }
}

TEST_F(Authenticate, WhatATokenSpendsCountsInEachOrganizationByItself) {
    const Id128 acme = organization(), ann = member(acme, "ann@people.test");
    const KeyDigest token = token_of(ann);
    const auto own = present(token, {.path = kChat}), theirs = present(token, {kChat, to_uuid(acme)});
    ASSERT_TRUE(own && theirs);
    EXPECT_NE(own->credit, theirs->credit);
    EXPECT_NE(own->spenders.key, theirs->spenders.key);
    EXPECT_NE(own->spenders.member, theirs->spenders.member);
    EXPECT_NE(own->spenders.project, theirs->spenders.project);
}

TEST_F(Authenticate, ASuspendedPersonsTokenIsRefusedUntilSheIsActiveAgain) {
    const Id128 ann = person("ann@people.test");
    const KeyDigest token = token_of(ann);
    ASSERT_TRUE(change(ann, {.status = UserStatus::suspended}).ok());
    EXPECT_EQ(refusal_of(token), "this token's user is suspended");
    ASSERT_TRUE(change(ann, {.status = UserStatus::active}).ok());
    EXPECT_EQ(refusal_of(token), "");
}

TEST_F(Authenticate, ADeletedPersonsTokenIsUnknown) {
    const Id128 ann = person("ann@people.test");
    const KeyDigest token = token_of(ann);
    ASSERT_TRUE(apply([&](Change& change) { return delete_user(change, ann); }).ok());
    EXPECT_EQ(refusal_of(token), "unknown API key");
}

TEST_F(Authenticate, AnExpiredOrDisabledTokenIsRefused) {
    const Id128 ann = person("ann@people.test");
    const KeyDigest disabled = token_of(ann), expired = token_of(ann, {.name = "short", .expires_ms = kNow + 1});
    ASSERT_TRUE(update(disabled, {.disabled = true}).ok());
    EXPECT_EQ(refusal_of(disabled), "this API key is disabled");
    EXPECT_EQ(refusal_of(expired), "");
    Head later;
    later.begin({}, {}, kNow + 1);
    later.key_presented = true;
    later.presented_key = expired;
    EXPECT_FALSE(authenticate(accounts_->directory(), credits_, later));
}

TEST_F(Authenticate, AKeyOfAnOrganizationIsBoundToItWhoeverMadeIt) {
    const Id128 acme = organization(), ann = member(acme, "ann@people.test");
    const auto principal = present(key(acme, {.name = "hers", .creator = ann}));
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->organization, acme);
    EXPECT_EQ(principal->project, default_project(acme));
    EXPECT_EQ(principal->creator, ann);
    EXPECT_NE(principal->credit, nullptr);
    EXPECT_NE(principal->spenders.member, nullptr);
}

}  // namespace
}  // namespace tollgate
