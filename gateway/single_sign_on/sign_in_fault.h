// Why a sign-in at an identity provider comes to nothing: for the page, a word; for the log, what was seen.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace tollgate {

enum class SignInFault : std::uint8_t {
    expired,               // it did not begin in this browser, or more than ten minutes ago, or has ended already
    cancelled,             // at the provider, by the person
    provider_refused,      // the provider answered with an error
    provider_failed,       // the provider cannot be reached, or answers with what is no answer
    token_refused,         // what it says of the person cannot be believed
    email_not_verified,    // nor does it say whose address it is
    no_account,            // there is none, and none is made
    account_taken,         // the account with that address has another identity of that provider
    account_not_verified,  // it is in use, and nobody has shown that the address is his who uses it
    operator_account,      // whose accounts are linked by themselves only
    another_person,        // signed in there than is signed in here, and was to prove who he is
    identity_taken,        // who is signed in wanted to link it, and it is linked to somebody else's account
    issuer_linked,         // the same, and another identity of that provider is linked to his
    suspended,
    busy,  // too many are under way
    store_unavailable,
};

// As the page is told: "email_not_verified".
constexpr std::string_view to_string(SignInFault fault) {
    constexpr std::array<std::string_view, 16> kNames = {"expired",          "cancelled",      "provider_refused",
                                                         "provider_failed",  "token_refused",  "email_not_verified",
                                                         "no_account",       "account_taken",  "account_not_verified",
                                                         "operator_account", "another_person", "identity_taken",
                                                         "issuer_linked",    "suspended",      "busy",
                                                         "store_unavailable"};
    return kNames[static_cast<std::size_t>(fault)];
}

struct FailedSignIn {
    SignInFault fault = SignInFault::expired;
    std::string why = {};  // in words for the operator: nothing that a token says, and no secret; empty: the fault's
};

// What the page is told when it is over.
struct ProviderSignIn {
    SignInFault fault = SignInFault::expired;  // if it came to nothing
    std::string return_route = {};
    bool links = false;   // who is signed in wanted to link an identity,
    bool linked = false;  // and has
};

template <class T>
using SignInResult = std::expected<T, FailedSignIn>;

}  // namespace tollgate
