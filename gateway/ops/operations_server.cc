#include "gateway/ops/operations_server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/rate_policy.hpp>
#include <boost/beast/http.hpp>

#include "gateway/ops/operations_guard.h"
#include "gateway/ops/readiness.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

namespace http = boost::beast::http;
using Stream = boost::beast::basic_stream<wire::Tcp, wire::Executor, boost::beast::unlimited_rate_policy>;

constexpr auto kTimeout = std::chrono::seconds(30);
constexpr auto kPause = std::chrono::milliseconds(50);
constexpr std::size_t kMostHeadBytes = 8192;

using Response = http::response<http::string_body>;

constexpr std::string_view kCheckpointPath = "/ledger/checkpoint";

std::string_view path_of(const http::request<http::empty_body>& request) {
    const std::string_view target(request.target().data(), request.target().size());
    return target.substr(0, target.find('?'));
}

wire::Awaitable<Result<std::string>> make_checkpoint(Checkpoints& checkpoints) {
    co_return checkpoints.make(wire::unix_ms_now());
}

std::string_view why_refused(const http::request<http::empty_body>& request, const OperationsParts& parts) {
    const auto has = [&request](std::string_view name) { return request.find(name) != request.end(); };
    const auto host = request[http::field::host];
    return refusal_of({.host = {host.data(), host.size()},
                       .has_origin = has("origin"),
                       .changes = request.method() != http::verb::get && request.method() != http::verb::head,
                       .has_operation_field = has(kOperationField)},
                      parts.hosts);
}

// Made on the API thread, which may block.
wire::Awaitable<Response> answer_checkpoint(const http::request<http::empty_body>& request,
                                            const OperationsParts& parts) {
    auto [failed, made] =
        co_await wire::asio::co_spawn(parts.blocking.executor(), make_checkpoint(parts.checkpoints), wire::kAwait);
    if (failed) std::rethrow_exception(failed);
    Response response(made ? http::status::created : http::status::service_unavailable, request.version());
    response.set(http::field::content_type, made ? "application/json" : "text/plain; charset=utf-8");
    response.body() = (made ? JsonWriter().object().key("id").text(*made).end().take() : made.error().message()) + "\n";
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    co_return response;
}

Response answer(const http::request<http::empty_body>& request, const OperationsParts& parts) {
    Response response(http::status::ok, request.version());
    response.set(http::field::content_type, "text/plain; charset=utf-8");
    const std::string_view path = path_of(request);
    if (const std::string_view why = why_refused(request, parts); !why.empty()) {
        response.result(http::status::forbidden);
        response.body() = std::string(why) + "\n";
    } else if (path == kCheckpointPath) {
        response.result(http::status::method_not_allowed);
        response.set(http::field::allow, "POST");
    } else if (request.method() != http::verb::get && request.method() != http::verb::head) {
        response.result(http::status::method_not_allowed);
        response.set(http::field::allow, "GET, HEAD");
    } else if (path == "/metrics") {
        response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
        response.body() = parts.metrics.text();
    } else if (path == "/health/live") {
        response.body() = "live\n";
    } else if (path == "/health/ready") {
        const Readiness now =
            readiness_of(parts.draining, parts.shed_at_ms, parts.ledger, wire::monotonic_ms(wire::Clock::now()));
        response.body() = now.ready()      ? "ready\n"
                          : now.draining   ? "draining\n"
                          : now.overloaded ? "overloaded\n"
                                           : "ledger read-only: " + now.why_read_only + "\n";
        if (!now.ready()) response.result(http::status::service_unavailable);
    } else {
        response.result(http::status::not_found);
        response.body() = "routes: /metrics /health/live /health/ready /ledger/checkpoint\n";
    }
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    if (request.method() == http::verb::head) response.body().clear();
    return response;
}

wire::Awaitable<void> serve_connection(wire::Socket socket, OperationsParts parts) {
    Stream stream(std::move(socket));
    boost::beast::flat_buffer buffer(kMostHeadBytes);
    bool more = true;
    while (more) {
        http::request<http::empty_body> request;
        stream.expires_after(kTimeout);
        auto [read_error, read_bytes] = co_await http::async_read(stream, buffer, request, wire::kAwait);
        if (read_error) co_return;
        const bool checkpoint = request.method() == http::verb::post && path_of(request) == kCheckpointPath &&
                                why_refused(request, parts).empty();
        Response response;
        if (checkpoint) {
            stream.expires_never();  // a tool waits; the work has its own end
            response = co_await answer_checkpoint(request, parts);
        } else {
            response = answer(request, parts);
        }
        stream.expires_after(kTimeout);
        auto [write_error, written] = co_await http::async_write(stream, response, wire::kAwait);
        if (write_error) co_return;
        more = response.keep_alive();
    }
}

}  // namespace

wire::Awaitable<void> serve_operations(wire::Acceptor& acceptor, OperationsParts parts) {
    wire::Timer pause(acceptor.get_executor());
    while (acceptor.is_open()) {
        auto [error, socket] = co_await acceptor.async_accept(wire::kAwait);
        if (error == wire::asio::error::operation_aborted) co_return;
        if (error) {  // no descriptors, most likely
            pause.expires_after(kPause);
            [[maybe_unused]] auto waited = co_await pause.async_wait(wire::kAwait);
            continue;
        }
        wire::asio::co_spawn(acceptor.get_executor(), serve_connection(std::move(socket), parts), wire::asio::detached);
    }
}

}  // namespace tollgate
