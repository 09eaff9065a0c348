#include "gateway/client/receive_body.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "gateway/client/connection.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostDiscardedBytes = 64 * 1024;
constexpr std::size_t kLeastRoom = 64 * 1024;  // for a read of a body
constexpr std::size_t kMostBytesOfAnybody = 16 * 1024;

Error fail(Connection& connection, ErrorKind kind, std::string message) {
    connection.leave_body();
    return {kind, std::move(message)};
}

Error too_large(Connection& connection, std::size_t limit) {
    return fail(connection, ErrorKind::request_too_large,
                "the body is larger than " + std::to_string(limit) + " bytes");
}

Error no_memory(Connection& connection) {
    const MemoryBudget& budget = *connection.worker().services().bodies;
    const bool for_all = budget.used() > budget.limit() / 4 * 3;  // not only for its organization
    if (for_all) connection.worker().note_shedding();
    return fail(connection, ErrorKind::overloaded, "too many request bodies are in memory");
}

Error too_slow(Connection& connection) {
    return fail(connection, ErrorKind::request_timeout, "the body did not arrive in time");
}

Error cut_off(Connection& connection) {
    if (connection.timed_out()) return too_slow(connection);
    return fail(connection, ErrorKind::bad_request, "the body is incomplete");
}

wire::Awaitable<bool> send_continue(Connection& connection) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    const std::array<std::string_view, 1> pieces{kContinue};
    if (!connection.write_now(pieces)) co_await connection.write_rest(pieces);
    connection.request.reply.bytes_out = 0;
    co_return !connection.client_gone();
}

// How long a body may take. Each read that brings something renews the time for the next, not that for the whole.
class BodyTime {
  public:
    explicit BodyTime(Connection& connection)
        : connection_(connection),
          timeouts_(connection.worker().config().timeouts),
          whole_(connection.worker().tick_time() + std::chrono::milliseconds(timeouts_.whole_body_timeout_ms)) {}
    // False: the whole has taken too long.
    bool await_more() {
        if (connection_.worker().tick_time() > whole_) return false;
        connection_.expect_client(timeouts_.body_timeout_ms);
        return true;
    }

  private:
    Connection& connection_;
    const TimeoutsConfig& timeouts_;
    const wire::Clock::time_point whole_;
};

wire::Awaitable<Error> receive_sized(Connection& connection, std::size_t limit) {
    Exchange& request = connection.request;
    if (request.head.content_length > limit) co_return too_large(connection, limit);
    const auto wanted = static_cast<std::size_t>(request.head.content_length);
    BodyTime time(connection);
    while (connection.in.size() < wanted) {
        if (!reserve_body(connection, connection.in.size())) co_return no_memory(connection);
        if (!time.await_more()) co_return too_slow(connection);
        const std::size_t room = std::min(wanted - connection.in.size(), std::max(kLeastRoom, connection.in.size()));
        const bool more = co_await connection.read_more(room);
        if (!more) co_return cut_off(connection);
    }
    request.received.bytes = wanted;
    co_return Error{};
}

// Decodes in place: payload gathers at the front, raw bytes follow it.
wire::Awaitable<Error> receive_chunked(Connection& connection, std::size_t limit) {
    std::size_t decoded = 0;
    BodyTime time(connection);
    while (true) {
        wire::Buffer& in = connection.in;
        const auto step = connection.request_chunks.decode(in.data() + decoded, in.size() - decoded);
        if (step.state == wire::ChunkDecoder::State::refused) {
            co_return fail(connection, ErrorKind::bad_request, std::string(connection.request_chunks.reason()));
        }
        in.cut(decoded + step.payload, step.consumed - step.payload);
        decoded += step.payload;
        if (decoded > limit) co_return too_large(connection, limit);
        if (!reserve_body(connection, decoded)) co_return no_memory(connection);
        if (step.state == wire::ChunkDecoder::State::done) break;
        if (!time.await_more()) co_return too_slow(connection);
        const bool more = co_await connection.read_more(4096);
        if (!more) co_return cut_off(connection);
    }
    connection.request.received.bytes = decoded;
    co_return Error{};
}

// The operator's calls are not counted against anybody.
std::optional<ArrivingBodies::Place> take_place(Connection& connection) {
    if (connection.request.principal.kind == KeyKind::root) return ArrivingBodies::Place();
    Worker& worker = connection.worker();
    const std::uint64_t all = worker.most_connections(), running = worker.counters().requests_running.get();
    return worker.arriving_bodies.take(connection.request.principal.organization, all > running ? all - running : 0,
                                       all);
}

wire::Awaitable<Error> receive(Connection& connection, std::size_t limit) {
    const Exchange& request = connection.request;
    if (request.head.framing == wire::Framing::none) co_return Error{};
    const auto place = take_place(connection);
    if (!place) co_return fail(connection, ErrorKind::overloaded, "too many request bodies are still coming");
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

bool reserve_body(Connection& connection, std::size_t bytes) {
    Exchange& request = connection.request;
    MemoryBudget& budget = *connection.worker().services().bodies;
    return budget.grow_to(request.principal.organization, request.received.reserved_bytes, bytes);
}

std::size_t most_body_bytes(Connection& connection) {
    const std::size_t most = connection.worker().config().limits.max_body_bytes;
    const Operation* const operation = connection.request.head.operation;
    const bool anybody = operation != nullptr && operation->guard.lets_anybody();
    return anybody ? std::min(most, kMostBytesOfAnybody) : most;
}

bool body_in_hand(Connection& connection) {
    Exchange& request = connection.request;
    if (request.head.framing == wire::Framing::none) return true;
    if (request.head.framing != wire::Framing::length || request.head.content_length > connection.in.size())
        return false;
    if (request.head.content_length > most_body_bytes(connection)) return false;
    request.received.bytes = static_cast<std::size_t>(request.head.content_length);
    return true;
}

wire::Awaitable<Error> receive_body(Connection& connection) { return receive(connection, most_body_bytes(connection)); }

void release_body(Connection& connection) {
    Exchange& request = connection.request;
    connection.worker().services().bodies->give_back(request.principal.organization, request.received.reserved_bytes);
}

wire::Awaitable<Error> discard_body(Connection& connection) {
    Exchange& request = connection.request;
    const bool awaits_continue = request.head.expect_continue && connection.in.empty();
    if (awaits_continue ||
        (request.head.framing == wire::Framing::length && request.head.content_length > kMostDiscardedBytes)) {
        if (request.head.framing != wire::Framing::none) connection.leave_body();
        co_return Error{};
    }
    Error error = co_await receive(connection, kMostDiscardedBytes);
    if (error.kind() == ErrorKind::request_too_large) error = {};  // the first error stands; the connection closes
    co_return error;
}

}  // namespace tollgate
