#include "accounting/accounts/identity_sign_in.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "accounting/accounts/password.h"
#include "accounting/accounts/user.h"
#include "store/key_space.h"
#include "tests/support/accounts_fixture.h"
#include "tests/support/master_keys.h"

namespace tollgate {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kIssuer = "https://id.example.com";

class IdentitySignInTest : public AccountsFixture {
  protected:
    static ProvidedPerson provided(const std::string& subject, const std::string& email, bool email_is_his = true) {
        return {.issuer = std::string(kIssuer),
                .subject = subject,
                .provider = "keycloak",
                .email = email,
                .email_is_his = email_is_his,
                .name = "Ann Lee"};
    }
    Result<SignedInPerson> sign_in(const ProvidedPerson& person, const PeopleToMake& make = {}) {
        return apply([&](Change& change) { return sign_in_by_identity(change, person, make); });
    }
    // "link", or the reason of the refusal.
    std::string outcome_of(const ProvidedPerson& person, const PeopleToMake& make = {}) {
        const auto done = sign_in(person, make);
        if (!done) return std::string(done.error().reason());
        return done->how == SignInDecision::link ? "link" : done->how == SignInDecision::create ? "create" : "sign_in";
    }
    const User& user(const Id128& id) { return *accounts_->directory()->find_user(id); }
    std::vector<Identity> identities(const Id128& id) { return identities_of(store_, id).value(); }
    void give_token(const Id128& id) {
        const auto made = apply([&](Change& change) {
            return create_token(change, id, {.name = "token", .scopes = ScopeSet::of(Scope::everything)});
        });
        ASSERT_TRUE(made) << made.error().message();
    }
};

// Row 70 of the field reports (Budibase#19385), and LiteLLM#36942: an address that the provider does not vouch for
// opens no account, of whatever kind, and one that it vouches for opens only those that their person can lose nothing
// by.
TEST(SignInDecision, EachKindOfAccount) {
    using enum SignInDecision;
    using Account = SignInFacts::Account;
    const struct {
        const char* what;
        Account account;
        SignInDecision verified;  // by the provider; else it is refused, whoever he is
    } rows[] = {
        {"nobody, or only another spelling of the address", {}, no_account},
        {"password user", {.exists = true, .verified = true, .has_credentials = true}, link},
        {"password user with an address that nobody has verified",
         {.exists = true, .has_credentials = true},
         account_not_verified},
        {"made by the operator, never used", {.exists = true, .verified = true}, link},
        {"invited, never used, not verified", {.exists = true}, link},
        {"another subject of the issuer",
         {.exists = true, .verified = true, .has_credentials = true, .has_subject = true},
         account_taken},
        {"another subject, not verified",
         {.exists = true, .has_credentials = true, .has_subject = true},
         account_taken},
        {"operator",
         {.exists = true, .verified = true, .has_credentials = true, .is_operator = true},
         operator_account},
        {"operator without a password", {.exists = true, .verified = true, .is_operator = true}, operator_account},
        {"operator with a subject",
         {.exists = true, .verified = true, .has_subject = true, .is_operator = true},
         operator_account},
    };
    for (const auto& row : rows) {
        for (const bool may_be_made : {false, true}) {
            SignInFacts facts{.email_is_his = true, .may_be_made = may_be_made, .account = row.account};
            const bool made = may_be_made && !row.account.exists;
            EXPECT_EQ(decide_sign_in(facts), made ? create : row.verified) << row.what;
            facts.email_is_his = false;
            EXPECT_EQ(decide_sign_in(facts), email_not_verified) << row.what;
            facts.known = true;  // his own identity signs him in, whatever there is of his address
            EXPECT_EQ(decide_sign_in(facts), sign_in) << row.what;
        }
    }
}

TEST_F(IdentitySignInTest, AVerifiedAddressLinksOnceThenTheIdentityCounts) {
    const Id128 ann = person("ann@example.com");
    EXPECT_EQ(outcome_of(provided("s-1", "Ann@Example.com")), "link");
    ASSERT_THAT(identities(ann), SizeIs(1));
    EXPECT_EQ(identities(ann)[0].subject, "s-1");
    EXPECT_EQ(identities(ann)[0].provider, "keycloak");
    // His address at the provider may be another by now, or nobody's: he is who he is.
    EXPECT_EQ(outcome_of(provided("s-1", "bob@example.com", false)), "sign_in");
    EXPECT_EQ(outcome_of(provided("s-1", "")), "sign_in");
    EXPECT_EQ(sign_in(provided("s-1", ""))->user, ann);
    // Whoever has the address there now is somebody else.
    EXPECT_EQ(outcome_of(provided("s-2", "ann@example.com")), "account_taken");
}

TEST_F(IdentitySignInTest, AnotherIssuerIsAnotherIdentity) {
    const Id128 ann = person("ann@example.com");
    EXPECT_EQ(outcome_of(provided("s-1", "ann@example.com")), "link");
    ProvidedPerson elsewhere = provided("s-1", "ann@example.com");
    elsewhere.issuer = "https://other.example.com";
    EXPECT_EQ(outcome_of(elsewhere), "link");
    EXPECT_THAT(identities(ann), SizeIs(2));
}

TEST_F(IdentitySignInTest, WithoutAVerifiedAddressNothingIsLinkedOrMade) {
    const Id128 ann = person("ann@example.com");
    const PeopleToMake everybody{.any = true};
    EXPECT_EQ(outcome_of(provided("s", "ann@example.com", false), everybody), "email_not_verified");
    EXPECT_EQ(outcome_of(provided("s", "new@example.com", false), everybody), "email_not_verified");
    EXPECT_EQ(outcome_of(provided("s", "", true), everybody), "email_not_verified");
    EXPECT_EQ(outcome_of(provided("s", "no address", true), everybody), "email_not_verified");
    EXPECT_THAT(identities(ann), IsEmpty());
}

TEST_F(IdentitySignInTest, AnAliasIsAnotherAddress) {
    person("ann@example.com");
    for (const std::string alias :
         {"ann+x@example.com", "a.nn@example.com", "ann@mail.example.com", "ann@example.co"}) {
        EXPECT_EQ(outcome_of(provided("s", alias)), "no_account") << alias;
    }
}

// Whoever registers another one's address waits for him to sign in to that account.
TEST_F(IdentitySignInTest, AnAccountThatIsInUseUnverifiedIsNotLinked) {
    const Id128 taken = person("ann@example.com", VerifiedBy::nobody);
    give_token(taken);
    EXPECT_EQ(outcome_of(provided("s", "ann@example.com")), "account_not_verified");
    const Id128 unused = person("bob@example.com", VerifiedBy::nobody);
    EXPECT_EQ(outcome_of(provided("t", "bob@example.com")), "link");
    EXPECT_EQ(user(unused).verified_by, VerifiedBy::identity_provider);
}

TEST_F(IdentitySignInTest, APasswordIsUse) {
    accounts_->vault().use(master_keys('a'));
    const Id128 taken = person("ann@example.com", VerifiedBy::nobody);
    ASSERT_TRUE(apply([&](Change& change) { return set_password(change, taken, "a hash"); }).ok());
    EXPECT_EQ(outcome_of(provided("s", "ann@example.com")), "account_not_verified");
}

TEST_F(IdentitySignInTest, AnOperatorIsNotLinkedByHisAddress) {
    const Id128 ann = person("ann@example.com");
    ASSERT_TRUE(apply([&](Change& change) { return update_user(change, ann, {.is_operator = true}); }).ok());
    EXPECT_EQ(outcome_of(provided("s", "ann@example.com")), "operator_account");
    EXPECT_THAT(identities(ann), IsEmpty());
}

TEST_F(IdentitySignInTest, PeopleAreMadeWhereTheConfigurationSaysSo) {
    const PeopleToMake of_ours{.any = true, .email_domains = {"example.com"}};
    EXPECT_EQ(outcome_of(provided("s", "new@example.com")), "no_account");
    EXPECT_EQ(outcome_of(provided("s", "new@evil-example.com"), of_ours), "no_account");
    EXPECT_EQ(outcome_of(provided("s", "new@mail.example.com"), of_ours), "no_account");
    const auto made = sign_in(provided("s", "new@example.com"), of_ours);
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_EQ(made->how, SignInDecision::create);
    EXPECT_EQ(user(made->user).name, "Ann Lee");
    EXPECT_EQ(user(made->user).verified_by, VerifiedBy::identity_provider);
    EXPECT_EQ(outcome_of(provided("s", "new@example.com"), of_ours), "sign_in");
}

TEST_F(IdentitySignInTest, SuspendedAndDeletedPeople) {
    const Id128 ann = person("ann@example.com"), bob = person("bob@example.com");
    EXPECT_EQ(outcome_of(provided("a", "ann@example.com")), "link");
    ASSERT_TRUE(
        apply([&](Change& change) { return update_user(change, ann, {.status = UserStatus::suspended}); }).ok());
    ASSERT_TRUE(
        apply([&](Change& change) { return update_user(change, bob, {.status = UserStatus::suspended}); }).ok());
    EXPECT_EQ(outcome_of(provided("a", "ann@example.com")), "suspended");
    EXPECT_EQ(outcome_of(provided("b", "bob@example.com")), "suspended");
    EXPECT_THAT(identities(bob), IsEmpty());
    ASSERT_TRUE(apply([&](Change& change) { return delete_user(change, ann, true); }).ok());
    EXPECT_THAT(identities(ann), IsEmpty());
    EXPECT_EQ(outcome_of(provided("a", "ann@example.com")), "no_account");
    EXPECT_EQ(outcome_of(provided("a", "ann@example.com", false)), "email_not_verified");
}

TEST_F(IdentitySignInTest, WhoIsSignedInLinksWhatHeWants) {
    const Id128 ann = person("ann@example.com"), bob = person("bob@example.com");
    const auto link = [&](const Id128& id, const ProvidedPerson& one) {
        return apply([&](Change& change) { return link_identity(change, id, one); });
    };
    EXPECT_TRUE(link(ann, provided("a", "another@example.com", false)).ok());
    EXPECT_TRUE(link(ann, provided("a", "")).ok());  // again
    EXPECT_EQ(link(bob, provided("a", "bob@example.com")).reason(), "identity_taken");
    EXPECT_EQ(link(ann, provided("b", "ann@example.com")).reason(), "issuer_linked");
    EXPECT_EQ(sign_in(provided("a", ""))->user, ann);
    const KeyDigest digest = identity_digest(kIssuer, "a");
    EXPECT_FALSE(apply([&](Change& change) { return erase_identity(change, bob, digest); }).ok());
    EXPECT_TRUE(apply([&](Change& change) { return erase_identity(change, ann, digest); }).ok());
    EXPECT_EQ(outcome_of(provided("a", "", false)), "email_not_verified");
    EXPECT_TRUE(link(bob, provided("a", "")).ok());
}

TEST_F(IdentitySignInTest, WhatItWasCalledLastAndWhenItWasUsed) {
    const Id128 ann = person("ann@example.com");
    ASSERT_TRUE(
        apply([&](Change& change) { return link_identity(change, ann, provided("a", "Ann@Other.example.com")); }).ok());
    EXPECT_EQ(identities(ann).at(0).email, "ann@other.example.com");
    EXPECT_EQ(identities(ann).at(0).last_used_ms, 0);  // by linking nobody has signed in
    const auto sign_in_at = [&](const ProvidedPerson& one, std::int64_t now_ms) {
        return apply([&](Change& change) { return sign_in_by_identity(change, one, {}); }, now_ms);
    };
    ASSERT_TRUE(sign_in_at(provided("a", "ann@new.example.com", false), kNow + 5));
    EXPECT_EQ(identities(ann).at(0).email, "ann@new.example.com");
    EXPECT_EQ(identities(ann).at(0).last_used_ms, kNow + 5);
    EXPECT_EQ(identities(ann).at(0).linked_ms, kNow);
    ASSERT_TRUE(sign_in_at(provided("a", "no address", false), kNow + 6));
    EXPECT_EQ(identities(ann).at(0).email, "");
    EXPECT_EQ(outcome_of(provided("b", "bob@example.com")), "no_account");
    const Id128 bob = person("bob@example.com");
    ASSERT_TRUE(sign_in_at(provided("b", "bob@example.com"), kNow + 7));
    EXPECT_EQ(identities(bob).at(0).last_used_ms, kNow + 7);
}

TEST_F(IdentitySignInTest, ADocumentIsReadAsItWasWrittenAndBadOnesAreNot) {
    Identity identity{.issuer = std::string(kIssuer),
                      .subject = "s \"1\"",
                      .user = person("ann@example.com"),
                      .provider = "p",
                      .email = "ann@example.com",
                      .linked_ms = 7,
                      .last_used_ms = 8};
    identity.grants = {{.organization = organization(), .role = Role::owner, .before = Role::none},
                       {.organization = organization("Other"), .role = Role::admin, .before = Role::member}};
    ASSERT_TRUE(apply([&](Change& change) { return put_identity(change, identity); }).ok());
    EXPECT_EQ(identities(identity.user), std::vector<Identity>{identity});
    const std::string document = identity_document_key(to_hex(identity_digest(identity.issuer, identity.subject)));
    const std::string text = store_.get(Family::accounts, document).value();
    DocumentReader reader;
    EXPECT_TRUE(read_identity(reader, document, text));
    for (const auto& [was, is] : {std::pair<std::string, std::string>{"owner none", "owner"},
                                  {"owner none", "king none"},
                                  {"admin member", "admin king"},
                                  {"s \\\"1\\\"", "s"}}) {
        std::string bad = text;
        ASSERT_NE(bad.find(was), std::string::npos) << was;
        bad.replace(bad.find(was), was.size(), is);
        EXPECT_FALSE(read_identity(reader, document, bad)) << is;
    }
}

TEST_F(IdentitySignInTest, ASubjectThatIsTooLongIsRefused) {
    person("ann@example.com");
    EXPECT_FALSE(sign_in(provided(std::string(kMaxSubjectBytes + 1, 's'), "ann@example.com")));
}

}  // namespace
}  // namespace tollgate
