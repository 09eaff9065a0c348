#include "gateway/api/passkey_json.h"

#include "gateway/text/base64.h"

namespace tollgate {
namespace {

constexpr std::string_view kPublicKey = "public-key";
constexpr std::string_view kRelyingPartyName = "Tollgate";
// Whoever's authenticator cannot ask for a finger or a PIN may use it beside his password.
constexpr std::string_view kUserVerification = "preferred";

void write_descriptors(std::string_view name, std::span<const Passkey> passkeys, JsonWriter& json) {
    json.key(name).array();
    for (const Passkey& passkey : passkeys) {
        json.object().key("id").text(base64_url(passkey.credential_id)).key("type").text(kPublicKey);
        json.key("transports").array();
        for (const std::string& transport : passkey.transports) json.text(transport);
        json.end().end();
    }
    json.end();
}

std::string bytes_of(BodyFields& body, std::string_view name) {
    const auto bytes = from_base64_url(body.required_text(name));
    if (!bytes) body.fail(name, "must be base64url without padding");
    return bytes.value_or(std::string());
}

// The members of `response`, after those that every credential has. Empty ones where the body is at fault.
template <class Read>
std::string read_credential(BodyFields& body, std::string_view name, const Schema& of, const Schema& response_of,
                            const Read& read) {
    auto credential = body.object(name, of);
    if (!credential) {
        body.fail(name, "is required");
        return {};
    }
    std::string id = bytes_of(*credential, "id");
    if (credential->required_text("type") != kPublicKey) credential->fail("type", "must be public-key");
    if (credential->has_value("rawId") && bytes_of(*credential, "rawId") != id) {
        credential->fail("rawId", "must be the same as id");
    }
    auto response = credential->object("response", response_of);
    if (!response) credential->fail("response", "is required");
    if (response) {
        read(*response);
        credential->keep(response->error());
    }
    body.keep(credential->error());
    return id;
}

}  // namespace

std::string user_handle_of(const Id128& user) {
    return {reinterpret_cast<const char*>(user.bytes.data()), user.bytes.size()};
}

PasskeyState passkey_state(const webauthn::CredentialState& state) {
    return {.sign_count = state.sign_count,
            .user_verified = state.user_verified,
            .backup_eligible = state.backup_eligible,
            .backed_up = state.backed_up};
}

void write_creation_options(const webauthn::RelyingParty& party, const User& user, std::string_view challenge,
                            std::span<const Passkey> known, JsonWriter& json) {
    json.object().key("rp").object().key("id").text(party.id).key("name").text(kRelyingPartyName).end();
    json.key("user").object().key("id").text(base64_url(user_handle_of(user.id))).key("name").text(user.email);
    json.key("displayName").text(user.name).end();
    json.key("challenge").text(base64_url(challenge)).key("pubKeyCredParams").array();
    for (const webauthn::CoseAlgorithm algorithm : webauthn::kCoseAlgorithms) {
        json.object().key("type").text(kPublicKey).key("alg").number(static_cast<std::int64_t>(algorithm)).end();
    }
    json.end().key("timeout").number(webauthn::kChallengeLifetimeMs);
    write_descriptors("excludeCredentials", known, json);
    json.key("authenticatorSelection")
        .object()
        .key("residentKey")
        .text("required")
        .key("requireResidentKey")
        .flag(true);
    json.key("userVerification").text(kUserVerification).end();
    json.key("attestation").text("none").end();
}

void write_request_options(const webauthn::RelyingParty& party, std::string_view challenge,
                           std::span<const Passkey> allowed, JsonWriter& json) {
    json.object().key("challenge").text(base64_url(challenge));
    json.key("timeout").number(webauthn::kChallengeLifetimeMs).key("rpId").text(party.id);
    write_descriptors("allowCredentials", allowed, json);
    json.key("userVerification").text(kUserVerification).end();
}

PresentedRegistration read_registration(BodyFields& body, std::string_view name) {
    PresentedRegistration presented;
    const auto read = [&presented](BodyFields& response) {
        presented.response.client_data_json = bytes_of(response, "clientDataJSON");
        presented.response.attestation_object = bytes_of(response, "attestationObject");
        presented.transports = response.texts("transports", kMostTransports, 0).value_or(std::vector<std::string>());
    };
    presented.credential_id = read_credential(body, name, kRegistrationResponse, kAttestationResponse, read);
    return presented;
}

PresentedAssertion read_assertion(BodyFields& body, std::string_view name) {
    PresentedAssertion presented;
    const auto read = [&presented](BodyFields& response) {
        presented.response.client_data_json = bytes_of(response, "clientDataJSON");
        presented.response.authenticator_data = bytes_of(response, "authenticatorData");
        presented.response.signature = bytes_of(response, "signature");
        if (!response.text("userHandle").empty()) presented.user_handle = bytes_of(response, "userHandle");
    };
    presented.credential_id = read_credential(body, name, kAuthenticationResponse, kAssertionResponse, read);
    return presented;
}

}  // namespace tollgate
