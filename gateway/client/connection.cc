#include "gateway/client/connection.h"

#include "gateway/client/authenticate.h"
#include "gateway/client/reply.h"
#include "gateway/exchange/held_request.h"
#include "gateway/life_of_a_request.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::uint32_t kLingerMs = 1000;      // after a refusal, so that the answer is not lost to a reset
constexpr std::size_t kMostKeptBytes = 16384;  // of a buffer, between requests
constexpr std::size_t kLingerBytes = 256 * 1024;

}  // namespace

Connection::Connection(Worker& worker, wire::Socket socket) : worker_(worker), stream_(std::move(socket)) {
    wire::ErrorCode ignored;
    stream_.socket().set_option(wire::Tcp::no_delay(true), ignored);
}

wire::Awaitable<void> Connection::serve(std::shared_ptr<Connection> self) {
    Worker& worker = self->worker_;
    try {
        if (worker.services().tls != nullptr) {
            self->expect_client(worker.config().timeouts.head_timeout_ms);
            const wire::ErrorCode failed = co_await self->stream_.handshake_as_server(*worker.services().tls);
            if (failed) {
                worker.counters().tls_handshakes_failed.add();
                self->close_after = true;
            }
        }
        co_await self->serve_requests();
    } catch (const std::exception& unexpected) {
        std::fprintf(stderr, "tollgate: internal error on a connection: %s\n", unexpected.what());
    }
    self->stream_.close_now();
    worker.leave(*self);
}

wire::Awaitable<void> Connection::serve_requests() {
    while (!close_after && !drain_) {
        const bool complete = co_await read_head();
        if (!complete) co_return;
        begin_request();
        co_await life_of_a_request(*this);
        if (client_gone_ || close_after || !request.keep_alive) break;
        in.shrink_to(kClientBufferBytes);
        if (out.capacity() > kMostKeptBytes) std::string().swap(out);
        request.upstream_body.release_above(kMostKeptBytes);
        meter.release_above(kMostKeptBytes);
    }
    if (reset_on_close) {
        wire::ErrorCode ignored;
        stream_.socket().set_option(wire::asio::socket_base::linger(true, 0), ignored);
    } else if (!client_gone_ || parted_) {
        co_await linger();
    }
}

// Reads until a whole head is in hand and passes; answers refusals itself. False: the connection is over.
wire::Awaitable<bool> Connection::read_head() {
    const auto& config = worker_.config();
    wire::RequestHead& head = worker_.request_head;
    between_requests_ = in.empty();
    expect_client(in.empty() ? config.timeouts.idle_timeout_ms : config.timeouts.head_timeout_ms);
    std::size_t searched = 0;
    while (true) {
        while (in.view().starts_with("\r\n")) {  // RFC 9112 2.2: noise before a request line
            in.consume(2);
            searched = 0;
        }
        const std::size_t end = wire::find_head_end(in.view(), searched);
        if (end != 0 && end <= config.limits.max_head_bytes) {
            const auto refusal =
                wire::parse_request_head(in.view().substr(0, end), config.limits.max_head_fields, head);
            if (refusal.status == 0) co_return true;
            co_await refuse(refusal);
            co_return false;
        }
        if (end != 0 || in.size() >= config.limits.max_head_bytes) {
            const wire::HeadRefusal too_large{431, "the head is too large"};
            co_await refuse(too_large);
            co_return false;
        }
        const auto hopeless = wire::judge_incomplete_head(in.view(), searched);
        if (hopeless.status != 0) {
            co_await refuse(hopeless);
            co_return false;
        }
        searched = in.size();
        char* const to = in.room(1024);
        auto [failed, bytes] = co_await stream_.read_some(to, in.room_size());
        if (!failed) in.produced(bytes);
        if (failed || bytes == 0) {
            const bool partial = !in.empty();
            const wire::HeadRefusal late{timed_out_ ? 408 : 400,
                                         timed_out_ ? "the head did not arrive in time" : "the head is incomplete"};
            if (partial) co_await refuse(late);
            co_return false;
        }
        if (between_requests_) {
            between_requests_ = false;
            expect_client(config.timeouts.head_timeout_ms);
        }
    }
}

void Connection::begin_request() {
    const wire::RequestHead& head = worker_.request_head;
    request.clear();
    timed_out_ = draining_upstream_ = false;
    request.started = wire::Clock::now();
    request.started_ms = wire::unix_ms_now();
    request.set_id(worker_.next_id(request.started_ms));
    request.route = route_of(head.path, request.inbound);
    request.method = head.method;
    request.path = head.path;
    request.query = head.query;
    request.head_only = head.method == "HEAD";
    request.keep_alive = head.keep_alive && !drain_;
    request.minor_version = head.minor_version;
    request.framing = head.framing;
    request.content_length = head.content_length;
    request.expect_continue = head.expect_continue;
    request.idempotency_key = head.field("idempotency-key");
    const auto attribution = [&head](std::string_view name, std::string_view other) {
        std::string_view text = head.field(name);
        if (text.empty()) text = head.field(other);
        return simdjson::validate_utf8(text) ? cut_utf8(text, kAttributionBytes) : std::string_view();
    };
    request.app = attribution("http-referer", "referer");
    request.app_title = attribution("x-title", "x-openrouter-title");
    note_key(head, request);
    in.consume(head.head_bytes);
    request_chunks.reset();
}

wire::Awaitable<void> Connection::refuse(wire::HeadRefusal refusal) {
    worker_.counters().heads_refused.add();
    request.clear();
    request.started = wire::Clock::now();
    request.started_ms = wire::unix_ms_now();
    request.set_id(worker_.next_id(request.started_ms));
    const ErrorKind kind = refusal.status == 431   ? ErrorKind::head_too_large
                           : refusal.status == 408 ? ErrorKind::request_timeout
                                                   : ErrorKind::bad_request;
    Error error{kind, std::string(refusal.reason)};
    close_after = true;
    co_await reply_error(*this, error);
    finish_request(*this);
    co_await linger();
}

// Lets the client read the last answer: closing with unread bytes would reset the connection under it.
wire::Awaitable<void> Connection::linger() {
    expect_client(kLingerMs);
    const wire::ErrorCode failed = co_await stream_.shut_down();
    if (failed) co_return;
    std::size_t seen = 0;
    while (seen < kLingerBytes) {
        in.clear();
        const bool more = co_await read_more(1024);
        if (!more) co_return;
        seen += in.size();
    }
}

void Connection::arm(Waiting waiting, std::uint32_t timeout_ms) {
    waiting_ = waiting;
    // The worker's clock is up to a tick old: a deadline is kept late, never early.
    timed_out_ = false;
    deadline_ = worker_.tick_time() + Worker::kTick + std::chrono::milliseconds(timeout_ms);
}

void Connection::expect_client(std::uint32_t timeout_ms) {
    upstream_ = nullptr;
    arm(Waiting::client, timeout_ms);
}

void Connection::expect_upstream(wire::Stream& upstream, std::uint32_t timeout_ms) {
    upstream_ = &upstream;
    arm(Waiting::upstream, timeout_ms);
    if (draining_upstream_) deadline_ = std::min(deadline_, drain_deadline_);
}

void Connection::expect_connect(std::uint32_t timeout_ms) {
    upstream_ = nullptr;
    arm(Waiting::upstream, timeout_ms);
}

void Connection::expect_nobody() {
    upstream_ = nullptr;
    waiting_ = Waiting::nobody;
    deadline_ = wire::Clock::time_point::max();
    if (draining_upstream_) {
        draining_upstream_ = false;
        worker_.counters().drains_running.subtract();
    }
}

void Connection::check_deadline(wire::Clock::time_point now) {
    if (now < deadline_) return;
    deadline_ = wire::Clock::time_point::max();
    timed_out_ = true;
    if (waiting_ == Waiting::client) stream_.cancel();
    if (waiting_ == Waiting::upstream) {
        abort_upstream();
    }
}

void Connection::check_hold(wire::Clock::time_point now) {
    constexpr auto kLeakedAfter = std::chrono::seconds(60);  // past the deadline: every wait has had its own by then
    if (held_ == nullptr || !held_->taken()) return;
    const auto deadline = request.started + std::chrono::milliseconds(worker_.config().timeouts.request_timeout_ms);
    if (now < deadline) return;
    if (now >= deadline + kLeakedAfter) {
        held_->void_leaked();
        held_ = nullptr;
        client_gone_ = true;  // nothing more may be written: the answer is not billed
        cut();
    } else if (waiting_ != Waiting::nobody && deadline_ != wire::Clock::time_point::max()) {
        deadline_ = now;
        check_deadline(now);
    }
}

void Connection::answer_read(std::size_t bytes) {
    if (!draining_upstream_) return;
    drained_bytes_ += bytes;
    if (drained_bytes_ <= worker_.config().limits.max_drain_bytes) return;
    draining_upstream_ = false;  // abandoned() from here on
    worker_.counters().drains_running.subtract();
    worker_.counters().upstream_aborts.add();
}

void Connection::abort_upstream() {
    if (upstream_ != nullptr) upstream_->cancel();
    connecting.abandon();
}

bool Connection::begin_drain() {
    if (!draining_upstream_) {
        const bool bills_anyway =
            request.generated || (request.endpoint != nullptr && !request.endpoint->provider->abort_stops_billing);
        if (!bills_anyway || upstream_ == nullptr || !worker_.may_drain()) return false;
        draining_upstream_ = true;
        drained_bytes_ = 0;
        worker_.counters().drains_running.add();
    }
    arm(Waiting::upstream, worker_.config().timeouts.drain_timeout_ms);
    drain_deadline_ = deadline_;
    return true;
}

// The client has hung up while its answer is being made: what the provider would bill all the same is read to its end,
// within bounds, else the upstream is aborted.
void Connection::client_left() {
    if (client_gone_) return;
    client_gone_ = true;
    if (cut_) return;  // it was the gateway that ended it
    request.cancelled = true;
    worker_.counters().client_aborts.add();
    if (waiting_ == Waiting::client) stream_.cancel();
    if (waiting_ != Waiting::upstream || draining_upstream_) return;
    if (begin_drain()) return;
    worker_.counters().upstream_aborts.add();
    abort_upstream();
}

void Connection::drain() {
    drain_ = true;
    request.keep_alive = false;
    if (between_requests_ && waiting_ == Waiting::client) stream_.cancel();
}

void Connection::cut() {
    drain_ = cut_ = close_after = true;
    abort_upstream();
    if (waiting_ != Waiting::upstream) stream_.cancel();
}

wire::Awaitable<bool> Connection::read_more(std::size_t room) {
    char* const to = in.room(room);
    auto [error, bytes] = co_await stream_.read_some(to, in.room_size());
    if (error || bytes == 0) co_return false;
    in.produced(bytes);
    co_return true;
}

bool Connection::write_now(std::span<const std::string_view> pieces) {
    if (client_gone_) return true;
    std::size_t total = 0;
    for (const std::string_view piece : pieces) total += piece.size();
    wire::ErrorCode error;
    written_ = stream_.write_now(pieces, error);
    request.bytes_out += total;
    if (error) client_left();
    return client_gone_ || written_ == total;
}

wire::Awaitable<void> Connection::write_rest(std::span<const std::string_view> pieces) {
    wire::Stream* const upstream = upstream_;
    const auto waiting = waiting_;
    expect_client(worker_.config().timeouts.write_timeout_ms);
    const wire::ErrorCode error = co_await stream_.write_rest(pieces, written_);
    upstream_ = upstream;
    waiting_ = waiting;
    if (error) client_left();
}

wire::Awaitable<void> Connection::part_with_client() {
    close_after = true;
    if (client_gone_) co_return;
    wire::Stream* const upstream = upstream_;
    const auto waiting = waiting_;
    expect_client(kLingerMs);
    (void)co_await stream_.shut_down();
    upstream_ = upstream;
    waiting_ = waiting;
    client_gone_ = parted_ = true;
}

}  // namespace tollgate
