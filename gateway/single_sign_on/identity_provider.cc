#include "gateway/single_sign_on/identity_provider.h"

#include <openssl/crypto.h>
#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "gateway/oidc/authorization_request.h"
#include "gateway/text/ascii.h"
#include "gateway/text/base64.h"

namespace tollgate {
namespace {

using oidc::escaped;

constexpr int kOk = 200;

std::unexpected<FailedSignIn> failed(SignInFault fault, std::string why) {
    return std::unexpected(FailedSignIn{.fault = fault, .why = std::move(why)});
}

std::string text_in(const simdjson::dom::object& of, std::string_view name) {
    std::string_view text;
    return of[name].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

// A provider's own word, such as invalid_grant (RFC 6749, section 5.2), where it is one.
std::string word_of(std::string_view text) {
    constexpr std::size_t kMostBytes = 60;
    const bool word = !text.empty() && text.size() <= kMostBytes &&
                      std::ranges::all_of(text, [](char c) { return is_ascii_alphanumeric(c) || c == '_'; });
    return word ? ": " + std::string(text) : "";
}

// Fit for a header line (RFC 6750, section 2.1).
bool is_bearer_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

// RFC 6749, section 2.3.1.
std::string basic_line(const IdentityProviderConfig& config) {
    return "authorization: Basic " + base64(escaped(config.client_id) + ":" + escaped(config.client_secret));
}

}  // namespace

IdentityProvider::IdentityProvider(IdentityProviderConfig config, AskProvider ask)
    : config_(std::move(config)), ask_(std::move(ask)) {}

HttpCall IdentityProvider::call_of(std::string url, std::size_t most_bytes) const {
    return {.url = std::move(url),
            .header_lines = {"accept: application/json"},
            .ca_file = config_.tls_ca_file,
            .most_bytes = most_bytes};
}

// What is kept as long as it is good, then asked for anew; what was had before goes on while the provider fails.
template <class Document, class Read>
SignInResult<std::shared_ptr<const Document>> IdentityProvider::keep(Kept<Document>& kept, const std::string& url,
                                                                     bool anew, std::int64_t unix_ms,
                                                                     const Read& read) {
    const auto since = [unix_ms](std::int64_t then) { return then > unix_ms ? kLongestMs : unix_ms - then; };
    const bool have = kept.document != nullptr && since(kept.had_ms) < kLongestMs;
    const bool old = !have || since(kept.had_ms) >= kKeptMs;
    const std::int64_t pause = anew && have ? kUnknownKeyPauseMs : kFailurePauseMs;
    if (have && !old && !anew) return kept.document;
    if (since(kept.asked_ms) >= pause) {
        kept.asked_ms = unix_ms;
        const auto reply = ask_.get(call_of(url, oidc::kMostMetadataBytes));
        Result<Document> document = failure(StatusCode::invalid, "");
        if (reply && reply->status == kOk) document = read(reply->body);
        if (document) {
            kept.failure.clear();
            kept.had_ms = unix_ms;
            kept.document = std::make_shared<const Document>(std::move(*document));
            return kept.document;
        }
        kept.failure = !reply                 ? reply.error().detail().message
                       : reply->status != kOk ? "it answered with status " + std::to_string(reply->status)
                                              : document.error().message();
    }
    if (have) return kept.document;
    return failed(SignInFault::provider_failed, kept.failure);
}

SignInResult<oidc::ProviderMetadata> IdentityProvider::metadata(std::int64_t unix_ms) {
    std::string url = config_.issuer;  // its slash at the end, if it has one, is not doubled (Discovery, section 4.1)
    if (url.ends_with('/')) url.pop_back();
    url += oidc::kDiscoveryPath;
    const std::lock_guard lock(mutex_);
    const auto kept = keep(metadata_, url, false, unix_ms, [this](const std::string& body) {
        return oidc::read_provider_metadata(body, config_.issuer);
    });
    if (!kept) return std::unexpected(kept.error());
    return **kept;
}

SignInResult<std::shared_ptr<const oidc::KeySet>> IdentityProvider::keys(const std::string& url, bool anew,
                                                                         std::int64_t unix_ms) {
    const std::lock_guard lock(mutex_);
    return keep(keys_, url, anew, unix_ms, [](const std::string& body) { return oidc::KeySet::parse(body); });
}

SignInResult<IdentityProvider::Tokens> IdentityProvider::tokens_of(const oidc::ProviderMetadata& metadata,
                                                                   const Code& code) const {
    HttpCall call = call_of(metadata.token_endpoint, kMostTokenReplyBytes);
    call.header_lines.emplace_back("content-type: application/x-www-form-urlencoded");
    std::string form = "grant_type=authorization_code&code=" + escaped(code.code) +
                       "&redirect_uri=" + escaped(code.redirect_uri) + "&code_verifier=" + escaped(code.code_verifier);
    const bool in_header = !config_.client_secret.empty() && !metadata.takes_secret_in_body;
    if (in_header) {
        call.header_lines.push_back(basic_line(config_));
    } else {
        form += "&client_id=" + escaped(config_.client_id);
        if (!config_.client_secret.empty()) form += "&client_secret=" + escaped(config_.client_secret);
    }
    auto reply = ask_.post(std::move(call), std::move(form));
    if (!reply) return failed(SignInFault::provider_failed, reply.error().detail().message);
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    const bool readable = parser.parse(reply->body).get(object) == simdjson::SUCCESS;
    if (reply->status != kOk) {
        const std::string word = readable ? word_of(text_in(object, "error")) : std::string();
        return failed(SignInFault::provider_refused,
                      "its token endpoint answered with status " + std::to_string(reply->status) + word);
    }
    Tokens tokens;
    if (readable) tokens = {.id_token = text_in(object, "id_token"), .access_token = text_in(object, "access_token")};
    OPENSSL_cleanse(reply->body.data(), reply->body.size());
    if (tokens.id_token.empty()) return failed(SignInFault::provider_failed, "its token endpoint gave no ID token");
    return tokens;
}

SignInResult<oidc::Claims> IdentityProvider::verify(const oidc::ProviderMetadata& metadata, const Tokens& tokens,
                                                    const Code& code, std::int64_t unix_ms) {
    oidc::TokenRules rules{.issuer = config_.issuer,
                           .client_id = config_.client_id,
                           .algorithms = {},
                           .nonce = std::string(code.nonce),
                           .groups_claim = config_.groups_claim,
                           .now_s = unix_ms / 1000,
                           .signed_in_since_s = code.signed_in_since_ms / 1000};
    for (const std::string& name : config_.algorithms) {
        oidc::SignatureAlgorithm algorithm{};
        if (parse(name, algorithm)) rules.algorithms.push_back(algorithm);
    }
    for (const bool anew : {false, true}) {
        const auto set = keys(metadata.jwks_uri, anew, unix_ms);
        if (!set) return std::unexpected(set.error());
        auto claims = oidc::verify_id_token(tokens.id_token, rules, **set);
        if (claims) return std::move(*claims);
        // The provider may sign with a new key by now; nothing else is mended by another look.
        if (anew || claims.error() != oidc::TokenFault::unknown_key) {
            return failed(SignInFault::token_refused, "its ID token: " + std::string(to_string(claims.error())));
        }
    }
    return failed(SignInFault::token_refused, {});
}

// Some providers keep their tokens short and say the rest at their UserInfo endpoint. What it says counts only for the
// subject of the token (OpenID Connect Core, section 5.3.2).
void IdentityProvider::add_user_info(const oidc::ProviderMetadata& metadata, const Tokens& tokens,
                                     oidc::Claims& claims) const {
    const bool groups_missing = !config_.groups_claim.empty() && claims.groups && claims.groups->empty();
    if (!claims.email.empty() && !groups_missing) return;
    if (metadata.userinfo_endpoint.empty() || !is_bearer_token(tokens.access_token)) return;
    HttpCall call = call_of(metadata.userinfo_endpoint, oidc::kMostClaimsBytes);
    call.header_lines.push_back("authorization: Bearer " + tokens.access_token);
    const auto reply = ask_.get(std::move(call));
    Result<oidc::Claims> more = failure(StatusCode::invalid, "");
    if (reply && reply->status == kOk) more = oidc::read_claims(reply->body, config_.groups_claim);
    const bool same = more && more->subject == claims.subject;
    if (groups_missing) claims.groups = same ? more->groups : std::nullopt;
    if (!same || !claims.email.empty()) return;
    claims.email = more->email;
    claims.email_verified = more->email_verified;
    if (claims.name.empty()) claims.name = more->name;
}

SignInResult<oidc::Claims> IdentityProvider::person_of(const Code& code, std::int64_t unix_ms) {
    const auto found = metadata(unix_ms);
    if (!found) return std::unexpected(found.error());
    auto tokens = tokens_of(*found, code);
    if (!tokens) return std::unexpected(tokens.error());
    auto claims = verify(*found, *tokens, code, unix_ms);
    if (claims) add_user_info(*found, *tokens, *claims);
    OPENSSL_cleanse(tokens->access_token.data(), tokens->access_token.size());
    return claims;
}

}  // namespace tollgate
