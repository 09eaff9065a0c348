#include "gateway/api/answer.h"

#include <boost/asio/co_spawn.hpp>

#include "gateway/api/call.h"
#include "gateway/api/live_activity.h"
#include "gateway/api/single_sign_on.h"
#include "gateway/client/connection.h"
#include "gateway/client/reply.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

wire::Awaitable<ApiAnswer> answer_there(Services& services, const ApiRequest& request) {
    co_return answer_call(services, request);
}

// Runs the handler on another thread and comes back to the worker.
wire::Awaitable<ApiAnswer> answer_on(ThreadPool& threads, Services& services, const ApiRequest& request) {
    auto [failed, answer] =
        co_await wire::asio::co_spawn(threads.executor(), answer_there(services, request), wire::kAwait);
    if (failed) std::rethrow_exception(failed);
    co_return std::move(answer);
}

// Where other servers are waited for, unless too many calls wait already.
wire::Awaitable<ApiAnswer> answer_outside(Services& services, const ApiRequest& request) {
    const CallGate::Pass pass(services.outside_calls, request.principal.organization);
    if (!pass) {
        co_return api_error(ErrorKind::overloaded, "too many calls to other servers are under way; try again later");
    }
    co_return co_await answer_on(*services.outside, services, request);
}

wire::Awaitable<ApiAnswer> answer_with_password(Services& services, const ApiRequest& request) {
    const PasswordGate::Pass pass(services.password_gate);
    if (!pass) co_return api_error(ErrorKind::overloaded, "too many people sign in at once; try again in a moment");
    co_return co_await answer_on(*services.passwords, services, request);
}

// A browser is told by where it is sent, and not in JSON.
wire::Awaitable<ApiAnswer> answer_at_provider(Services& services, const ApiRequest& request) {
    const CallGate::Pass pass(services.identity_providers->calls(), provider_gate_name(request));
    if (!pass) co_return busy_sign_in(request);
    co_return co_await answer_on(*services.identity_calls, services, request);
}

// With the address, which only changes need.
Caller caller_of(Connection& connection) {
    const bool known = connection.request.principal.key != KeyDigest{};
    Caller caller = known ? caller_of(connection.request.principal) : Caller{.kind = CallerKind::nobody};
    caller.secret = connection.request.principal.session != nullptr ? connection.request.principal.session->secret
                                                                    : connection.request.head.presented_key;
    const auto& address = connection.request.head.address;
    if (!address.is_unspecified()) caller.address = address.to_string();
    return caller;
}

ApiRequest api_request(Connection& connection) {
    const Exchange& context = connection.request;
    return {.operation = context.head.operation,
            .path = context.head.path,
            .query = context.head.query,
            .body = std::string(connection.in.view().substr(0, context.received.bytes)),
            .idempotency_key = context.head.idempotency_key,
            .if_match = context.head.if_match,
            .accept_encoding = context.head.accept_encoding,
            .if_none_match = context.head.if_none_match,
            .named_organization = parse_uuid(context.head.organization).value_or(Id128{}),
            .inbound = context.head.inbound,
            .principal = context.principal,
            .caller = caller_of(connection),
            .page = context.head.page,
            .address = context.head.address,
            .now_ms = context.head.started_ms};
}

}  // namespace

wire::Awaitable<Error> answer_api(Connection& connection) {
    const Exchange& context = connection.request;
    Services& services = connection.worker().services();
    ApiAnswer answer;
    if (context.head.method == "OPTIONS") {
        answer.status = 204;
        answer.headers = "allow: " + context.head.route->allow() + "\r\n";
    } else {
        const ApiRequest request = api_request(connection);
        switch (request.operation->runs_on) {
            case RunsOn::readers:
                answer = co_await answer_on(*services.readers, services, request);
                break;
            case RunsOn::accounts:
                answer = co_await answer_on(*services.account_changes, services, request);
                break;
            case RunsOn::outside:
                answer = co_await answer_outside(services, request);
                break;
            case RunsOn::identity_providers:
                answer = co_await answer_at_provider(services, request);
                break;
            case RunsOn::passwords:
                answer = co_await answer_with_password(services, request);
                break;
            default:
                answer = answer_call(services, request);
        }
        if (!answer.error && answer.watcher != nullptr) {
            co_await send_live_activity(connection, request, *answer.watcher);
            co_return Error{};
        }
    }
    if (answer.error) co_return answer.error;
    co_await reply_json(connection, answer.status, answer.body, answer.headers, answer.content_type);
    co_return Error{};
}

}  // namespace tollgate
