#include "gateway/upstream/upstream_refusal.h"

#include "gateway/text/json_members.h"

namespace tollgate {
namespace {

// The gateway's own account at the provider is at fault, not the caller's here.
bool refuses_account(int status) { return status == 401 || status == 402 || status == 403; }

// A 4xx is the caller's fault and would be anywhere, unless it tells of time or load. A status below 400 is no answer.
bool worth_another_try(int status) { return status < 400 || status == 408 || status == 429 || status >= 500; }

}  // namespace

Error judge(const UpstreamRefusal& refusal) {
    const int status = refusal.status;
    const std::string provider = "provider " + std::string(refusal.provider);
    if (refuses_account(status)) {
        return {ErrorKind::upstream_auth_failed,
                provider + " refused the gateway's account (" + std::to_string(status) + ")"};
    }
    Error error{status < 400 ? ErrorKind::upstream_invalid_response : ErrorKind::upstream_error,
                provider + " answered " + std::to_string(status)};
    error.detail().headers = refusal.retry_headers;
    if (!worth_another_try(status)) error.set_retry(Retry::never);
    return error;
}

std::optional<UpstreamError> described(const UpstreamRefusal& refusal, JsonParser& parser) {
    const std::string_view body = refusal.body;
    if (!refusal.whole || refuses_account(refusal.status)) return std::nullopt;
    simdjson::dom::element root;
    const simdjson::padded_string padded(body);
    if (parser.parse(padded).get(root) != simdjson::SUCCESS || !root.is_object()) return std::nullopt;
    const auto member = find_member(body, body.find('{'), "error");
    if (!member || !member->value.of(body).starts_with('{')) return std::nullopt;
    const auto message = find_member(body, member->value.begin, "message");
    if (!message) return std::nullopt;
    const std::string_view quoted = message->value.of(body);
    if (quoted.size() <= 2 || quoted.front() != '"') return std::nullopt;
    return UpstreamError{.status = refusal.status,
                         .provider = refusal.provider,
                         .message = quoted.substr(1, quoted.size() - 2),
                         .error = member->value.of(body),
                         .body = body};
}

}  // namespace tollgate
