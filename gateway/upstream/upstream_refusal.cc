#include "gateway/upstream/upstream_refusal.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "gateway/chat/dialect/provider_error.h"

namespace tollgate {
namespace {

// What a 403 speaks of that is about the gateway's account.
constexpr std::array<std::string_view, 20> kAccountWords = {"api key",
                                                            "api-key",
                                                            "api_key",
                                                            "apikey",
                                                            "authenticat",
                                                            "unauthorized",
                                                            "credential",
                                                            "access token",
                                                            "security token",
                                                            "bearer",
                                                            "signature",
                                                            "billing",
                                                            "suspended",
                                                            "deactivated",
                                                            "insufficient_quota",
                                                            "account",
                                                            "invalid key",
                                                            "unregistered caller",
                                                            "caller does not have permission",
                                                            "not authorized to perform"};

bool speaks_of_account(const ProviderError& said) {
    std::string text = said.message + " " + said.code + " " + said.type;
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    return std::ranges::any_of(kAccountWords,
                               [&text](std::string_view word) { return text.find(word) != std::string::npos; });
}

bool refuses_account(int status, const std::optional<ProviderError>& said) {
    if (status == 403) return !said || said->message.empty() || speaks_of_account(*said);
    return status == 401 || status == 402 || status == 407;
}

// A 4xx is the caller's fault and would be anywhere, unless it tells of time or load, or of what this provider offers
// to whom. A status below 400 is no answer.
bool worth_another_try(int status) {
    return status < 400 || status == 403 || status == 408 || status == 429 || status >= 500;
}

Error error_of(int status, std::string_view provider, std::optional<ProviderError> said, const Credential& credential) {
    const std::string name = "provider " + std::string(provider);
    if (refuses_account(status, said)) {
        return {ErrorKind::upstream_auth_failed,
                name + " refused the gateway's account (" + std::to_string(status) + ")"};
    }
    Error error{status < 400 ? ErrorKind::upstream_invalid_response : ErrorKind::upstream_error,
                name + " answered " + std::to_string(status)};
    if (!worth_another_try(status)) error.set_retry(Retry::never);
    if (status < 400) return error;
    error.detail().status = status;
    if (!said) return error;
    said->provider = provider;
    for (std::string* const text : {&said->message, &said->type, &said->param, &said->code, &said->members}) {
        redact(*text, credential);
    }
    error.detail().provider = std::move(said);
    return error;
}

}  // namespace

Error judge(const UpstreamRefusal& refusal, const Credential& credential) {
    std::optional<ProviderError> said;
    if (refusal.whole) said = read_provider_error(refusal.body);
    Error error = error_of(refusal.status, refusal.provider, std::move(said), credential);
    if (error.kind() != ErrorKind::upstream_auth_failed) error.detail().headers = refusal.retry_headers;
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

}  // namespace tollgate
