// An upstream's refusal, passed on in a shape that every SDK understands.
#include "gateway/client/connection.h"
#include "gateway/upstream/body_reader.h"
#include "gateway/upstream/relay.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostErrorBytes = 64 * 1024;  // of an upstream's error body

// The text of error.message, still escaped as JSON; empty if the body has none.
std::string_view message_of(std::string_view body, TextSpan error) {
    if (!error.of(body).starts_with('{')) return {};
    const auto message = find_member(body, error.begin, "message");
    if (!message) return {};
    const std::string_view text = message->value.of(body);
    return text.size() >= 2 && text.front() == '"' ? text.substr(1, text.size() - 2) : std::string_view();
}

// A 4xx is the caller's fault and would be anywhere, unless it tells of time or load. A status below 400 is no answer.
bool worth_another_try(int status) { return status < 400 || status == 408 || status == 429 || status >= 500; }

}  // namespace

wire::Awaitable<Error> relay_error(Connection& connection, UpstreamAnswer& answer) {
    const RequestContext& request = connection.request;
    const std::string& provider = answer.pool->provider().name;
    BodyReader reader(connection, answer);
    while (!reader.ended() && reader.in_hand().size() < kMostErrorBytes) {
        const BodyPart part = reader.must_read() ? reader.take(co_await reader.read()) : reader.take();
        if (part.error) break;  // what has come says enough
    }
    const bool whole = reader.ended();
    const int status = answer.status;
    const std::string body(reader.in_hand());
    const std::string headers = answer.retry_headers;
    reader.release(whole);
    // The gateway's own account at the provider is at fault, not the caller's here.
    if (status == 401 || status == 402 || status == 403) {
        co_return Error{ErrorKind::upstream_auth_failed,
                        "provider " + provider + " refused the gateway's account (" + std::to_string(status) + ")"};
    }
    Error error{status < 400 ? ErrorKind::upstream_invalid_response : ErrorKind::upstream_error,
                "provider " + provider + " answered " + std::to_string(status)};
    error.detail().headers = headers;
    if (!worth_another_try(status)) error.set_retry(Retry::never);
    simdjson::dom::element root;
    simdjson::padded_string padded(body);
    if (!whole || connection.worker().json.parse(padded).get(root) != simdjson::SUCCESS || !root.is_object()) {
        co_return error;
    }
    const auto member = find_member(body, body.find('{'), "error");
    if (!member) co_return error;
    const std::string_view message = message_of(body, member->value);
    if (message.empty()) co_return error;
    error.detail().body = request.inbound->error_body(UpstreamError{
        .status = status, .provider = provider, .message = message, .error = member->value.of(body), .body = body});
    co_return error;
}

}  // namespace tollgate
