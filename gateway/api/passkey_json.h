// Passkeys as pages hand them over: the JSON forms of WebAuthn Level 3, section 5.1, which browsers read and write
// themselves (parseCreationOptionsFromJSON(), parseRequestOptionsFromJSON(), toJSON()). Bytes are base64url.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/passkey.h"
#include "accounting/accounts/user.h"
#include "gateway/api/body_fields.h"
#include "gateway/text/json_writer.h"
#include "gateway/webauthn/ceremony.h"

namespace tollgate {

// What a page hands to navigator.credentials.create() and get().
void write_creation_options(const webauthn::RelyingParty& party, const User& user, std::string_view challenge,
                            std::span<const Passkey> known, JsonWriter& json);
// `allowed`: the person's; empty where he is not known yet: the authenticator says who he is.
void write_request_options(const webauthn::RelyingParty& party, std::string_view challenge,
                           std::span<const Passkey> allowed, JsonWriter& json);

struct PresentedRegistration {
    std::string credential_id;
    webauthn::RegistrationResponse response;
    std::vector<std::string> transports;
};
// The body is at fault where a member is none: ask it.
PresentedRegistration read_registration(BodyFields& body, std::string_view name);

struct PresentedAssertion {
    std::string credential_id;
    webauthn::AssertionResponse response;
    std::string user_handle;  // whose the authenticator says it is; empty: it does not say
};
PresentedAssertion read_assertion(BodyFields& body, std::string_view name);
PasskeyState passkey_state(const webauthn::CredentialState& state);
// The bytes by which an authenticator knows the person.
std::string user_handle_of(const Id128& user);

inline constexpr std::size_t kMostCredentialText = 50'000;  // of any member

inline constexpr Field kClientDataField = fields::text("clientDataJSON").required().from(1, kMostCredentialText);
inline constexpr std::array kAttestationResponseFields = {
    kClientDataField,
    fields::text("attestationObject").required().from(1, kMostCredentialText),
    fields::texts("transports").or_null().note("usb, nfc, ble, hybrid, internal"),
};
inline constexpr Schema kAttestationResponse{"AuthenticatorAttestationResponse", kAttestationResponseFields, true};
inline constexpr std::array kAssertionResponseFields = {
    kClientDataField,
    fields::text("authenticatorData").required().from(1, kMostCredentialText),
    fields::text("signature").required().from(1, kMostCredentialText),
    fields::text("userHandle").or_null(),
};
inline constexpr Schema kAssertionResponse{"AuthenticatorAssertionResponse", kAssertionResponseFields, true};
inline constexpr std::array kCredentialHeadFields = {
    fields::text("id").required().from(1, kMostCredentialText),
    fields::text("rawId").or_null(),
    fields::text("type").required().one_of("public-key"),
};
inline constexpr std::array kRegistrationResponsePart = {fields::object("response", kAttestationResponse).required()};
inline constexpr auto kRegistrationResponseFields = joined(kCredentialHeadFields, kRegistrationResponsePart);
inline constexpr Schema kRegistrationResponse{"RegistrationResponse", kRegistrationResponseFields, true};
inline constexpr std::array kAuthenticationResponsePart = {fields::object("response", kAssertionResponse).required()};
inline constexpr auto kAuthenticationResponseFields = joined(kCredentialHeadFields, kAuthenticationResponsePart);
inline constexpr Schema kAuthenticationResponse{"AuthenticationResponse", kAuthenticationResponseFields, true};

inline constexpr std::array kRpFields = {fields::text("id"), fields::text("name")};
inline constexpr Schema kRp{"PublicKeyCredentialRp", kRpFields};
inline constexpr std::array kRpUserFields = {fields::text("id"), fields::text("name"), fields::text("displayName")};
inline constexpr Schema kRpUser{"PublicKeyCredentialUser", kRpUserFields};
inline constexpr std::array kCredentialParameterFields = {fields::text("type").one_of("public-key"),
                                                          fields::integer("alg").note("By IANA's COSE registry")};
inline constexpr Schema kCredentialParameter{"PublicKeyCredentialParameter", kCredentialParameterFields};
inline constexpr std::array kCredentialDescriptorFields = {
    fields::text("id"), fields::text("type").one_of("public-key"), fields::texts("transports")};
inline constexpr Schema kCredentialDescriptor{"PublicKeyCredentialDescriptor", kCredentialDescriptorFields};
inline constexpr std::array kAuthenticatorSelectionFields = {
    fields::text("residentKey").one_of("required"), fields::flag("requireResidentKey"),
    fields::text("userVerification").one_of("preferred|required")};
inline constexpr Schema kAuthenticatorSelection{"AuthenticatorSelection", kAuthenticatorSelectionFields};
inline constexpr std::array kCreationOptionsFields = {
    fields::object("rp", kRp),
    fields::object("user", kRpUser),
    fields::text("challenge"),
    fields::list("pubKeyCredParams", kCredentialParameter),
    fields::integer("timeout").note("ms"),
    fields::list("excludeCredentials", kCredentialDescriptor),
    fields::object("authenticatorSelection", kAuthenticatorSelection),
    fields::text("attestation").one_of("none"),
};
inline constexpr Schema kCreationOptions{"PublicKeyCredentialCreationOptions", kCreationOptionsFields};
inline constexpr std::array kRequestOptionsFields = {fields::text("challenge"), fields::integer("timeout").note("ms"),
                                                     fields::text("rpId"),
                                                     fields::list("allowCredentials", kCredentialDescriptor),
                                                     fields::text("userVerification").one_of("preferred|required")};
inline constexpr Schema kRequestOptions{"PublicKeyCredentialRequestOptions", kRequestOptionsFields};

}  // namespace tollgate
