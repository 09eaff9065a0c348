#include "gateway/oidc/id_token.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/token_maker.h"

namespace tollgate::oidc {
namespace {

using enum SignatureAlgorithm;

constexpr std::int64_t kNow = 1'800'000'000;

using Members = std::map<std::string, std::string>;  // JSON by name

std::string object_of(const Members& members) {
    std::string json = "{";
    for (const auto& [name, value] : members) json += (json.size() > 1 ? ",\"" : "\"") + name + "\":" + value;
    return json + "}";
}

Members good_header() { return {{"alg", "\"RS256\""}, {"kid", "\"one\""}, {"typ", "\"JWT\""}}; }

Members good_claims() {
    return {{"iss", "\"https://id.example.com\""},
            {"aud", "\"gateway\""},
            {"sub", "\"ann\""},
            {"nonce", "\"n-1\""},
            {"exp", std::to_string(kNow + 300)},
            {"iat", std::to_string(kNow - 5)}};
}

TokenRules usual_rules() {
    return {.issuer = "https://id.example.com",
            .client_id = "gateway",
            .algorithms = {rs256, ps256, es256, eddsa},
            .nonce = "n-1",
            .groups_claim = "groups",
            .now_s = kNow};
}

// Made once: RSA keys take their time.
const TestKey& rsa() {
    static const TestKey key = TestKey::make(SigningKeyType::rsa);
    return key;
}
const TestKey& other_rsa() {
    static const TestKey key = TestKey::make(SigningKeyType::rsa);
    return key;
}
const TestKey& p256() {
    static const TestKey key = TestKey::make(SigningKeyType::p256);
    return key;
}
const TestKey& ed25519() {
    static const TestKey key = TestKey::make(SigningKeyType::ed25519);
    return key;
}

KeySet set_of(const std::string& keys) {
    auto set = KeySet::parse(R"({"keys":[)" + keys + "]}");
    EXPECT_TRUE(set) << set.error().message();
    return set ? *set : KeySet();
}

KeySet usual_keys() { return set_of(rsa().jwk("one") + "," + p256().jwk("curve") + "," + ed25519().jwk("edwards")); }

std::string outcome_of(const std::string& token, const TokenRules& rules, const KeySet& keys) {
    const auto claims = verify_id_token(token, rules, keys);
    return claims ? "subject " + claims->subject : std::string(to_string(claims.error()));
}

TEST(IdToken, EachAlgorithmWithItsKey) {
    const struct {
        SignatureAlgorithm algorithm;
        const TestKey& key;
        std::string kid;
    } rows[] = {{rs256, rsa(), "one"}, {ps256, rsa(), "one"}, {es256, p256(), "curve"}, {eddsa, ed25519(), "edwards"}};
    for (const auto& row : rows) {
        Members header = good_header();
        header["alg"] = "\"" + std::string(to_string(row.algorithm)) + "\"";
        header["kid"] = "\"" + row.kid + "\"";
        std::string token = signed_token(row.key, row.algorithm, object_of(header), object_of(good_claims()));
        EXPECT_EQ(outcome_of(token, usual_rules(), usual_keys()), "subject ann") << to_string(row.algorithm);

        TokenRules without = usual_rules();
        std::erase(without.algorithms, row.algorithm);
        EXPECT_EQ(outcome_of(token, without, usual_keys()), "algorithm_refused") << to_string(row.algorithm);

        // Any other bit of the signature, and any other payload, is refused.
        for (const std::size_t back : {3U, 20U, 60U}) {
            std::string bad = token;
            char& c = bad[bad.size() - back];
            c = c == 'A' ? 'B' : 'A';
            EXPECT_EQ(outcome_of(bad, usual_rules(), usual_keys()), "wrong_signature") << to_string(row.algorithm);
        }
        Members other = good_claims();
        other["sub"] = "\"bob\"";
        const std::string forged = signed_text_of(object_of(header), object_of(other)) + token.substr(token.rfind('.'));
        EXPECT_EQ(outcome_of(forged, usual_rules(), usual_keys()), "wrong_signature") << to_string(row.algorithm);
    }
}

// Each bad token is a good one with one thing changed, and is signed with the provider's own key unless that is it.
struct BadToken {
    std::string what;
    std::string fault;
    Members header = {}, claims = {};  // in place of the good ones; an empty value takes the member away
};

void change(Members& members, const Members& by) {
    for (const auto& [name, value] : by) {
        if (value.empty()) {
            members.erase(name);
        } else {
            members[name] = value;
        }
    }
}

TEST(IdToken, BadOnesAreRefusedForWhatIsWrongWithThem) {
    const auto at = [](std::int64_t seconds) { return std::to_string(kNow + seconds); };
    const std::string us = "\"gateway\"", them = "\"other\"";
    const BadToken rows[] = {
        {"another issuer", "wrong_issuer", {}, {{"iss", "\"https://evil.example.com\""}}},
        {"the issuer with a slash", "wrong_issuer", {}, {{"iss", "\"https://id.example.com/\""}}},
        {"no issuer", "wrong_issuer", {}, {{"iss", ""}}},
        {"for another client", "wrong_audience", {}, {{"aud", them}}},
        {"for several others", "wrong_audience", {}, {{"aud", "[\"other\",\"third\"]"}}},
        {"for nobody", "wrong_audience", {}, {{"aud", ""}}},
        {"for an empty list", "wrong_audience", {}, {{"aud", "[]"}}},
        {"for what is no text", "wrong_audience", {}, {{"aud", "[" + us + ",7]"}}},
        {"for us and another, made for nobody", "wrong_party", {}, {{"aud", "[" + us + "," + them + "]"}}},
        {"for us and another, made for it", "wrong_party", {}, {{"aud", "[" + us + "," + them + "]"}, {"azp", them}}},
        {"for us, made for another", "wrong_party", {}, {{"azp", them}}},
        {"made for what is no text", "wrong_party", {}, {{"azp", "null"}}},
        {"expired", "expired", {}, {{"exp", at(-kClockSkewSeconds)}}},
        {"no end", "expired", {}, {{"exp", ""}}},
        {"an end in text", "expired", {}, {{"exp", "\"" + at(300) + "\""}}},
        {"not yet valid", "not_yet_valid", {}, {{"nbf", at(kClockSkewSeconds + 1)}}},
        {"a beginning in text", "not_yet_valid", {}, {{"nbf", "\"0\""}}},
        {"made in the future", "wrong_age", {}, {{"iat", at(kClockSkewSeconds + 1)}}},
        {"made long ago", "wrong_age", {}, {{"iat", at(-kMostTokenAgeSeconds - kClockSkewSeconds - 1)}}},
        {"made at no time", "wrong_age", {}, {{"iat", ""}}},
        {"of another sign-in", "wrong_nonce", {}, {{"nonce", "\"n-2\""}}},
        {"of no sign-in", "wrong_nonce", {}, {{"nonce", ""}}},
        {"of an empty one", "wrong_nonce", {}, {{"nonce", "\"\""}}},
        {"of nobody", "wrong_claims", {}, {{"sub", ""}}},
        {"of an empty name", "wrong_claims", {}, {{"sub", "\"\""}}},
        {"of a name too long", "wrong_claims", {}, {{"sub", "\"" + std::string(kMostSubjectBytes + 1, 's') + "\""}}},
        {"of a number", "wrong_claims", {}, {{"sub", "7"}}},
        {"another algorithm than it was signed with", "wrong_signature", {{"alg", "\"PS256\""}}, {}},
        {"an algorithm of another key", "unknown_key", {{"alg", "\"ES256\""}}, {}},
        {"a curve's algorithm with its key's id", "wrong_signature", {{"alg", "\"ES256\""}, {"kid", "\"curve\""}}, {}},
        {"a longer hash", "algorithm_refused", {{"alg", "\"RS512\""}}, {}},
        {"no algorithm", "algorithm_refused", {{"alg", ""}}, {}},
        {"none", "algorithm_refused", {{"alg", "\"none\""}}, {}},
        {"None", "algorithm_refused", {{"alg", "\"None\""}}, {}},
        {"an algorithm in small letters", "algorithm_refused", {{"alg", "\"rs256\""}}, {}},
        {"critical", "critical_extension", {{"crit", "[\"exp\"]"}}, {}},
        {"critical, of nothing", "critical_extension", {{"crit", "[]"}}, {}},
        {"rotated", "unknown_key", {{"kid", "\"two\""}}, {}},
    };
    for (const BadToken& row : rows) {
        Members header = good_header(), claims = good_claims();
        change(header, row.header);
        change(claims, row.claims);
        const std::string token = signed_token(rsa(), rs256, object_of(header), object_of(claims));
        EXPECT_EQ(outcome_of(token, usual_rules(), usual_keys()), row.fault) << row.what;
    }
}

TEST(IdToken, TimesAreToTheMinute) {
    const auto accepted = [](const Members& times) {
        Members claims = good_claims();
        change(claims, times);
        const std::string token = signed_token(rsa(), rs256, object_of(good_header()), object_of(claims));
        return outcome_of(token, usual_rules(), usual_keys());
    };
    EXPECT_EQ(accepted({{"exp", std::to_string(kNow - kClockSkewSeconds + 1)}}), "subject ann");
    EXPECT_EQ(accepted({{"nbf", std::to_string(kNow + kClockSkewSeconds)}}), "subject ann");
    EXPECT_EQ(accepted({{"iat", std::to_string(kNow + kClockSkewSeconds)}}), "subject ann");
    EXPECT_EQ(accepted({{"exp", std::to_string(kNow + 10) + ".5"}}), "subject ann");
    EXPECT_EQ(accepted({{"exp", "1e300"}}), "expired");
}

TEST(IdToken, SeveralAudiencesNameTheParty) {
    Members claims = good_claims();
    claims["aud"] = R"(["other","gateway"])";
    claims["azp"] = "\"gateway\"";
    const std::string token = signed_token(rsa(), rs256, object_of(good_header()), object_of(claims));
    EXPECT_EQ(outcome_of(token, usual_rules(), usual_keys()), "subject ann");
}

TEST(IdToken, ForgeriesAreRefused) {
    const std::string claims = object_of(good_claims());
    Members none = good_header(), hmac = good_header(), embedded = good_header();
    none["alg"] = "\"none\"";
    hmac["alg"] = "\"HS256\"";
    embedded["jwk"] = other_rsa().jwk("one");
    const auto verify = [](const std::string& token) { return outcome_of(token, usual_rules(), usual_keys()); };
    EXPECT_EQ(verify(signed_text_of(object_of(none), claims) + "."), "algorithm_refused");
    EXPECT_EQ(verify(hmac_token(rsa().public_pem(), object_of(hmac), claims)), "algorithm_refused");
    EXPECT_EQ(verify(hmac_token(rsa().public_pem(), object_of(good_header()), claims)), "wrong_signature");
    EXPECT_EQ(verify(signed_token(other_rsa(), rs256, object_of(good_header()), claims)), "wrong_signature");
    EXPECT_EQ(verify(signed_token(other_rsa(), rs256, object_of(embedded), claims)), "embedded_key");
    EXPECT_EQ(verify(signed_text_of(object_of(good_header()), claims) + "."), "wrong_signature");
}

TEST(IdToken, WithoutAnIdThereMustBeOneKey) {
    Members header = good_header();
    header.erase("kid");
    const std::string token = signed_token(rsa(), rs256, object_of(header), object_of(good_claims()));
    const std::string one = rsa().jwk("one"), other = other_rsa().jwk("two");
    EXPECT_EQ(outcome_of(token, usual_rules(), set_of(one)), "subject ann");
    EXPECT_EQ(outcome_of(token, usual_rules(), usual_keys()), "subject ann");  // the others are of other kinds
    EXPECT_EQ(outcome_of(token, usual_rules(), set_of(one + "," + other)), "ambiguous_key");
    EXPECT_EQ(outcome_of(token, usual_rules(), set_of("")), "unknown_key");
}

TEST(IdToken, TwoKeysOfOneIdAreNone) {
    const std::string token = signed_token(rsa(), rs256, object_of(good_header()), object_of(good_claims()));
    const std::string one = rsa().jwk("one"), other = other_rsa().jwk("one");
    EXPECT_EQ(outcome_of(token, usual_rules(), set_of(one + "," + other)), "ambiguous_key");
    EXPECT_EQ(outcome_of(token, usual_rules(), set_of(other + "," + one)), "ambiguous_key");
    // Of one id and another kind, or another algorithm, they are told apart.
    EXPECT_EQ(outcome_of(token, usual_rules(), set_of(one + "," + p256().jwk("one"))), "subject ann");
    const std::string pss = other_rsa().jwk("one", R"("alg":"PS256",)");
    EXPECT_EQ(outcome_of(token, usual_rules(), set_of(rsa().jwk("one", R"("alg":"RS256",)") + "," + pss)),
              "subject ann");
    EXPECT_EQ(outcome_of(token, usual_rules(), set_of(rsa().jwk("one", R"("alg":"PS256",)"))), "unknown_key");
}

TEST(IdToken, WhatIsNoToken) {
    const std::string good = signed_token(rsa(), rs256, object_of(good_header()), object_of(good_claims()));
    for (const std::string& bad : {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), good + ".",
                                   good + "=", " " + good, good.substr(0, good.rfind('.')), good + ".x"}) {
        EXPECT_EQ(outcome_of(bad, usual_rules(), usual_keys()), "malformed") << bad;
    }
    EXPECT_EQ(outcome_of(std::string(kMostTokenBytes + 1, 'a'), usual_rules(), usual_keys()), "too_large");
    const std::string list = signed_token(rsa(), rs256, object_of(good_header()), "[]");
    EXPECT_EQ(outcome_of(list, usual_rules(), usual_keys()), "malformed");
}

TEST(IdToken, NamesOfFaultsAreTheirOwn) {
    std::map<std::string_view, int> names;
    for (std::size_t i = 0; i < kTokenFaults; ++i) ++names[to_string(static_cast<TokenFault>(i))];
    EXPECT_EQ(names.size(), kTokenFaults);
}

// Where somebody must have been asked anew, an older sign-in there, or one at no known time, does not do.
TEST(IdToken, SaysSinceWhenItsPersonIsSignedIn) {
    const auto at = [](std::int64_t seconds) { return std::to_string(kNow + seconds); };
    const auto outcome = [](const std::string& auth_time, std::int64_t since_s) {
        Members claims = good_claims();
        if (!auth_time.empty()) claims["auth_time"] = auth_time;
        TokenRules rules = usual_rules();
        rules.signed_in_since_s = since_s;
        return outcome_of(signed_token(rsa(), rs256, object_of(good_header()), object_of(claims)), rules, usual_keys());
    };
    EXPECT_EQ(outcome(at(0), kNow), "subject ann");
    EXPECT_EQ(outcome(at(-kClockSkewSeconds), kNow), "subject ann");
    EXPECT_EQ(outcome(at(-kClockSkewSeconds - 1), kNow), "old_sign_in");
    EXPECT_EQ(outcome("", kNow), "old_sign_in");
    EXPECT_EQ(outcome("\"" + at(0) + "\"", kNow), "old_sign_in");
    EXPECT_EQ(outcome(at(-86400), 0), "subject ann");
    EXPECT_EQ(outcome("", 0), "subject ann");
}

}  // namespace
}  // namespace tollgate::oidc
