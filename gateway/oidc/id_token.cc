#include "gateway/oidc/id_token.h"

#include <openssl/crypto.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "gateway/text/base64.h"

namespace tollgate::oidc {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::array<std::string_view, kTokenFaults> kFaults = {
    "too_large",     "malformed",       "algorithm_refused", "critical_extension", "embedded_key", "unknown_key",
    "ambiguous_key", "wrong_signature", "wrong_issuer",      "wrong_audience",     "wrong_party",  "expired",
    "not_yet_valid", "wrong_age",       "wrong_nonce",       "old_sign_in",        "wrong_claims"};

using MaybeFault = std::optional<TokenFault>;

struct Parts {
    std::string_view signed_text;  // header and payload as they came
    std::string header, payload, signature;
};

std::optional<Parts> split(std::string_view token) {
    const auto first = token.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const auto second = token.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    auto header = from_base64_url(token.substr(0, first));
    auto payload = from_base64_url(token.substr(first + 1, second - first - 1));
    auto signature = from_base64_url(token.substr(second + 1));  // a further dot is no digit
    if (!header || !payload || !signature) return std::nullopt;
    return Parts{.signed_text = token.substr(0, second),
                 .header = std::move(*header),
                 .payload = std::move(*payload),
                 .signature = std::move(*signature)};
}

std::string_view text_in(const object& of, std::string_view name) {
    std::string_view text;
    return of[name].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

bool has(const object& of, std::string_view name) { return of[name].error() == simdjson::SUCCESS; }

// A NumericDate (RFC 7519, section 2), which may have a fraction.
std::optional<std::int64_t> time_in(const object& of, std::string_view name) {
    constexpr double kFarthest = 1e12;
    double seconds = 0;
    if (of[name].get(seconds) != simdjson::SUCCESS || std::abs(seconds) > kFarthest) return std::nullopt;
    return static_cast<std::int64_t>(std::floor(seconds));
}

bool is_same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

MaybeFault check_signature(const Parts& parts, const TokenRules& rules, const KeySet& keys) {
    simdjson::dom::parser parser;
    object header;
    if (parser.parse(parts.header).get(header) != simdjson::SUCCESS) return TokenFault::malformed;
    SignatureAlgorithm algorithm{};
    const bool known = parse(text_in(header, "alg"), algorithm);
    if (!known || std::ranges::find(rules.algorithms, algorithm) == rules.algorithms.end()) {
        return TokenFault::algorithm_refused;
    }
    if (has(header, "crit")) return TokenFault::critical_extension;
    if (has(header, "jwk")) return TokenFault::embedded_key;
    bool several = false;
    const SigningKey* const key = keys.find(text_in(header, "kid"), algorithm, several);
    if (key == nullptr) return several ? TokenFault::ambiguous_key : TokenFault::unknown_key;
    const bool good = verify_signature(algorithm, *key->key, parts.signed_text, parts.signature);
    return good ? std::nullopt : MaybeFault(TokenFault::wrong_signature);
}

// For whom it was made: us, and where it is for several, at our asking.
MaybeFault check_audience(const object& claims, std::string_view client_id) {
    std::size_t others = 0;
    bool ours = false;
    const auto look_at = [&](std::string_view one) { one == client_id ? ours = true : (++others, false); };
    simdjson::dom::array list;
    if (claims["aud"].get(list) == simdjson::SUCCESS) {
        for (const element& one : list) {
            std::string_view name;
            if (one.get(name) != simdjson::SUCCESS) return TokenFault::wrong_audience;
            look_at(name);
        }
    } else {
        look_at(text_in(claims, "aud"));
    }
    if (!ours) return TokenFault::wrong_audience;
    if (!has(claims, "azp")) return others > 0 ? MaybeFault(TokenFault::wrong_party) : std::nullopt;
    return text_in(claims, "azp") == client_id ? std::nullopt : MaybeFault(TokenFault::wrong_party);
}

MaybeFault check_times(const object& claims, std::int64_t now_s) {
    const auto expires = time_in(claims, "exp"), made = time_in(claims, "iat");
    if (!expires || now_s >= *expires + kClockSkewSeconds) return TokenFault::expired;
    if (has(claims, "nbf")) {
        const auto begins = time_in(claims, "nbf");
        if (!begins || now_s < *begins - kClockSkewSeconds) return TokenFault::not_yet_valid;
    }
    if (!made || *made > now_s + kClockSkewSeconds) return TokenFault::wrong_age;
    if (*made < now_s - kMostTokenAgeSeconds - kClockSkewSeconds) return TokenFault::wrong_age;
    return std::nullopt;
}

MaybeFault check_claims(const Parts& parts, const TokenRules& rules) {
    simdjson::dom::parser parser;
    object claims;
    if (parser.parse(parts.payload).get(claims) != simdjson::SUCCESS) return TokenFault::malformed;
    if (text_in(claims, "iss") != rules.issuer) return TokenFault::wrong_issuer;
    if (MaybeFault fault = check_audience(claims, rules.client_id)) return fault;
    if (MaybeFault fault = check_times(claims, rules.now_s)) return fault;
    const bool same_nonce = !rules.nonce.empty() && is_same(text_in(claims, "nonce"), rules.nonce);
    if (!same_nonce) return TokenFault::wrong_nonce;
    if (rules.signed_in_since_s == 0) return std::nullopt;
    const auto signed_in = time_in(claims, "auth_time");
    const bool since = signed_in && *signed_in >= rules.signed_in_since_s - kClockSkewSeconds;
    return since ? std::nullopt : MaybeFault(TokenFault::old_sign_in);
}

}  // namespace

std::string_view to_string(TokenFault fault) { return kFaults.at(static_cast<std::size_t>(fault)); }

std::expected<Claims, TokenFault> verify_id_token(std::string_view token, const TokenRules& rules, const KeySet& keys) {
    if (token.size() > kMostTokenBytes) return std::unexpected(TokenFault::too_large);
    const auto parts = split(token);
    if (!parts) return std::unexpected(TokenFault::malformed);
    if (const MaybeFault fault = check_signature(*parts, rules, keys)) return std::unexpected(*fault);
    if (const MaybeFault fault = check_claims(*parts, rules)) return std::unexpected(*fault);
    auto claims = read_claims(parts->payload, rules.groups_claim);
    if (!claims) return std::unexpected(TokenFault::wrong_claims);
    return std::move(*claims);
}

}  // namespace tollgate::oidc
