#include "gateway/upstream/dispatch.h"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <span>
#include <utility>

#include "gateway/client/connection.h"
#include "gateway/exchange/token_usage.h"
#include "gateway/upstream/response_head.h"
#include "gateway/upstream/silence.h"
#include "gateway/upstream/upload.h"
#include "gateway/upstream/write_request.h"
#include "gateway/wire/websocket_handshake.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

static_assert(1 + UpstreamBody::kMostPieces <= wire::kMaxGather);

// Views that stay valid as long as the connection carries the request. They are kept there, not in the frame of the
// coroutine, which stays within wire::FrameMemory::kMostBytes.
std::span<const std::string_view> gather(UpstreamConnection& upstream, const UpstreamBody& body) {
    std::size_t count = 0;
    upstream.pieces[count++] = upstream.out;
    for (const std::string_view piece : body.pieces()) upstream.pieces[count++] = piece;
    return std::span(upstream.pieces).first(count);
}

// How the head of an answer is waited for: the client of a stream is shown signs of life.
Silence silence_of(Connection& connection) {
    const TimeoutsConfig& timeouts = connection.worker().config().timeouts;
    const bool shown = connection.request.ask.body.stream && connection.request.ask.api != ApiType::embeddings;
    return {timeouts.first_byte_timeout_ms, shown ? timeouts.keep_alive_comment_ms : 0,
            connection.worker().tick_time()};
}

// A request of this size fits into a socket's buffer, so that writing it does not wait for the upstream.
constexpr std::size_t kMostWrittenBeforeReading = 64 * 1024;
constexpr int kStreamStatus = 200;  // of a reply that begins before its answer

wire::Awaitable<Outcome<std::unique_ptr<UpstreamConnection>>> connect_afresh(Connection& connection,
                                                                             UpstreamPool& pool) {
    Exchange& request = connection.request;
    connection.expect_connect(connection.worker().config().timeouts.connect_timeout_ms);
    connection.connecting = {};
    const auto began = wire::Clock::now();
    auto made = co_await pool.connect(connection.connecting);
    request.attempt.connecting_us += wire::us_between(began, wire::Clock::now());
    if (made) co_return std::move(*made);
    if (connection.stopped() || connection.client_gone())
        co_return std::unexpected(upstream_failure(connection, {}, {}));
    if (!connection.timed_out()) co_return std::unexpected(made.error());
    co_return problem(ErrorKind::upstream_timeout,
                      "provider " + pool.provider().name + " could not be connected to in time");
}

// Why there is no answer. `written`: all of the request has been given to the upstream's socket.
Error give_up(Connection& connection, UpstreamAnswer& answer, const HeadReader& reader, const wire::ErrorCode& failed,
              bool written) {
    Error error = failed ? upstream_failure(connection, answer.pool->provider().name, failed) : reader.error;
    const bool again = !reader.answered && error.kind() == ErrorKind::upstream_reset;
    if (again && surely_not_taken(*answer.connection, failed, written)) error.set_retry(Retry::fresh_connection);
    connection.expect_nobody();
    answer.pool->discard(std::move(answer.connection));
    return error;
}

// Sends the request on the answer's connection and reads the head. The frame of this coroutine must stay small enough
// to be recycled, so what only new connections need is in another.
wire::Awaitable<Outcome<UpstreamAnswer>> exchange_heads(Connection& connection, const Credential& credential,
                                                        UpstreamAnswer answer) {
    Exchange& request = connection.request;
    if (connection.abandoned() || connection.is_outrun()) {
        answer.pool->discard(std::move(answer.connection));
        co_return std::unexpected(upstream_failure(connection, {}, {}));
    }
    UpstreamConnection& upstream = *answer.connection;
    const TimeoutsConfig& timeouts = connection.worker().config().timeouts;
    build_body(request, connection.in.view().substr(0, request.received.bytes),
               wire::monotonic_ms(connection.worker().tick_time()), request.upstream_body);
    if (request.ask.api == ApiType::realtime) {
        request.attempt.websocket_key = std::make_shared<const std::string>(wire::new_websocket_key());
    }
    if (Error error = write_request_head(request, request.upstream_body, credential, upstream.out)) {
        answer.pool->discard(std::move(answer.connection));
        co_return std::unexpected(std::move(error));
    }
    connection.expect_upstream(upstream.stream, timeouts.first_byte_timeout_ms);
    const auto outgoing = gather(upstream, request.upstream_body);
    wire::ErrorCode failed;
    Silence silence = silence_of(connection);
    std::unique_ptr<Upload> upload;
    const std::size_t size = wire::size_of(outgoing);
    std::size_t taken = upstream.stream.write_now(outgoing, failed);
    if (!failed && taken < size && size <= kMostWrittenBeforeReading) {
        failed = co_await upstream.stream.write_rest(outgoing, taken);
        if (!failed) taken = size;
    } else if (!failed && taken < size) {
        upload = std::make_unique<Upload>(connection, upstream.stream, outgoing, taken,
                                          silence.next_wait_ms(connection.worker().tick_time()));
    }
    request.attempt.sent_upstream = wire::Clock::now();

    HeadReader reader;
    while (!failed && reader.step == HeadStep::more) {
        if (connection.abandoned() || connection.is_outrun()) {
            failed = wire::asio::error::operation_aborted;
            break;
        }
        const bool uploads = upload != nullptr && upload->running();
        connection.expect_upstream(upstream.stream, uploads ? timeouts.first_byte_timeout_ms
                                                            : silence.next_wait_ms(connection.worker().tick_time()));
        char* const to = upstream.in.room(kHeadRoomBytes);
        auto [error, bytes] = co_await upstream.stream.read_some(to, upstream.in.room_size());
        const bool nothing_came = error && connection.timed_out() && !connection.late();
        const bool sent = upload == nullptr || !upload->running();
        if (uploads) silence.heard(connection.worker().tick_time());  // it was no silence, but work
        if (nothing_came && !connection.client_gone() && sent && silence.goes_on(connection.worker().tick_time())) {
            connection.events.begin(connection, kStreamStatus);
            co_await connection.events.show_life(connection);
            silence.shown(connection.worker().tick_time());
            continue;
        }
        failed = error;
        if (!failed) take_heads(connection.worker(), bytes, request.attempt, request.ask.api, answer, reader);
    }
    if (upload != nullptr) {
        // An answer that comes before the request was read ends the upload, and the connection with it.
        if (upload->running()) answer.keep_alive = false;
        upload->stop();
        co_await upload->wait();
        if (upload->complete()) taken = size;
    }
    if (reader.step == HeadStep::done) co_return answer;
    co_return std::unexpected(give_up(connection, answer, reader, failed, taken == size));
}

wire::Awaitable<Outcome<UpstreamAnswer>> exchange_on_new(Connection& connection, const Credential& credential,
                                                         UpstreamAnswer answer) {
    auto made = co_await connect_afresh(connection, *answer.pool);
    if (!made) co_return std::unexpected(made.error());
    answer.connection = std::move(*made);
    co_return co_await exchange_heads(connection, credential, std::move(answer));
}

}  // namespace

// A POST is not idempotent (RFC 9110 9.2.2). Only what a reused connection is known for counts, that its provider
// closed it while the request was on its way. Then the end of the stream comes first, and some of the request stays
// unacknowledged. After a reset it is not known what was taken.
bool surely_not_taken(UpstreamConnection& upstream, const wire::ErrorCode& failed, bool written) {
    if (!upstream.reused) return false;
    if (!written) return true;
    return failed == wire::asio::error::eof && !upstream.stream.peer_has_all();
}

Error upstream_failure(Connection& connection, const std::string& provider, const wire::ErrorCode& error) {
    if (connection.stopped())
        return {ErrorKind::shutting_down, "the gateway was stopped before the answer was complete"};
    if (connection.client_gone()) return {ErrorKind::client_closed_request, "the client left"};
    if (connection.timed_out()) {
        return {ErrorKind::upstream_timeout, "provider " + provider + " did not answer in time"};
    }
    const std::string what =
        error == wire::asio::error::eof ? "closed the connection" : "broke the connection: " + error.message();
    return {ErrorKind::upstream_reset, "provider " + provider + " " + what};
}

wire::Awaitable<Outcome<UpstreamAnswer>> dispatch(Connection& connection, const Credential& credential,
                                                  Connect connect) {
    Worker& worker = connection.worker();
    UpstreamAnswer answer;
    answer.pool = &worker.pool(*connection.request.attempt.endpoint);
    if (connect == Connect::reuse) answer.connection = answer.pool->take_idle(worker.tick_time());
    if (answer.connection == nullptr) return exchange_on_new(connection, credential, std::move(answer));
    return exchange_heads(connection, credential, std::move(answer));
}

}  // namespace tollgate
