#include "gateway/text/error.h"

#include <array>

namespace tollgate {
namespace {

struct Row {
    ErrorKind kind;
    int status;
    std::string_view code;
    std::string_view type;        // OpenAI's error.type
    std::string_view error_type;  // OpenRouter's error.metadata.error_type
    ErrorSource source;
    Retry retry = Retry::never;
};

constexpr auto kClient = ErrorSource::client;
constexpr auto kUpstream = ErrorSource::upstream;
constexpr auto kInternal = ErrorSource::internal;
constexpr auto kElsewhere = Retry::elsewhere;
constexpr std::string_view kInvalid = "invalid_request_error";
constexpr std::string_view kServer = "server_error";

constexpr std::array kRows = {
    Row{ErrorKind::none, 200, "", "", "", kInternal},
    Row{ErrorKind::bad_request, 400, "bad_request", kInvalid, "invalid_request", kClient},
    Row{ErrorKind::head_too_large, 431, "head_too_large", kInvalid, "payload_too_large", kClient},
    Row{ErrorKind::request_timeout, 408, "request_timeout", kInvalid, "timeout", kClient},
    Row{ErrorKind::request_too_large, 413, "request_too_large", kInvalid, "payload_too_large", kClient},
    Row{ErrorKind::method_not_allowed, 405, "method_not_allowed", kInvalid, "invalid_request", kClient},
    Row{ErrorKind::method_not_implemented, 501, "method_not_implemented", kInvalid, "invalid_request", kClient},
    Row{ErrorKind::not_found, 404, "not_found", kInvalid, "not_found", kClient},
    Row{ErrorKind::invalid_json, 400, "invalid_json", kInvalid, "invalid_request", kClient},
    Row{ErrorKind::invalid_request, 400, "invalid_request", kInvalid, "invalid_request", kClient},
    Row{ErrorKind::conflict, 409, "conflict", kInvalid, "invalid_request", kClient},
    Row{ErrorKind::precondition_failed, 412, "precondition_failed", kInvalid, "invalid_request", kClient},
    Row{ErrorKind::unsupported_media_type, 415, "unsupported_media_type", kInvalid, "invalid_request", kClient},
    Row{ErrorKind::invalid_api_key, 401, "invalid_api_key", kInvalid, "authentication", kClient},
    Row{ErrorKind::session_ended, 401, "session_ended", kInvalid, "authentication", kClient},
    Row{ErrorKind::invalid_credentials, 401, "invalid_credentials", kInvalid, "authentication", kClient},
    Row{ErrorKind::second_factor_required, 401, "second_factor_required", kInvalid, "authentication", kClient},
    Row{ErrorKind::permission_denied, 403, "permission_denied", "permission_error", "permission_denied", kClient},
    Row{ErrorKind::cross_site, 403, "cross_site", "permission_error", "permission_denied", kClient},
    Row{ErrorKind::step_up_required, 403, "step_up_required", "permission_error", "permission_denied", kClient},
    Row{ErrorKind::model_required, 400, "model_required", kInvalid, "invalid_request", kClient},
    Row{ErrorKind::model_not_found, 404, "model_not_found", kInvalid, "not_found", kClient},
    Row{ErrorKind::model_not_allowed, 403, "model_not_allowed", "permission_error", "permission_denied", kClient},
    Row{ErrorKind::key_rule_denied, 403, "key_rule_denied", "permission_error", "permission_denied", kClient},
    Row{ErrorKind::no_allowed_provider, 404, "no_allowed_provider", kInvalid, "not_found", kClient},
    Row{ErrorKind::provider_key_required, 400, "provider_key_required", kInvalid, "invalid_request", kClient},
    Row{ErrorKind::preset_not_found, 400, "preset_not_found", kInvalid, "invalid_request", kClient},
    Row{ErrorKind::default_model_unavailable, 404, "default_model_unavailable", kInvalid, "not_found", kClient},
    Row{ErrorKind::insufficient_credits, 402, "insufficient_credits", "billing_error", "payment_required", kClient},
    Row{ErrorKind::key_limit_exceeded, 402, "key_limit_exceeded", "billing_error", "payment_required", kClient},
    Row{ErrorKind::budget_exceeded, 402, "budget_exceeded", "billing_error", "payment_required", kClient},
    Row{ErrorKind::requests_rate_limited, 429, "rate_limit_exceeded", "requests", "rate_limit_exceeded", kClient},
    Row{ErrorKind::tokens_rate_limited, 429, "rate_limit_exceeded", "tokens", "rate_limit_exceeded", kClient},
    Row{ErrorKind::overloaded, 503, "overloaded", kServer, "provider_overloaded", kInternal},
    Row{ErrorKind::store_unavailable, 503, "store_unavailable", kServer, "server", kInternal},
    Row{ErrorKind::shutting_down, 503, "shutting_down", kServer, "server", kInternal},
    Row{ErrorKind::upstream_unreachable, 502, "upstream_unreachable", kServer, "provider_unavailable", kUpstream,
        kElsewhere},
    Row{ErrorKind::upstream_reset, 502, "upstream_reset", kServer, "provider_unavailable", kUpstream, kElsewhere},
    Row{ErrorKind::upstream_timeout, 504, "upstream_timeout", kServer, "timeout", kUpstream, kElsewhere},
    Row{ErrorKind::upstream_invalid_response, 502, "upstream_invalid_response", kServer, "provider_unavailable",
        kUpstream, kElsewhere},
    Row{ErrorKind::upstream_auth_failed, 502, "upstream_auth_failed", kServer, "provider_unavailable", kUpstream,
        kElsewhere},
    Row{ErrorKind::upstream_error, 502, "upstream_error", kServer, "provider_unavailable", kUpstream, kElsewhere},
    Row{ErrorKind::upstream_incomplete, 502, "upstream_incomplete", kServer, "provider_unavailable", kUpstream,
        kElsewhere},
    Row{ErrorKind::client_closed_request, 499, "client_closed_request", kInvalid, "invalid_request", kClient},
    Row{ErrorKind::internal, 500, "internal_error", kServer, "server", kInternal},
};

const Row& row_of(ErrorKind kind) { return kRows[static_cast<std::size_t>(kind)]; }

constexpr bool in_order() {
    for (std::size_t i = 0; i < kRows.size(); ++i) {
        if (static_cast<std::size_t>(kRows[i].kind) != i) return false;
    }
    return kRows.size() == static_cast<std::size_t>(ErrorKind::internal) + 1;
}
static_assert(in_order());

}  // namespace

int status_of(ErrorKind kind) { return row_of(kind).status; }
int status_of(const Error& error) {
    return error && error.detail().status != 0 ? error.detail().status : status_of(error.kind());
}
std::string_view code_of(ErrorKind kind) { return row_of(kind).code; }
ErrorSource source_of(ErrorKind kind) { return row_of(kind).source; }
Retry retry_of(ErrorKind kind) { return row_of(kind).retry; }

std::string_view openai_type_of(const Error& error) {
    const int status = error.detail().status;
    if (status == 429) return "rate_limit_error";
    if (status == 403) return "permission_error";
    return status >= 400 && status < 500 ? kInvalid : std::string_view(row_of(error.kind()).type);
}

std::string_view openrouter_type_of(const Error& error) {
    switch (error.detail().status) {
        case 0:
            return row_of(error.kind()).error_type;
        case 403:
            return "permission_denied";
        case 404:
            return "not_found";
        case 408:
        case 504:
            return "timeout";
        case 413:
            return "payload_too_large";
        case 429:
            return "rate_limit_exceeded";
        case 503:
        case 529:
            return "provider_overloaded";
        default:
            return error.detail().status < 500 ? "invalid_request" : row_of(error.kind()).error_type;
    }
}

std::string_view to_string(ErrorSource source) {
    switch (source) {
        case ErrorSource::client:
            return "client";
        case ErrorSource::upstream:
            return "upstream";
        default:
            return "internal";
    }
}

std::string_view error_headers(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::upstream_auth_failed:
            return "x-should-retry: false\r\n";
        case ErrorKind::overloaded:
        case ErrorKind::store_unavailable:
        case ErrorKind::shutting_down:
            return "retry-after: 1\r\n";
        case ErrorKind::unsupported_media_type:
            return "accept-encoding: gzip, deflate, zstd\r\n";  // RFC 9110, section 12.5.3: of requests
        default:
            return {};
    }
}

std::string retry_after_lines(std::int64_t wait_ms) {
    constexpr std::int64_t kSecondMs = 1000;
    return "retry-after: " + std::to_string((wait_ms + kSecondMs - 1) / kSecondMs) +
           "\r\nretry-after-ms: " + std::to_string(wait_ms) + "\r\n";
}

}  // namespace tollgate
