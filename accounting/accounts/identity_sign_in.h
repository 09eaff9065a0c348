// Whose account somebody signs in to who comes from an identity provider. One function decides; nothing goes round it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "accounting/accounts/identity.h"
#include "accounting/money/ids.h"
#include "store/status.h"

namespace tollgate {

class Change;

// What decides: the identity first, and the account with its address only where there is no identity yet.
struct SignInFacts {
    bool known = false;         // the identity is somebody's already
    bool email_is_his = false;  // the provider says so, and is believed
    bool may_be_made = false;   // an account for him, by the configuration
    // Of the account with the same address. Another spelling of one (ann+x@, another domain) is another address.
    struct Account {
        bool exists = false;
        bool verified = false;         // the address was shown to be its person's
        bool has_credentials = false;  // somebody can sign in to it, or call by it, already
        bool has_subject = false;      // it is another subject of the same issuer
        bool is_operator = false;
    } account = {};
};

enum class SignInDecision : std::uint8_t {
    sign_in,             // as whom the identity is
    link,                // the account becomes his
    create,              // one is made
    email_not_verified,  // the rest are refusals
    no_account,
    account_taken,         // by another subject of the issuer
    account_not_verified,  // whoever made it may be somebody else, who waits for its true owner
    operator_account,      // links are made by who is signed in to it
};

SignInDecision decide_sign_in(const SignInFacts& facts);

// Somebody, as a provider tells.
struct ProvidedPerson {
    std::string issuer = {}, subject = {};
    std::string provider = {};  // its id
    std::string email = {};     // as it was said; empty: not
    bool email_is_his = false;
    std::string name = {};  // empty: not said
};
struct PeopleToMake {
    bool any = false;
    std::vector<std::string> email_domains = {};  // in lower case; empty: all
};

struct SignedInPerson {
    Id128 user = {};
    SignInDecision how = SignInDecision::sign_in;
};
// Decides and does it. denied, with the decision's name as the reason: email_not_verified and so on; denied suspended.
Result<SignedInPerson> sign_in_by_identity(Change& change, const ProvidedPerson& person, const PeopleToMake& make);

// Who is signed in as `user` adds the identity to his account; he is the one who decides, whatever its address. Nothing
// if it is his already. conflict identity_taken: it is somebody else's; issuer_linked: he has another one there.
Status link_identity(Change& change, const Id128& user, const ProvidedPerson& person);

}  // namespace tollgate
