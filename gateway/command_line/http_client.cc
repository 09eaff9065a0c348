#include "gateway/command_line/http_client.h"

#include <openssl/ssl.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/rate_policy.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <optional>

#include "gateway/wire/asio.h"
#include "gateway/wire/web_url.h"

namespace tollgate {
namespace {

namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;
using Plain = boost::beast::basic_stream<wire::Tcp, wire::Executor, boost::beast::unlimited_rate_policy>;
using Secure = ssl::stream<Plain>;
using Resolver = boost::asio::ip::basic_resolver<wire::Tcp, wire::Executor>;
using Request = http::request<http::string_body>;
using Outcome = std::expected<GatewayReply, NoReply>;

constexpr auto kTimeout = std::chrono::seconds(kAnswerTimeoutS);
constexpr std::size_t kReadBytes = 64 << 10;
constexpr std::string_view kEvents = "text/event-stream";

std::unexpected<NoReply> no_reply(const std::string& doing, const wire::ErrorCode& error, bool was_sent) {
    return std::unexpected(NoReply{doing + ": " + error.message(), was_sent});
}

Request request_of(const GatewayCall& call, const GatewayUrl& url) {
    Request request;
    request.version(11);
    request.method_string(call.method);
    request.target(url.prefix + call.target);
    const bool is_address = url.host.find(':') != std::string::npos;
    const std::string host = is_address ? "[" + url.host + "]" : url.host;
    request.set(http::field::host, host + ":" + url.port);
    request.set(http::field::user_agent, "tollgate/" TOLLGATE_VERSION);
    request.set(http::field::connection, "close");
    for (const auto& [name, value] : call.headers) request.set(name, value);
    if (!call.body.empty()) request.set(http::field::content_type, "application/json");
    request.body() = call.body;
    request.prepare_payload();
    return request;
}

// Sends the request and reads its answer. `lowest` has the timeouts.
template <class Stream>
wire::Awaitable<Outcome> exchange(Stream& stream, Plain& lowest, const Request& request,
                                  const std::function<void(std::string_view)>& on_events) {
    lowest.expires_after(kTimeout);
    if (auto [error, bytes] = co_await http::async_write(stream, request, wire::kAwait); error) {
        co_return no_reply("sending the request", error, true);
    }
    boost::beast::flat_buffer buffer(kReadBytes);
    http::response_parser<http::string_body> parser;
    parser.body_limit(kMostAnswerBytes);
    lowest.expires_after(kTimeout);
    if (auto [error, bytes] = co_await http::async_read_header(stream, buffer, parser, wire::kAwait); error) {
        co_return no_reply("waiting for the answer", error, true);
    }
    const std::string type(parser.get()[http::field::content_type]);
    const bool is_events = type.starts_with(kEvents);
    if (is_events) parser.body_limit(boost::none);
    while (!parser.is_done()) {
        lowest.expires_after(kTimeout);
        auto [error, bytes] = co_await http::async_read_some(stream, buffer, parser, wire::kAwait);
        if (error && !parser.is_done()) co_return no_reply("reading the answer", error, true);
        if (!is_events) continue;
        on_events(parser.get().body());
        parser.get().body().clear();
    }
    GatewayReply reply{.status = static_cast<int>(parser.get().result_int()), .content_type = type};
    reply.next_cursor = std::string(parser.get()["x-next-cursor"]);
    reply.body = std::move(parser.get().body());
    co_return reply;
}

wire::Awaitable<Outcome> over_tls(Plain plain, ssl::context& context, const GatewayUrl& url, const Request& request,
                                  const std::function<void(std::string_view)>& on_events) {
    Secure stream(std::move(plain), context);
    Plain& lowest = stream.next_layer();
    SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str());
    stream.set_verify_callback(ssl::host_name_verification(url.host));
    lowest.expires_after(kTimeout);
    if (auto [error] = co_await stream.async_handshake(ssl::stream_base::client, wire::kAwait); error) {
        co_return no_reply("TLS with " + url.text, error, false);
    }
    co_return co_await exchange(stream, lowest, request, on_events);
}

wire::Awaitable<Outcome> talk(const GatewayUrl& url, ssl::context& context, const Request& request,
                              const std::function<void(std::string_view)>& on_events) {
    const auto executor = co_await wire::asio::this_coro::executor;
    Resolver resolver(executor);
    auto [unknown, endpoints] = co_await resolver.async_resolve(url.host, url.port, wire::kAwait);
    if (unknown) co_return no_reply("looking up " + url.host, unknown, false);
    Plain plain(executor);
    plain.expires_after(kTimeout);
    auto [refused, endpoint] = co_await plain.async_connect(endpoints, wire::kAwait);
    if (refused) co_return no_reply("connecting to " + url.text, refused, false);
    if (url.is_secure) co_return co_await over_tls(std::move(plain), context, url, request, on_events);
    co_return co_await exchange(plain, plain, request, on_events);
}

}  // namespace

Result<GatewayUrl> parse_gateway_url(std::string_view text) {
    auto parsed = wire::parse_web_url(text);
    if (!parsed) {
        return failure(StatusCode::invalid,
                       "the gateway's URL " + std::string(text) + " must be http://HOST[:PORT] or https://…");
    }
    GatewayUrl url{.is_secure = parsed->tls,
                   .host = std::move(parsed->host),
                   .port = std::move(parsed->port),
                   .prefix = std::move(parsed->path),
                   .text = {}};
    url.text = std::string(text);
    while (url.text.ends_with('/')) url.text.pop_back();
    return url;
}

std::expected<GatewayReply, NoReply> HttpClient::send(const GatewayCall& call,
                                                      const std::function<void(std::string_view)>& on_events) const {
    ssl::context context(ssl::context::tls_client);
    context.set_verify_mode(ssl::verify_peer);
    if (url_.is_secure) {
        wire::ErrorCode error;
        if (ca_file_.empty()) {
            context.set_default_verify_paths(error);
        } else {
            context.load_verify_file(ca_file_, error);
        }
        if (error) return no_reply("reading certificates" + (ca_file_.empty() ? "" : " of " + ca_file_), error, false);
    }
    const Request request = request_of(call, url_);
    std::optional<Outcome> outcome;
    wire::asio::io_context io(1);
    wire::asio::co_spawn(
        io, [&]() -> wire::Awaitable<void> { outcome = co_await talk(url_, context, request, on_events); },
        wire::asio::detached);
    io.run();
    return std::move(*outcome);
}

}  // namespace tollgate
