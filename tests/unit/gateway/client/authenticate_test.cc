// From a presented key to who asks.
#include "gateway/client/authenticate.h"

#include <gtest/gtest.h>

#include "tests/support/accounts_fixture.h"

namespace tollgate {
namespace {

class Authenticate : public AccountsFixture {
  protected:
    Outcome<Principal> present(const KeyDigest& key) {
        Head head;
        head.begin({}, {}, kNow);
        head.key_presented = true;
        head.presented_key = key;
        return authenticate(accounts_->directory(), credits_, head);
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

TEST_F(Authenticate, APersonalTokenSpendsNothing) {
    const auto principal = present(token_of(person("ann@people.test")));
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->credit, nullptr);
    EXPECT_EQ(principal->policy, nullptr);
    EXPECT_EQ(principal->spenders.key, nullptr);
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
