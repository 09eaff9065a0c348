#include "gateway/api/answer.h"

#include <boost/asio/co_spawn.hpp>

#include "gateway/api/account.h"
#include "gateway/api/management.h"
#include "gateway/api/models.h"
#include "gateway/client/connection.h"
#include "gateway/client/reply.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// Runs blocking work on the API thread and comes back to the worker.
wire::Awaitable<ApiAnswer> on_api_thread(ApiAnswer (*work)(Services&, const ApiRequest&), Services& services,
                                         const ApiRequest& request) {
    co_return work(services, request);
}

Caller caller_of(Connection& connection) {
    const Principal& principal = connection.request.principal;
    wire::ErrorCode unknown;
    const auto endpoint = connection.stream().socket().remote_endpoint(unknown);
    return {.kind = caller_kind(principal.kind),
            .key = principal.key,
            .user = principal.creator,
            .organization = principal.organization,
            .address = unknown ? std::string() : endpoint.address().to_string()};
}

ApiRequest api_request(Connection& connection) {
    const RequestContext& context = connection.request;
    return {.method = context.method,
            .path = context.path,
            .query = context.query,
            .body = std::string(connection.in.view().substr(0, context.body_bytes)),
            .idempotency_key = context.idempotency_key,
            .inbound = context.inbound,
            .principal = context.principal,
            .caller = caller_of(connection),
            .now_ms = context.started_ms};
}

}  // namespace

wire::Awaitable<Error> answer_api(Connection& connection) {
    const RequestContext& context = connection.request;
    Services& services = connection.worker().services();
    ApiAnswer answer;
    if (context.method == "OPTIONS") {
        answer.status = 204;
        answer.headers = "allow: " + std::string(allowed_methods(context.route)) + "\r\n";
    } else if (context.route == Route::root) {
        answer.body = R"({"name":"tollgate","version":")" TOLLGATE_VERSION R"("})";
    } else if (context.route == Route::models) {
        answer = list_models(*services.catalogue, *context.inbound);
    } else if (context.route == Route::model) {
        answer = show_model(*services.catalogue, context.path, *context.inbound);
    } else if (context.route == Route::credits && context.principal.credit != nullptr) {
        answer = show_credits(context.principal);  // in memory: nothing to wait for
    } else {
        auto* const work = context.route == Route::management ? &manage : &show_account;
        const ApiRequest request = api_request(connection);
        auto [failed, result] = co_await wire::asio::co_spawn(services.blocking->get_executor(),
                                                              on_api_thread(work, services, request), wire::kAwait);
        if (failed) std::rethrow_exception(failed);
        answer = std::move(result);
    }
    if (answer.error) co_return answer.error;
    co_await reply_json(connection, answer.status, answer.body, answer.headers, answer.content_type);
    co_return Error{};
}

}  // namespace tollgate
