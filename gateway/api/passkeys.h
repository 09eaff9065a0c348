// The passkeys of the person who calls, and the ceremonies by which they are made and used.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/paging.h"
#include "gateway/api/passkey_json.h"
#include "gateway/api/second_factors.h"

namespace tollgate {

ApiAnswer list_my_passkeys(Call& call);
// What the browser needs to make one. Changes nothing.
ApiAnswer make_registration_options(Call& call);
ApiAnswer create_my_passkey(Call& call, Change& change);
ApiAnswer delete_my_passkey(Call& call, Change& change);
// What it needs to use one, for signing in and for proving oneself again.
ApiAnswer make_sign_in_options(Call& call);
ApiAnswer make_step_up_options(Call& call);

// This gateway to browsers; conflict passkeys_unavailable: its address allows for none.
Outcome<webauthn::RelyingParty> relying_party(const Services& services);

// What a challenge for the session that calls counts for.
webauthn::ChallengeUse challenge_of_session(const Call& call, webauthn::Purpose purpose);

inline constexpr std::array kPasskeyFields = {
    fields::key_hash("id"),
    fields::text("name").from(1, 100),
    fields::text("credential_id").note("As the browser names it"),
    fields::text("rp_id").note("The host that it was made for"),
    fields::flag("works_here").note("false: the gateway has another host now"),
    fields::flag("user_verified").note("Its authenticator asked for a finger, a face or a PIN the last time"),
    fields::flag("backed_up").note("It is on several devices, as the authenticator says"),
    fields::texts("transports"),
    fields::time("created_at"),
    fields::time("last_used_at").or_null(),
};
inline constexpr Schema kPasskey{"Passkey", kPasskeyFields};
inline constexpr std::array kPasskeyPageFields = {fields::list("data", kPasskey), kNextCursor};
inline constexpr Schema kPasskeyPage{"PasskeyPage", kPasskeyPageFields};
inline constexpr std::array kNewPasskeyFields = {
    fields::text("name").required().from(1, 100),
    fields::object("credential", kRegistrationResponse).required().note("What the browser made, as toJSON() has it")};
inline constexpr Schema kNewPasskey{"NewPasskey", kNewPasskeyFields};
inline constexpr std::array kNewPasskeyDataFields = {fields::object("passkey", kPasskey), kRecoveryCodesField};
inline constexpr Schema kNewPasskeyData{"NewPasskeyData", kNewPasskeyDataFields};
inline constexpr std::array kCreationFields = {fields::object("publicKey", kCreationOptions)};
inline constexpr Schema kCreation{"CredentialCreationOptions", kCreationFields};
inline constexpr std::array kRequestFields = {fields::object("publicKey", kRequestOptions)};
inline constexpr Schema kRequest{"CredentialRequestOptions", kRequestFields};

}  // namespace tollgate
