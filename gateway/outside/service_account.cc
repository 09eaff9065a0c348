#include "gateway/outside/service_account.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <simdjson.h>

#include <algorithm>

#include "gateway/text/base64.h"
#include "gateway/text/json_members.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

constexpr std::string_view kTokenUri = "https://oauth2.googleapis.com/token";
constexpr std::string_view kGrant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
constexpr std::size_t kMostTokenBytes = 16 << 10;
constexpr std::size_t kMostWordsBytes = 256;  // of why there is no token

std::string text_in(const simdjson::dom::object& object, std::string_view name) {
    std::string_view text;
    return object[name].get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::shared_ptr<EVP_PKEY> private_key(std::string& pem) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bytes(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                          BIO_free);
    EVP_PKEY* const key = PEM_read_bio_PrivateKey(bytes.get(), nullptr, nullptr, nullptr);
    OPENSSL_cleanse(pem.data(), pem.size());
    return key == nullptr ? nullptr : std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free);
}

// Fit for a header line: tokens are of letters, digits and few other characters (RFC 6750, section 2.1).
bool is_token(std::string_view text) {
    return !text.empty() && text.size() <= kMostTokenBytes &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string words_of(const simdjson::dom::object& reply) {
    const std::string error = text_in(reply, "error"), description = text_in(reply, "error_description");
    const std::string words = description.empty() ? error : error + ": " + description;
    return std::string(cut_utf8(words, kMostWordsBytes));
}

}  // namespace

Result<ServiceAccount> ServiceAccount::parse(std::string_view json) {
    const auto fail = [](const char* what) {
        return failure(StatusCode::invalid, std::string("the service account ") + what);
    };
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    const simdjson::padded_string text(json);
    if (parser.parse(text).get(object) != simdjson::SUCCESS) return fail("is no JSON object");
    if (text_in(object, "type") != "service_account") return fail("has not the type \"service_account\"");
    ServiceAccount account;
    account.email_ = text_in(object, "client_email");
    account.key_id_ = text_in(object, "private_key_id");
    account.project_ = text_in(object, "project_id");
    account.token_uri_ = text_in(object, "token_uri");
    if (account.token_uri_.empty()) account.token_uri_ = kTokenUri;
    if (account.email_.empty()) return fail("has no client_email");
    std::string pem = text_in(object, "private_key");
    if (pem.empty()) return fail("has no private_key");
    account.key_ = private_key(pem);
    if (account.key_ == nullptr) return fail("has a private_key that cannot be read");
    if (EVP_PKEY_get_base_id(account.key_.get()) != EVP_PKEY_RSA) return fail("has a private_key that is none of RSA");
    return account;
}

Outcome<std::string> ServiceAccount::sign(std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
    std::size_t size = signature.size();
    const bool good = EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1 &&
                      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
    if (!good) return problem(ErrorKind::internal, "a service account's key cannot sign");
    signature.resize(size);
    return signature;
}

Outcome<std::string> ServiceAccount::token_request(std::string_view scope, std::int64_t unix_seconds) const {
    JsonWriter header, claims;
    header.object().key("alg").text("RS256").key("typ").text("JWT");
    if (!key_id_.empty()) header.key("kid").text(key_id_);
    claims.object().key("iss").text(email_).key("scope").text(scope).key("aud").text(token_uri_);
    claims.key("iat").number(unix_seconds).key("exp").number(unix_seconds + kAssertionSeconds);
    std::string assertion = base64_url(header.end().take()) + "." + base64_url(claims.end().take());
    const auto signature = sign(assertion);
    if (!signature) return std::unexpected(signature.error());
    return std::string(kGrant) + assertion + "." + base64_url(*signature);
}

Outcome<AccessToken> read_token_reply(int status, const std::string& body) {
    simdjson::dom::parser parser;
    simdjson::dom::object reply;
    const bool readable = parser.parse(body).get(reply) == simdjson::SUCCESS;
    const std::string words = readable ? words_of(reply) : std::string();
    const std::string why = words.empty() ? "" : ": " + words;
    if (status == 400 || status == 401 || status == 403) {
        return problem(ErrorKind::upstream_auth_failed,
                       "the token endpoint refused the account (" + std::to_string(status) + ")" + why);
    }
    if (status != 200 || !readable) {
        return problem(ErrorKind::upstream_invalid_response, "the token endpoint answered " + std::to_string(status) +
                                                                 (readable ? why : " and nothing that can be read"));
    }
    AccessToken token{.text = text_in(reply, "access_token")};
    if (!is_token(token.text)) return problem(ErrorKind::upstream_invalid_response, "the token endpoint gave no token");
    if (reply["expires_in"].get(token.lifetime_seconds) != simdjson::SUCCESS || token.lifetime_seconds <= 0) {
        return problem(ErrorKind::upstream_invalid_response, "the token endpoint gave a token without its lifetime");
    }
    return token;
}

}  // namespace tollgate
