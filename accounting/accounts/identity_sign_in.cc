#include "accounting/accounts/identity_sign_in.h"

#include <algorithm>
#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/user.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

// The address in the form in which addresses are compared; empty: it is none.
std::string address_of(const ProvidedPerson& person) {
    return person.email.empty() ? std::string() : normal_email("email", person.email).value_or(std::string());
}

bool may_make(const PeopleToMake& make, std::string_view email) {
    const std::string_view domain = email.substr(std::min(email.find('@'), email.size()));
    const auto is_domain = [domain](const std::string& one) {
        return domain.substr(std::min<std::size_t>(1, domain.size())) == one;
    };
    return make.any && (make.email_domains.empty() || std::ranges::any_of(make.email_domains, is_domain));
}

bool has_credentials(const Change& change, const User& user) {
    return user.password_set_ms != 0 || user.second_factor_ms != 0 || !change.directory().tokens_of(user.id).empty();
}

Result<SignInFacts> facts_of(Change& change, const ProvidedPerson& person, const User* account, bool may_be_made) {
    SignInFacts facts{.email_is_his = person.email_is_his, .may_be_made = may_be_made};
    if (account == nullptr) return facts;
    const auto other = find_identity_of(change, account->id, person.issuer);
    if (!other) return std::unexpected(other.error());
    const auto all = identities_of(change.accounts().store(), account->id);
    if (!all) return std::unexpected(all.error());
    facts.account = {.exists = true,
                     .verified = account->verified(),
                     .has_credentials = has_credentials(change, *account) || !all->empty(),
                     .has_subject = other->has_value(),
                     .is_operator = account->is_operator};
    return facts;
}

std::unexpected<Status> refused(SignInDecision decision) {
    switch (decision) {
        case SignInDecision::email_not_verified:
            return failure(StatusCode::denied, "the provider does not say that the address is the person's",
                           "email_not_verified");
        case SignInDecision::account_taken:
            return failure(StatusCode::denied, "the account is another person's at that provider", "account_taken");
        case SignInDecision::account_not_verified:
            return failure(StatusCode::denied, "the account's own address is not verified", "account_not_verified");
        case SignInDecision::operator_account:
            return failure(StatusCode::denied, "an operator's account is linked by who is signed in to it",
                           "operator_account");
        default:
            return failure(StatusCode::denied, "there is no account for the person", "no_account");
    }
}

Status check_not_suspended(const Change& change, const Id128& user) {
    const User* const found = change.directory().find_user(user);
    if (found != nullptr && found->status == UserStatus::active) return {};
    return {StatusCode::denied, "the person is suspended", "suspended"};
}

Status add_identity(Change& change, const Id128& user, const ProvidedPerson& person, bool used) {
    Status put = put_identity(change, {.issuer = person.issuer,
                                       .subject = person.subject,
                                       .user = user,
                                       .provider = person.provider,
                                       .email = address_of(person),
                                       .linked_ms = change.now_ms(),
                                       .last_used_ms = used ? change.now_ms() : 0});
    change.concerns({}, user_document_key(to_uuid(user)));
    return put;
}

// What the provider has just shown of the address counts for the account, too.
Status verify_address(Change& change, const Id128& user) {
    if (change.directory().find_user(user)->verified()) return {};
    return update_user(change, user, {.verified_by = VerifiedBy::identity_provider});
}

}  // namespace

SignInDecision decide_sign_in(const SignInFacts& facts) {
    using enum SignInDecision;
    if (facts.known) return sign_in;
    if (!facts.email_is_his) return email_not_verified;
    if (!facts.account.exists) return facts.may_be_made ? create : no_account;
    if (facts.account.is_operator) return operator_account;
    if (facts.account.has_subject) return account_taken;
    if (!facts.account.verified && facts.account.has_credentials) return account_not_verified;
    return link;
}

Result<SignedInPerson> sign_in_by_identity(Change& change, const ProvidedPerson& person, const PeopleToMake& make) {
    const auto identity = find_identity(change, person.issuer, person.subject);
    if (!identity) return std::unexpected(identity.error());
    if (*identity) {
        Status allowed = check_not_suspended(change, (*identity)->user);
        if (!allowed.ok()) return std::unexpected(std::move(allowed));
        note_identity_use(change, **identity, address_of(person));
        return SignedInPerson{.user = (*identity)->user};
    }
    const std::string email = address_of(person);
    const User* const account = email.empty() ? nullptr : change.directory().find_user_by_email(email);
    auto facts = facts_of(change, person, account, may_make(make, email));
    if (!facts) return std::unexpected(facts.error());
    facts->email_is_his = facts->email_is_his && !email.empty();
    SignedInPerson signed_in{.how = decide_sign_in(*facts)};
    Status done;
    if (signed_in.how == SignInDecision::link) {
        signed_in.user = account->id;
        done = check_not_suspended(change, signed_in.user);
        if (done.ok()) done = verify_address(change, signed_in.user);
    } else if (signed_in.how == SignInDecision::create) {
        const auto made =
            create_user(change, {.email = email, .name = person.name, .verified_by = VerifiedBy::identity_provider});
        if (!made) return std::unexpected(made.error());
        signed_in.user = *made;
    } else {
        return refused(signed_in.how);
    }
    if (done.ok()) done = add_identity(change, signed_in.user, person, true);
    if (!done.ok()) return std::unexpected(std::move(done));
    return signed_in;
}

Status link_identity(Change& change, const Id128& user, const ProvidedPerson& person) {
    const auto taken = find_identity(change, person.issuer, person.subject);
    if (!taken) return taken.error();
    if (*taken && (*taken)->user == user) return {};
    const auto other = find_identity_of(change, user, person.issuer);
    if (!other) return other.error();
    if (*taken) return {StatusCode::conflict, "this identity is linked to another account", "identity_taken"};
    if (*other) return {StatusCode::conflict, "another identity of this provider is linked already", "issuer_linked"};
    return add_identity(change, user, person, false);
}

}  // namespace tollgate
