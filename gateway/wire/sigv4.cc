#include "gateway/wire/sigv4.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "gateway/text/ascii.h"

namespace tollgate::wire::sigv4 {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256", kTermination = "aws4_request";

std::string_view text_of(const Digest& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

std::string hexadecimal(const Digest& digest) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : digest) (text += kDigits[byte >> 4]) += kDigits[byte & 15];
    return text;
}

Digest hmac(std::string_view key, std::string_view text) {
    Digest digest{};
    unsigned size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), digest.data(), &size);
    return digest;
}

bool is_unreserved(char c) { return is_ascii_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~'; }

void append_encoded(std::string& out, std::string_view text, std::string_view kept) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (const char c : text) {
        if (is_unreserved(c) || kept.find(c) != std::string_view::npos) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            ((out += '%') += kDigits[byte >> 4]) += kDigits[byte & 15];
        }
    }
}

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string decoded(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool escape = text[at] == '%' && at + 2 < text.size();
        const int high = escape ? digit_of(text[at + 1]) : -1, low = escape ? digit_of(text[at + 2]) : -1;
        if (high < 0 || low < 0) {
            plain += text[at];
        } else {
            plain += static_cast<char>(high * 16 + low);
            at += 2;
        }
    }
    return plain;
}

// RFC 3986, section 5.2.4, and no segment is empty.
std::string without_dots(std::string_view path) {
    std::vector<std::string_view> segments;
    bool slash_last = true;
    while (!path.empty()) {
        path.remove_prefix(path.starts_with('/') ? 1 : 0);
        const std::string_view segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        slash_last = segment.empty() || segment == "." || segment == "..";
        if (segment == ".." && !segments.empty()) segments.pop_back();
        if (!slash_last) segments.push_back(segment);
    }
    std::string plain;
    for (const std::string_view segment : segments) (plain += '/') += segment;
    if (slash_last) plain += '/';
    return plain;
}

std::string canonical_query(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> parameters;
    while (!query.empty()) {
        const std::string_view parameter = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(parameter.size() + 1, query.size()));
        if (parameter.empty()) continue;
        const auto equals = std::min(parameter.find('='), parameter.size());
        auto& [name, value] = parameters.emplace_back();
        append_encoded(name, decoded(parameter.substr(0, equals)), {});
        append_encoded(value, decoded(parameter.substr(std::min(equals + 1, parameter.size()))), {});
    }
    std::ranges::sort(parameters);
    std::string text;
    for (const auto& [name, value] : parameters) {
        if (!text.empty()) text += '&';
        ((text += name) += '=') += value;
    }
    return text;
}

// Without blanks around it, and one for each run of them.
std::string without_runs(std::string_view value) {
    std::string text;
    bool blank = false;
    for (const char c : value) {
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            blank = true;
            continue;
        }
        if (blank && !text.empty()) text += ' ';
        blank = false;
        text += c;
    }
    return text;
}

// By name in small letters; what stands several times is a list.
std::map<std::string, std::string> canonical_fields(std::span<const HeaderField> fields) {
    std::map<std::string, std::string> canonical;
    for (const HeaderField& field : fields) {
        const auto [at, is_new] = canonical.try_emplace(ascii_lower(std::string(field.name)));
        if (!is_new) at->second += ',';
        at->second += without_runs(field.value);
    }
    return canonical;
}

std::string names_of(const std::map<std::string, std::string>& fields) {
    std::string names;
    for (const auto& [name, value] : fields) {
        if (!names.empty()) names += ';';
        names += name;
    }
    return names;
}

}  // namespace

std::string hash_of(std::span<const std::string_view> pieces) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    Digest digest{};
    EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr);
    for (const std::string_view piece : pieces) EVP_DigestUpdate(context.get(), piece.data(), piece.size());
    EVP_DigestFinal_ex(context.get(), digest.data(), nullptr);
    return hexadecimal(digest);
}

std::string canonical_request(const Request& request) {
    const auto path_bytes = std::min(request.target.find('?'), request.target.size());
    const std::string_view path = request.target.substr(0, path_bytes);
    std::string text(request.method);
    text += '\n';
    append_encoded(text, request.normalize_path ? without_dots(path) : std::string(path), "/");
    text += '\n';
    (text += canonical_query(request.target.substr(std::min(path_bytes + 1, request.target.size())))) += '\n';
    const auto fields = canonical_fields(request.fields);
    for (const auto& [name, value] : fields) (((text += name) += ':') += value) += '\n';
    ((text += '\n') += names_of(fields)) += '\n';
    return text += request.body_hash;
}

std::string string_to_sign(const Scope& scope, std::string_view canonical_request) {
    std::string text(kAlgorithm);
    ((text += '\n') += timestamp(scope.unix_seconds)) += '\n';
    (text += credential_scope(scope)) += '\n';
    return text += hash_of({&canonical_request, 1});
}

std::string signature(const Key& key, const Scope& scope, std::string_view string_to_sign) {
    std::string secret = "AWS4" + key.secret_access_key;
    Digest digest = hmac(secret, timestamp(scope.unix_seconds).substr(0, 8));
    OPENSSL_cleanse(secret.data(), secret.size());
    for (const std::string_view step : {scope.region, scope.service, kTermination, string_to_sign}) {
        digest = hmac(text_of(digest), step);
    }
    return hexadecimal(digest);
}

std::string timestamp(std::int64_t unix_seconds) {
    using std::chrono::days, std::chrono::seconds;
    const std::chrono::sys_seconds time{seconds(unix_seconds)};
    const auto day = std::chrono::floor<days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d%02u%02uT%02d%02d%02dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

std::string credential_scope(const Scope& scope) {
    std::string text = timestamp(scope.unix_seconds).substr(0, 8);
    for (const std::string_view part : {scope.region, scope.service, kTermination}) (text += '/') += part;
    return text;
}

std::string signed_names(std::span<const HeaderField> fields) { return names_of(canonical_fields(fields)); }

std::string signing_lines(const Key& key, const Scope& scope, const Request& request) {
    const std::string date = timestamp(scope.unix_seconds);
    std::vector<HeaderField> fields(request.fields.begin(), request.fields.end());
    fields.push_back({"x-amz-date", date});
    if (!key.session_token.empty()) fields.push_back({"x-amz-security-token", key.session_token});
    Request whole = request;
    whole.fields = fields;
    const std::string signed_by = signature(key, scope, string_to_sign(scope, canonical_request(whole)));
    std::string lines = "x-amz-date: " + date + "\r\n";
    if (!key.session_token.empty()) ((lines += "x-amz-security-token: ") += key.session_token) += "\r\n";
    ((lines += "authorization: ") += kAlgorithm) += " Credential=";
    (((lines += key.access_key_id) += '/') += credential_scope(scope)) += ", SignedHeaders=";
    (((lines += signed_names(fields)) += ", Signature=") += signed_by) += "\r\n";
    return lines;
}

}  // namespace tollgate::wire::sigv4
