#include "gateway/tools/operations_client.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/rate_policy.hpp>
#include <boost/beast/http.hpp>
#include <boost/json.hpp>
#include <charconv>
#include <optional>

#include "gateway/ops/operations_guard.h"
#include "gateway/wire/asio.h"
#include "gateway/wire/web_url.h"

namespace tollgate {
namespace {

namespace http = boost::beast::http;
using Stream = boost::beast::basic_stream<wire::Tcp, wire::Executor, boost::beast::unlimited_rate_policy>;
using Response = http::response<http::string_body>;

constexpr auto kTimeout = std::chrono::seconds(60);
constexpr std::size_t kMostAnswerBytes = 64 << 10;

wire::Awaitable<wire::ErrorCode> exchange(wire::Tcp::endpoint endpoint, const http::request<http::empty_body>& request,
                                          Response& response) {
    Stream stream(co_await wire::asio::this_coro::executor);
    stream.expires_after(kTimeout);
    auto [connect_error] = co_await stream.async_connect(endpoint, wire::kAwait);
    if (connect_error) co_return connect_error;
    auto [write_error, written] = co_await http::async_write(stream, request, wire::kAwait);
    if (write_error) co_return write_error;
    boost::beast::flat_buffer buffer(kMostAnswerBytes);
    auto [read_error, read_bytes] = co_await http::async_read(stream, buffer, response, wire::kAwait);
    co_return read_error;
}

std::optional<wire::Tcp::endpoint> endpoint_of(const std::string& ops_url) {
    const auto url = wire::parse_web_url(ops_url);
    if (!url || url->tls || !url->path.empty()) return std::nullopt;
    wire::ErrorCode error;
    const auto address = wire::asio::ip::make_address(url->host == "localhost" ? "127.0.0.1" : url->host, error);
    if (error) return std::nullopt;
    return wire::Tcp::endpoint(address, static_cast<std::uint16_t>(std::stoi(url->port)));
}

std::string host_field(const wire::Tcp::endpoint& endpoint) {
    const std::string address = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

}  // namespace

Result<std::string> request_checkpoint(const std::string& ops_url) {
    const auto endpoint = endpoint_of(ops_url);
    if (!endpoint) {
        return failure(StatusCode::invalid, "operations URL " + ops_url + ": must be http://ADDRESS:PORT");
    }
    http::request<http::empty_body> request(http::verb::post, "/ledger/checkpoint", 11);
    request.set(http::field::host, host_field(*endpoint));
    request.set(kOperationField, "checkpoint");
    request.set(http::field::connection, "close");
    request.prepare_payload();
    Response response;
    wire::ErrorCode error;
    wire::asio::io_context io(1);
    wire::asio::co_spawn(
        io, [&]() -> wire::Awaitable<void> { error = co_await exchange(*endpoint, request, response); },
        wire::asio::detached);
    io.run();
    const std::string where = "POST " + ops_url + "/ledger/checkpoint";
    if (error) return failure(StatusCode::io, where + ": " + error.message());
    if (response.result() != http::status::created) {
        std::string said = response.body();
        while (said.ends_with('\n')) said.pop_back();
        return failure(StatusCode::io, where + ": " + std::to_string(response.result_int()) + " " + said);
    }
    const auto body = boost::json::parse(response.body(), error);
    const auto* id = error || !body.is_object() ? nullptr : body.as_object().if_contains("id");
    if (id == nullptr || !id->is_string()) return failure(StatusCode::io, where + ": the answer has no id");
    return std::string(id->as_string());
}

}  // namespace tollgate
