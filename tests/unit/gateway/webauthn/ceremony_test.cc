#include "gateway/webauthn/ceremony.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/webauthn/authenticator_data.h"
#include "gateway/webauthn/client_data.h"
#include "tests/unit/gateway/webauthn/software_authenticator.h"
#include "tests/unit/gateway/webauthn/standard_vectors.h"

namespace tollgate::webauthn {
namespace {

constexpr std::int64_t kNowMs = 1'700'000'000'000;

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return bytes;
}

TEST(StandardVectors, EachKeyIsReadAndVerifiesItsSignature) {
    for (const StandardVector& vector : kStandardVectors) {
        SCOPED_TRACE(vector.name);
        const std::string object = from_hex(vector.attestation_object);
        const auto bytes = read_attestation_object(object);
        ASSERT_TRUE(bytes) << bytes.error().message();
        const auto data = read_authenticator_data(*bytes);
        ASSERT_TRUE(data) << data.error().message();
        ASSERT_TRUE(data->credential);
        EXPECT_EQ(data->rp_id_hash, sha256_of("example.org"));
        EXPECT_TRUE(data->user_present);
        EXPECT_EQ(data->credential->id, from_hex(vector.credential_id));
        const auto key = PublicKey::read(data->credential->cose_key);
        ASSERT_TRUE(key) << key.error().message();
        EXPECT_EQ(key->key.algorithm(), vector.algorithm);

        const std::string client = from_hex(vector.assertion_client_data);
        const std::string signed_bytes = from_hex(vector.authenticator_data) + sha256_of(client);
        EXPECT_TRUE(key->key.verifies(from_hex(vector.signature), signed_bytes));
        EXPECT_FALSE(key->key.verifies(from_hex(vector.signature), signed_bytes + "!"));
    }
}

TEST(StandardVectors, EachClientDataIsRead) {
    for (const StandardVector& vector : kStandardVectors) {
        SCOPED_TRACE(vector.name);
        const auto made = read_client_data(from_hex(vector.registration_client_data));
        ASSERT_TRUE(made) << made.error().message();
        EXPECT_EQ(made->type, "webauthn.create");
        EXPECT_EQ(made->challenge, from_hex(vector.registration_challenge));
        EXPECT_EQ(made->origin, "https://example.org");
        const auto got = read_client_data(from_hex(vector.assertion_client_data));
        ASSERT_TRUE(got);
        EXPECT_EQ(got->type, "webauthn.get");
        EXPECT_EQ(got->challenge, from_hex(vector.assertion_challenge));
    }
}

// A gateway with one person who has a session.
class CeremonyTest : public testing::Test {
  protected:
    using Says = SoftwareAuthenticator::Says;

    Ceremony ceremony(Purpose purpose, std::string session = "session 1", std::int64_t now_ms = kNowMs) {
        return {.party = party_,
                .challenges = challenges_,
                .use = {.purpose = purpose, .session = std::move(session), .user = "ann"},
                .now_ms = now_ms};
    }
    std::string challenge(Purpose purpose, const std::string& session = "session 1") {
        return challenges_.make(ceremony(purpose, session).use, kNowMs);
    }
    Says registration() { return {.challenge = challenge(Purpose::registration)}; }
    Says step_up() { return {.challenge = challenge(Purpose::step_up)}; }
    std::string_view reason_of_registration(const Says& says) {
        const auto made = finish_registration(ceremony(Purpose::registration), device_.create(says));
        return made ? "accepted" : made.error().reason();
    }
    std::string_view reason_of_assertion(const Says& says) { return reason_of(device_.get(says)); }
    std::string_view reason_of(const AssertionResponse& response) {
        const auto state = finish_assertion(ceremony(Purpose::step_up), response, device_.cose_key());
        return state ? "accepted" : state.error().reason();
    }

    RelyingParty party_{.id = "tollgate.example.com", .origin = "https://tollgate.example.com"};
    Challenges challenges_;
    SoftwareAuthenticator device_{CoseAlgorithm::es256};
};

TEST_F(CeremonyTest, EachKindOfKeyIsRegisteredAndProven) {
    for (const CoseAlgorithm algorithm : kCoseAlgorithms) {
        const SoftwareAuthenticator device(algorithm);
        const auto made = finish_registration(ceremony(Purpose::registration), device.create(registration()));
        ASSERT_TRUE(made) << made.error().message();
        EXPECT_EQ(made->id, device.credential_id());
        EXPECT_EQ(made->algorithm, algorithm);
        EXPECT_EQ(made->cose_key, device.cose_key());
        Says says = step_up();
        says.sign_count = 7;
        const auto state = finish_assertion(ceremony(Purpose::step_up), device.get(says), made->cose_key);
        ASSERT_TRUE(state) << state.error().message();
        EXPECT_TRUE(state->user_verified);
        EXPECT_EQ(state->sign_count, 7U);
    }
}

TEST_F(CeremonyTest, WhatTheAuthenticatorSaysIsToldAndNotHeldAgainstIt) {
    Says says = step_up();
    says.flags = 0x01 | 0x08 | 0x10;
    const auto state = finish_assertion(ceremony(Purpose::step_up), device_.get(says), device_.cose_key());
    ASSERT_TRUE(state);
    EXPECT_FALSE(state->user_verified);
    EXPECT_TRUE(state->backup_eligible);
    EXPECT_TRUE(state->backed_up);
}

TEST_F(CeremonyTest, AnAnswerToAnotherCeremonyIsRefused) {
    Says says = registration();
    says.type = "webauthn.get";
    EXPECT_EQ(reason_of_registration(says), "ceremony_mismatch");
    says = step_up();
    says.type = "webauthn.create";
    EXPECT_EQ(reason_of_assertion(says), "ceremony_mismatch");
}

TEST_F(CeremonyTest, AnotherPageIsRefused) {
    for (const std::string_view origin :
         {"https://tollgate.example.com.evil.test", "http://tollgate.example.com", "https://tollgate.example.com:8443",
          "https://example.com", "https://a.tollgate.example.com", "https://TOLLGATE.example.com", "null", ""}) {
        Says says = registration();
        says.origin = origin;
        EXPECT_EQ(reason_of_registration(says), "origin_mismatch") << origin;
        says.challenge = challenge(Purpose::step_up);
        EXPECT_EQ(reason_of_assertion(says), "origin_mismatch") << origin;
    }
    for (const std::string_view framed : {R"(,"crossOrigin":true)", R"(,"topOrigin":"https://e.test")"}) {
        Says says = step_up();
        says.further_client_data = framed;
        EXPECT_EQ(reason_of_assertion(says), "origin_mismatch") << framed;
    }
    Says says = step_up();
    says.further_client_data = R"(,"crossOrigin":false,"other_keys_can_be_added_here":"x")";
    EXPECT_EQ(reason_of_assertion(says), "accepted");
}

TEST_F(CeremonyTest, AnotherRelyingPartyIsRefused) {
    Says says = step_up();
    says.rp_id = "example.com";
    EXPECT_EQ(reason_of_assertion(says), "rp_id_mismatch");
    says = registration();
    says.rp_id = "example.com";
    EXPECT_EQ(reason_of_registration(says), "rp_id_mismatch");
}

TEST_F(CeremonyTest, SomebodyMustBeThere) {
    Says says = step_up();
    says.flags = 0x04;
    EXPECT_EQ(reason_of_assertion(says), "user_presence_missing");
    says = registration();
    says.flags = 0x00;
    EXPECT_EQ(reason_of_registration(says), "user_presence_missing");
}

TEST_F(CeremonyTest, AChallengeCountsOnce) {
    const Says says = step_up();
    EXPECT_EQ(reason_of_assertion(says), "accepted");
    EXPECT_EQ(reason_of_assertion(says), "challenge_invalid");
    const Says made = registration();
    EXPECT_EQ(reason_of_registration(made), "accepted");
    EXPECT_EQ(reason_of_registration(made), "challenge_invalid");
}

TEST_F(CeremonyTest, AFailedAnswerUsesNothingUp) {
    const Says says = step_up();
    AssertionResponse tampered = device_.get(says);
    tampered.signature.back() ^= 1;
    EXPECT_EQ(reason_of(tampered), "signature_invalid");
    EXPECT_EQ(reason_of_assertion(says), "accepted");
}

// The challenge that counts stands in what was signed, and was made for this session, person and purpose.
TEST_F(CeremonyTest, AChallengeOfAnotherSessionPersonOrPurposeIsRefused) {
    EXPECT_EQ(reason_of_assertion({.challenge = challenge(Purpose::step_up, "session 2")}), "challenge_invalid");
    EXPECT_EQ(reason_of_assertion({.challenge = challenge(Purpose::sign_in)}), "challenge_invalid");
    EXPECT_EQ(reason_of_assertion({.challenge = challenge(Purpose::registration)}), "challenge_invalid");
    const std::string bens = challenges_.make({Purpose::step_up, "session 1", "ben"}, kNowMs);
    EXPECT_EQ(reason_of_assertion({.challenge = bens}), "challenge_invalid");
    EXPECT_EQ(reason_of_assertion({.challenge = ""}), "challenge_invalid");
    EXPECT_EQ(reason_of_assertion({.challenge = std::string(56, 'x')}), "challenge_invalid");
    Challenges other;  // of another process
    EXPECT_EQ(reason_of_assertion({.challenge = other.make(ceremony(Purpose::step_up).use, kNowMs)}),
              "challenge_invalid");
}

TEST_F(CeremonyTest, AnOldChallengeIsRefused) {
    const AssertionResponse response = device_.get(step_up());
    const auto late = ceremony(Purpose::step_up, "session 1", kNowMs + kChallengeLifetimeMs);
    const auto refused = finish_assertion(late, response, device_.cose_key());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason(), "challenge_invalid");
    // Whoever sets the clock back does not make it good again.
    EXPECT_EQ(reason_of(response), "challenge_invalid");
}

TEST_F(CeremonyTest, WhatIsSignedMayNotBeAltered) {
    const auto altered = [&](auto change) {
        AssertionResponse response = device_.get(step_up());
        change(response);
        return reason_of(response);
    };
    EXPECT_EQ(altered([](AssertionResponse& it) { it.authenticator_data.back() ^= 1; }), "signature_invalid");
    EXPECT_EQ(altered([](AssertionResponse& it) { it.client_data_json += ' '; }), "signature_invalid");
    EXPECT_EQ(altered([](AssertionResponse& it) { it.signature.clear(); }), "signature_invalid");
    EXPECT_EQ(altered([](AssertionResponse& it) { it.signature.assign(5000, 'x'); }), "signature_invalid");
    EXPECT_EQ(altered([](AssertionResponse& it) { it.authenticator_data.pop_back(); }), "passkey_malformed");
    const SoftwareAuthenticator other(CoseAlgorithm::es256);
    EXPECT_EQ(reason_of(other.get(step_up())), "signature_invalid");
}

TEST_F(CeremonyTest, NoByteOfAnAttestationObjectLeadsAstray) {
    const std::string challenge_now = challenge(Purpose::registration);
    const RegistrationResponse good = device_.create({.challenge = challenge_now});
    for (std::size_t at = 0; at < good.attestation_object.size(); ++at) {
        RegistrationResponse cut = good;
        cut.attestation_object.resize(at);
        EXPECT_FALSE(finish_registration(ceremony(Purpose::registration), cut)) << at;
    }
    RegistrationResponse longer = good;
    longer.attestation_object += '\0';
    EXPECT_FALSE(finish_registration(ceremony(Purpose::registration), longer));
    EXPECT_TRUE(finish_registration(ceremony(Purpose::registration), good));
}

TEST_F(CeremonyTest, ARegistrationWithoutACredentialIsRefused) {
    RegistrationResponse response = device_.create(registration());
    response.attestation_object = attestation_object(device_.get(registration()).authenticator_data);
    const auto made = finish_registration(ceremony(Purpose::registration), response);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().reason(), "passkey_malformed");
}

TEST_F(CeremonyTest, KeysOfOtherAlgorithmsAndBadPointsAreRefused) {
    const std::string good = device_.cose_key();
    const auto reason_with = [&](std::string key) {
        Says says = registration();
        says.cose_key = std::move(key);
        return reason_of_registration(says);
    };
    EXPECT_EQ(reason_with(good), "accepted");
    std::string es384 = good;
    es384[4] = '\x38';  // the algorithm -35 is two bytes: the map no longer fits
    EXPECT_NE(reason_with(es384), "accepted");
    std::string other_algorithm = good;
    other_algorithm[4] = '\x27';  // EdDSA, with a key of P-256
    EXPECT_EQ(reason_with(other_algorithm), "algorithm_unsupported");
    std::string other_curve = good;
    other_curve[6] = '\x02';
    EXPECT_EQ(reason_with(other_curve), "algorithm_unsupported");
    std::string off_curve = good;
    off_curve.back() ^= 1;
    EXPECT_EQ(reason_with(off_curve), "passkey_malformed");
    std::string twice = good;
    twice[1] = '\x03';  // the algorithm stands twice, the type not at all
    EXPECT_EQ(reason_with(twice), "passkey_malformed");
    const std::string short_rsa = std::string("\xa4\x01\x03\x03\x39\x01\x00\x20", 8) +
                                  cbor_bytes(std::string(128, '\xff')) + "\x21" + cbor_bytes("\x01\x01");
    EXPECT_EQ(reason_with(short_rsa), "passkey_malformed");
}

TEST_F(CeremonyTest, ClientDataThatIsNoneIsRefused) {
    for (const std::string_view json :
         {"", "{", "[]", "null", R"({"type":"webauthn.get","challenge":"AA"})",
          R"({"type":1,"challenge":"AA","origin":"x"})", R"({"type":"x","challenge":"A","origin":"x"})",
          R"({"type":"x","challenge":"AA==","origin":"x"})",
          R"({"type":"x","challenge":"AA","origin":"x","crossOrigin":1})"}) {
        const auto data = read_client_data(json);
        ASSERT_FALSE(data) << json;
        EXPECT_EQ(data.error().reason(), "passkey_malformed");
    }
    EXPECT_FALSE(read_client_data(std::string(kMostClientDataBytes + 1, ' ')));
}

}  // namespace
}  // namespace tollgate::webauthn
