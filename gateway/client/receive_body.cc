#include "gateway/client/receive_body.h"

#include "gateway/client/connection.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostDiscardedBytes = 64 * 1024;

Error fail(Connection& connection, ErrorKind kind, std::string message) {
    connection.close_after = true;
    return {kind, std::move(message)};
}

Error too_large(Connection& connection, std::size_t limit) {
    return fail(connection, ErrorKind::request_too_large,
                "the body is larger than " + std::to_string(limit) + " bytes");
}

Error no_memory(Connection& connection) {
    return fail(connection, ErrorKind::overloaded, "too many request bodies are in memory");
}

Error cut_off(Connection& connection) {
    if (connection.timed_out()) return fail(connection, ErrorKind::request_timeout, "the body did not arrive in time");
    return fail(connection, ErrorKind::bad_request, "the body is incomplete");
}

wire::Awaitable<bool> send_continue(Connection& connection) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    const std::array<std::string_view, 1> pieces{kContinue};
    if (!connection.write_now(pieces)) co_await connection.write_rest(pieces);
    connection.request.reply.bytes_out = 0;
    co_return !connection.client_gone();
}

wire::Awaitable<Error> receive_sized(Connection& connection, std::size_t limit) {
    Exchange& request = connection.request;
    if (request.head.content_length > limit) co_return too_large(connection, limit);
    const auto wanted = static_cast<std::size_t>(request.head.content_length);
    if (!connection.worker().reserve_body(request.received, wanted)) co_return no_memory(connection);
    while (connection.in.size() < wanted) {
        const bool more = co_await connection.read_more(wanted - connection.in.size());
        if (!more) co_return cut_off(connection);
    }
    request.received.bytes = wanted;
    co_return Error{};
}

// Decodes in place: payload gathers at the front, raw bytes follow it.
wire::Awaitable<Error> receive_chunked(Connection& connection, std::size_t limit) {
    std::size_t decoded = 0;
    while (true) {
        wire::Buffer& in = connection.in;
        const auto step = connection.request_chunks.decode(in.data() + decoded, in.size() - decoded);
        if (step.state == wire::ChunkDecoder::State::refused) {
            co_return fail(connection, ErrorKind::bad_request, std::string(connection.request_chunks.reason()));
        }
        in.cut(decoded + step.payload, step.consumed - step.payload);
        decoded += step.payload;
        if (decoded > limit) co_return too_large(connection, limit);
        if (!connection.worker().reserve_body(connection.request.received, decoded)) co_return no_memory(connection);
        if (step.state == wire::ChunkDecoder::State::done) break;
        const bool more = co_await connection.read_more(4096);
        if (!more) co_return cut_off(connection);
    }
    connection.request.received.bytes = decoded;
    co_return Error{};
}

wire::Awaitable<Error> receive(Connection& connection, std::size_t limit) {
    const Exchange& request = connection.request;
    if (request.head.framing == wire::Framing::none) co_return Error{};
    connection.expect_client(connection.worker().config().timeouts.body_timeout_ms);
    if (request.head.expect_continue && connection.in.empty() && request.head.content_length <= limit) {
        const bool sent = co_await send_continue(connection);
        if (!sent) co_return fail(connection, ErrorKind::client_closed_request, "the client left");
    }
    Error error;
    if (request.head.framing == wire::Framing::length) {
        error = co_await receive_sized(connection, limit);
    } else {
        error = co_await receive_chunked(connection, limit);
    }
    connection.expect_nobody();
    co_return error;
}

}  // namespace

bool body_in_hand(Connection& connection) {
    Exchange& request = connection.request;
    if (request.head.framing == wire::Framing::none) return true;
    if (request.head.framing != wire::Framing::length || request.head.content_length > connection.in.size())
        return false;
    if (request.head.content_length > connection.worker().config().limits.max_body_bytes) return false;
    request.received.bytes = static_cast<std::size_t>(request.head.content_length);
    return true;
}

wire::Awaitable<Error> receive_body(Connection& connection) {
    const std::size_t limit = connection.worker().config().limits.max_body_bytes;
    return receive(connection, limit);
}

wire::Awaitable<Error> discard_body(Connection& connection) {
    Exchange& request = connection.request;
    const bool awaits_continue = request.head.expect_continue && connection.in.empty();
    if (awaits_continue ||
        (request.head.framing == wire::Framing::length && request.head.content_length > kMostDiscardedBytes)) {
        connection.close_after = request.head.framing != wire::Framing::none;
        co_return Error{};
    }
    Error error = co_await receive(connection, kMostDiscardedBytes);
    if (error.kind() == ErrorKind::request_too_large) error = {};  // the first error stands; the connection closes
    co_return error;
}

}  // namespace tollgate
