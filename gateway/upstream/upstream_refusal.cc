#include "gateway/upstream/upstream_refusal.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "gateway/chat/dialect/provider_error.h"
#include "gateway/text/ascii.h"
#include "gateway/upstream/account_names.h"

namespace tollgate {
namespace {

// What names of errors about the gateway's account have in them: of the code and the type, which quote nobody.
constexpr std::array<std::string_view, 14> kAccountNames = {
    "api key", "apikey",    "authenticat", "unauthorized", "credential",  "access token", "security token",
    "account", "signature", "billing",     "suspended",    "deactivated", "arrearage",    "insufficient quota"};

// What messages about it say. They may quote the caller, so a word alone tells nothing.
constexpr std::array<std::string_view, 36> kAccountPhrases = {"incorrect api key",
                                                              "invalid api key",
                                                              "valid api key",
                                                              "api key not",
                                                              "api key is",
                                                              "api key has",
                                                              "api key provided",
                                                              "api key expired",
                                                              "your api key",
                                                              "this api key",
                                                              "no api key",
                                                              "missing api key",
                                                              "invalid key",
                                                              "authentication method",
                                                              "authentication failed",
                                                              "authentication required",
                                                              "failed to authenticate",
                                                              "not authenticated",
                                                              "unauthenticated",
                                                              "invalid credential",
                                                              "credentials are",
                                                              "invalid access token",
                                                              "access token is",
                                                              "security token",
                                                              "invalid bearer",
                                                              "bearer token is",
                                                              "request signature",
                                                              "your account is",
                                                              "your account has been",
                                                              "account is suspended",
                                                              "account is not active",
                                                              "unregistered caller",
                                                              "caller does not have permission",
                                                              "not authorized to perform",
                                                              "has not been used in project",
                                                              "requires billing to be enabled"};

// What a 403 says where the account is known, but may not use this model: of Google, AWS, OpenAI. The caller has done
// nothing wrong, and the key is good for others.
constexpr std::array<std::string_view, 9> kAccessPhrases = {
    "not available to your", "not have access to",      "n't have access to",
    "denied on resource",    "permission denied",       "access is denied",
    "not allowed to sample", "must be verified to use", "not authorized to access"};

// Some providers say under another status than 401 that they do not know the key, or that it is not paid for: Google,
// xAI, Anthropic, DashScope, OpenAI. How such messages begin, and such codes.
constexpr std::array<std::string_view, 5> kAccountBeginnings = {
    "api key not valid", "api key expired", "incorrect api key", "invalid api key", "your credit balance is too low"};
constexpr std::array<std::string_view, 5> kAccountCodes = {"invalid api key", "api key invalid", "arrearage",
                                                           "billing hard limit reached", "billing not active"};

// The operator's quota is used up: trying again does not help.
constexpr std::array<std::string_view, 4> kQuotaCodes = {"insufficient quota", "insufficient balance",
                                                         "exceeded current quota error", "billing hard limit reached"};

// What a request may name that its sender keeps at the provider, as messages of 404 call it; and what the endpoint is.
constexpr std::array<std::string_view, 15> kOwnObjects = {
    "file",  "files",     "vector store", "container", "prompt",    "response",       "conversation", "item",
    "batch", "assistant", "skill",        "tool",      "connector", "cached content", "cachedcontent"};
constexpr std::array<std::string_view, 4> kEndpointObjects = {"model", "models", "deployment", "engine"};

// For comparing: small letters, and spaces between words.
std::string normal(std::string_view text) {
    std::string all(text);
    std::ranges::transform(all, all.begin(), [](char c) { return c == '-' || c == '_' ? ' ' : ascii_lower(c); });
    return all;
}

// A message without what it quotes.
std::string without_quotes(std::string_view message) {
    std::string text;
    bool quoted = false;
    for (const char c : message) {
        if (c == '"') quoted = !quoted;
        if (!quoted) text += c;
    }
    return text;
}

bool has_any(std::string_view text, std::span<const std::string_view> phrases) {
    return std::ranges::any_of(phrases, [text](std::string_view phrase) { return text.contains(phrase); });
}

// Where the first of them stands as a whole word, or npos.
std::size_t first_word(std::string_view text, std::span<const std::string_view> words) {
    std::size_t first = std::string_view::npos;
    for (const std::string_view word : words) {
        for (auto at = text.find(word); at < first; at = text.find(word, at + 1)) {
            const std::size_t end = at + word.size();
            const bool begins = at == 0 || !is_ascii_alphanumeric(text[at - 1]);
            if (begins && (end == text.size() || !is_ascii_alphanumeric(text[end]))) first = at;
        }
    }
    return first;
}

std::string_view unquoted(std::string_view code) {
    return code.size() >= 2 && code.front() == '"' ? code.substr(1, code.size() - 2) : code;
}

bool is_any(const ProviderError& said, std::span<const std::string_view> names) {
    const std::string type = normal(said.type), code = normal(unquoted(said.code));
    return std::ranges::any_of(names, [&](std::string_view name) { return name == type || name == code; });
}

bool speaks_of_account(const ProviderError& said) {
    const std::string message = normal(without_quotes(said.message));
    return message == "unauthorized" || has_any(message, kAccountPhrases) ||
           has_any(normal(said.code + " " + said.type), kAccountNames);
}

// Whether it can be nobody's but the gateway's account, whatever the status.
bool surely_refuses_account(const ProviderError& said) {
    const std::string message = normal(said.message);
    return is_any(said, kAccountCodes) || said.members.find("\"API_KEY_INVALID\"") != std::string::npos ||
           std::ranges::any_of(kAccountBeginnings, [&](std::string_view words) { return message.starts_with(words); });
}

bool refuses_account(int status, const std::optional<ProviderError>& said) {
    if (status == 400) return said && surely_refuses_account(*said);
    if (status == 403) return !said || said->message.empty() || speaks_of_account(*said);
    return status == 401 || status == 402 || status == 407;
}

bool lacks_access(int status, const std::optional<ProviderError>& said) {
    return status == 403 && said && has_any(normal(without_quotes(said->message)), kAccessPhrases);
}

// What some providers tell with a status below 500 though it is their own failure: Bedrock and Hugging Face that the
// model failed, Groq that it has no capacity.
int meant_status(int status) {
    constexpr int kFailedDependency = 424, kNoCapacity = 498, kBadGateway = 502, kUnavailable = 503;
    if (status == kFailedDependency) return kBadGateway;
    return status == kNoCapacity ? kUnavailable : status;
}

// A 4xx is the caller's fault and would be anywhere, unless it tells of time or load, or of what this provider offers
// to whom. The path names nothing of the caller's: what is not found is the provider's model. A status below 400 is no
// answer.
bool worth_another_try(int status) {
    return status < 400 || status == 403 || status == 404 || status == 408 || status == 429 || status >= 500;
}

std::string whose_account(const Credential& credential) {
    return credential.own_label.empty() ? "the gateway's account"
                                        : "the organization's provider key '" + credential.own_label + "'";
}

// Whatever the provider said.
Error no_access(int status, const std::string& provider, const Credential& credential) {
    Error error{ErrorKind::upstream_error, provider + " gives " + whose_account(credential) +
                                               " no access to the model (" + std::to_string(status) + ")"};
    error.detail().headers = "x-should-retry: false\r\n";
    return error;
}

// A duration of Protocol Buffers: "17s", "0.250s".
std::int64_t duration_ms(std::string_view text) {
    constexpr double kMostSeconds = 86'400, kSecondMs = 1000;
    double seconds = 0;
    const char* const end = text.data() + text.size();
    const auto [behind, failed] = std::from_chars(text.data(), end, seconds, std::chars_format::fixed);
    if (failed != std::errc() || std::string_view(behind, end) != "s" || !(seconds > 0)) return 0;
    return static_cast<std::int64_t>(std::ceil(std::min(seconds, kMostSeconds) * kSecondMs));
}

// Google says it in the body alone, as google.rpc.RetryInfo among the details of its error. Inside of a string its
// quotes would be escaped.
std::int64_t wait_in_details_ms(const ProviderError& said) {
    constexpr std::string_view kName = R"("retryDelay":")";
    const auto at = said.members.find(kName);
    if (at == std::string::npos) return 0;
    const std::string_view value = std::string_view(said.members).substr(at + kName.size());
    return duration_ms(value.substr(0, value.find('"')));
}

Error error_of(int status, std::string_view provider, std::optional<ProviderError> said, const Credential& credential) {
    const std::string name = "provider " + std::string(provider);
    if (refuses_account(status, said)) {
        return {ErrorKind::upstream_auth_failed,
                name + " refused " + whose_account(credential) + " (" + std::to_string(status) + ")"};
    }
    if (lacks_access(status, said)) return no_access(status, name, credential);
    Error error{status < 400 ? ErrorKind::upstream_invalid_response : ErrorKind::upstream_error,
                name + " answered " + std::to_string(status)};
    const int meant = meant_status(status);
    if (!worth_another_try(meant)) error.set_retry(Retry::never);
    if (status < 400) return error;
    error.detail().status = meant;
    if (!said) return error;
    if (const std::int64_t wait_ms = wait_in_details_ms(*said); wait_ms != 0) {
        error.detail().headers = retry_after_lines(wait_ms);
    }
    if (is_any(*said, kQuotaCodes)) error.detail().headers = "x-should-retry: false\r\n";
    said->provider = provider;
    for (std::string* const text : {&said->message, &said->type, &said->param, &said->code, &said->members}) {
        redact(*text, credential);
        if (credential.own_label.empty()) redact_account_names(*text);
    }
    error.detail().provider = std::move(said);
    return error;
}

}  // namespace

Error judge(const UpstreamRefusal& refusal, const Credential& credential) {
    std::optional<ProviderError> said;
    // Of a short text that is cut off, what stands at the cut would be told.
    constexpr std::size_t kMoreThanIsTold = 8192;
    const bool json = refusal.body.find_first_of("{[") == refusal.body.find_first_not_of(" \t\r\n");
    const bool readable = refusal.whole || json || refusal.body.size() > kMoreThanIsTold;
    if (readable) said = read_provider_error(refusal.body);
    Error error = error_of(refusal.status, refusal.provider, std::move(said), credential);
    std::string& headers = error.detail().headers;
    const bool told = refusal.retry_headers.contains("retry-after") && headers.starts_with("retry-after");
    const bool passed = error.kind() != ErrorKind::upstream_auth_failed && (headers.empty() || told);
    if (passed) headers = refusal.retry_headers;
    return error;
}

Error judge_reported(std::optional<ProviderError> said, std::string_view provider, const Credential& credential) {
    constexpr int kUnnamed = 502;
    const int named = said ? said->status : 0;
    Error error = error_of(named == 0 ? kUnnamed : named, provider, std::move(said), credential);
    if (error.kind() == ErrorKind::upstream_error && named == 0) {
        error.detail().message = "provider " + std::string(provider) + " reported an error";
        error.detail().status = 0;  // the kind's own
    }
    return error;
}

KeyVerdict key_verdict(int upstream_status, const Error& error) {
    constexpr int kTooMany = 429;
    if (error.kind() == ErrorKind::upstream_auth_failed) {
        return upstream_status == 0 ? KeyVerdict::well : KeyVerdict::refused;
    }
    if (error.kind() != ErrorKind::upstream_error) return KeyVerdict::well;
    const Error::Detail& detail = error.detail();
    if (detail.provider && is_any(*detail.provider, kQuotaCodes)) return KeyVerdict::refused;
    return upstream_status == kTooMany || detail.status == kTooMany ? KeyVerdict::rate_limited : KeyVerdict::well;
}

bool is_of_own_object(const Error& error) {
    constexpr int kNotFound = 404;
    if (error.kind() != ErrorKind::upstream_error || error.detail().status != kNotFound) return false;
    if (!error.detail().provider) return false;
    const ProviderError& said = *error.detail().provider;
    if (!said.param.empty()) return said.param != "model";
    constexpr auto kNone = std::string_view::npos;
    if (first_word(normal(unquoted(said.code)), kEndpointObjects) != kNone) return false;
    // Behind the first of them a message may quote the caller.
    const std::string message = normal(without_quotes(said.message));
    return first_word(message, kOwnObjects) < first_word(message, kEndpointObjects);
}

}  // namespace tollgate
