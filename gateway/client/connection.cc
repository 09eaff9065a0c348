#include "gateway/client/connection.h"

#include <optional>

#include "gateway/client/authenticate.h"
#include "gateway/client/cache_fields.h"
#include "gateway/client/client_address.h"
#include "gateway/client/cors.h"
#include "gateway/client/forwarded_headers.h"
#include "gateway/client/git_fields.h"
#include "gateway/client/page_fields.h"
#include "gateway/client/reply.h"
#include "gateway/client/routing_fields.h"
#include "gateway/client/tag_fields.h"
#include "gateway/client/websocket_fields.h"
#include "gateway/exchange/abandoned.h"
#include "gateway/exchange/held_request.h"
#include "gateway/life_of_a_request.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostKeptBytes = 16384;  // of a buffer, between requests

// What a client may still send after its last answer: closing on unread bytes would reset the connection, and the
// answer would be lost.
struct LingerLimits {
    std::uint32_t silence_ms, whole_ms;
    std::size_t bytes;
};
constexpr LingerLimits kLinger{.silence_ms = 1000, .whole_ms = 1000, .bytes = std::size_t{256} << 10};
// Where a body is being sent that is not wanted: as nginx waits.
constexpr LingerLimits kLingerForBody{.silence_ms = 5000, .whole_ms = 30000, .bytes = std::size_t{256} << 20};
constexpr std::size_t kLingerRoom = std::size_t{64} << 10;
constexpr std::uint64_t kMostLingering = 1024;  // for bodies, of a worker

}  // namespace

Connection::Connection(Worker& worker, wire::Socket socket) : worker_(worker), stream_(std::move(socket)) {
    wire::ErrorCode ignored;
    stream_.socket().set_option(wire::Tcp::no_delay(true), ignored);
}

wire::Awaitable<void> Connection::serve(std::shared_ptr<Connection> self) {
    Worker& worker = self->worker_;
    try {
        if (worker.tls() != nullptr) {
            self->expect_client(worker.config().timeouts.head_timeout_ms);
            const wire::ErrorCode failed = co_await self->stream_.handshake_as_server(*worker.tls());
            if (failed) {
                worker.counters().tls_handshakes_failed.add();
                self->close_after = true;
            }
        }
        co_await self->serve_requests();
    } catch (const std::exception& unexpected) {
        worker.logger().error("internal error on a connection", {{"what", unexpected.what()}});
    }
    self->stream_.close_now();
    worker.leave(*self);
}

wire::Awaitable<void> Connection::serve_requests() {
    while (!close_after && !watch_.shutting_down()) {
        const bool complete = co_await read_head();
        if (!complete) co_return;
        between_requests_ = false;
        begin_request();
        co_await life_of_a_request(*this);
        between_requests_ = true;
        request.let_go_of_own_keys();
        if (client_gone() || close_after || !request.head.keep_alive) break;
        in.shrink_to(kClientBufferBytes);
        if (out.capacity() > kMostKeptBytes) std::string().swap(out);
        request.upstream_body.release_above(kMostKeptBytes);
        meter.release_above(kMostKeptBytes);
    }
    if (reset_on_close) {
        wire::ErrorCode ignored;
        stream_.socket().set_option(wire::asio::socket_base::linger(true, 0), ignored);
    } else if (!client_gone() || watch_.state() == Watch::State::parted) {
        co_await linger();
    }
}

// Reads until a whole head is in hand and passes; answers refusals itself. False: the connection is over.
wire::Awaitable<bool> Connection::read_head() {
    const auto& config = worker_.config();
    wire::RequestHead& head = worker_.request_head;
    if (in.empty()) watch_.begin_idle();
    const bool kept_alive = in.empty() && served_before_;
    expect_client(kept_alive ? config.timeouts.idle_timeout_ms : config.timeouts.head_timeout_ms);
    idle_since_ = worker_.tick_time();
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
            const wire::HeadRefusal late{timed_out() ? 408 : 400,
                                         timed_out() ? "the head did not arrive in time" : "the head is incomplete"};
            if (partial) co_await refuse(late);
            co_return false;
        }
        if (watch_.state() == Watch::State::idle) {
            watch_.begin_request();
            expect_client(config.timeouts.head_timeout_ms);
        }
    }
}

void Connection::begin_exchange() {
    const std::int64_t unix_ms = wire::unix_ms_now();
    request.begin(worker_.next_id(unix_ms), wire::Clock::now(), unix_ms);
    events.reset();
}

void Connection::begin_request() {
    const wire::RequestHead& from = worker_.request_head;
    begin_exchange();
    served_before_ = true;
    watch_.begin_request();
    Head& head = request.head;
    head.route = &find_route(from.path);
    head.operation = head.route->find(from.method);
    head.inbound = &inbound_of(from.path);
    head.method = from.method;
    head.path = from.path;
    head.query = from.query;
    head.head_only = from.method == "HEAD";
    head.keep_alive = from.keep_alive && !watch_.shutting_down();
    head.minor_version = from.minor_version;
    head.framing = from.framing;
    head.content_length = from.content_length;
    head.expect_continue = from.expect_continue;
    if (from.framing != wire::Framing::none) head.body_coding = wire::content_coding(from.field("content-encoding"));
    if (!worker_.config().cors_allowed_origins.empty()) {
        head.cors_fields = cors_fields(worker_.config().cors_allowed_origins,
                                       {.origin = from.field("origin"),
                                        .method = from.method,
                                        .path = from.path,
                                        .requested_method = from.field("access-control-request-method"),
                                        .requested_fields = from.field("access-control-request-headers")},
                                       *head.route);
    }
    if (head.operation != nullptr && !head.calls_model()) {
        wire::ErrorCode unknown;
        const auto endpoint = stream().socket().remote_endpoint(unknown);
        if (!unknown) head.address = client_address(endpoint.address(), from, worker_.services().trusted_proxies);
    }
    if (head.operation != nullptr) {
        head.page = page_fields(from, *head.operation, worker_.config().accounts.public_origin);
        if (head.operation->contract.file) {
            head.accept_encoding = from.field("accept-encoding");
            head.if_none_match = from.field("if-none-match");
        }
    }
    head.idempotency_key = from.field("idempotency-key");
    if (from.method != "GET" && !head.calls_model()) head.if_match = from.field("if-match");
    head.organization = from.field("x-org-id");
    head.git = git_fields(from);
    append_tag_fields(from, head.tags);
    if (head.calls_model()) {
        if (passes_through(head.operation->contract.api)) {
            head.content_type = from.field("content-type");
            head.upgrade = websocket_fields(from);
        } else {
            head.cache = cache_fields(from);
        }
    }
    append_forwarded(from, worker_.config().forward_headers, head.forwarded);
    if (head.calls_model() && head.operation->contract.api == ApiType::messages) {
        static const std::vector<std::string> kVersion = {"anthropic-version"};
        append_forwarded(from, kVersion, head.api_version);
    }
    const auto attribution = [&from](std::string_view name, std::string_view other) {
        std::string_view text = from.field(name);
        if (text.empty()) text = from.field(other);
        return simdjson::validate_utf8(text) ? cut_utf8(text, kAttributionBytes) : std::string_view();
    };
    head.app = attribution("http-referer", "referer");
    head.app_title = attribution("x-title", "x-openrouter-title");
    if (head.calls_model()) note_routing_fields(from, head);
    note_key(from, presented_key_, head);
    in.consume(from.head_bytes);
    request_chunks.reset();
}

wire::Awaitable<void> Connection::refuse(wire::HeadRefusal refusal) {
    worker_.counters().heads_refused.add();
    begin_exchange();
    const ErrorKind kind = refusal.status == 431   ? ErrorKind::head_too_large
                           : refusal.status == 408 ? ErrorKind::request_timeout
                                                   : ErrorKind::bad_request;
    Error error{kind, std::string(refusal.reason)};
    close_after = true;
    request.head.head_only = in.view().starts_with("HEAD ");
    co_await reply_error(*this, error);
    finish_request(*this);
    co_await linger();
}

// Lets the client read the last answer.
wire::Awaitable<void> Connection::linger() {
    Counter& running = worker_.counters().lingering;
    const bool for_body = body_left_ && running.get() < kMostLingering;
    const LingerLimits& limits = for_body ? kLingerForBody : kLinger;
    expect_client(limits.silence_ms);
    const wire::ErrorCode failed = co_await stream_.shut_down();
    if (failed) co_return;
    std::optional<Counted> lingering;
    if (for_body) lingering.emplace(running);
    const auto until = worker_.tick_time() + std::chrono::milliseconds(limits.whole_ms);
    std::size_t seen = 0;
    while (seen < limits.bytes && worker_.tick_time() <= until) {
        in.clear();
        expect_client(limits.silence_ms);
        const bool more = co_await read_more(for_body ? kLingerRoom : kClientBufferBytes);
        if (!more) co_return;
        seen += in.size();
    }
}

// The worker's clock is up to a tick old: a deadline is kept late, never early.
wire::Clock::time_point Connection::after(std::uint32_t timeout_ms) const {
    return worker_.tick_time() + Worker::kTick + std::chrono::milliseconds(timeout_ms);
}

void Connection::expect_client(std::uint32_t timeout_ms) {
    upstream_ = nullptr;
    watch_.expect(Watch::Awaited::client, after(timeout_ms));
}

void Connection::expect_upstream(wire::Stream& upstream, std::uint32_t timeout_ms) {
    upstream_ = &upstream;
    upstream_timeout_ms_ = timeout_ms;
    watch_.expect(Watch::Awaited::upstream, after(timeout_ms));
}

void Connection::upstream_progressed() {
    if (upstream_ != nullptr && !timed_out()) watch_.expect(Watch::Awaited::upstream, after(upstream_timeout_ms_));
}

void Connection::expect_connect(std::uint32_t timeout_ms) {
    upstream_ = nullptr;
    watch_.expect(Watch::Awaited::upstream, after(timeout_ms));
}

void Connection::expect_news(std::uint32_t timeout_ms) {
    upstream_ = nullptr;
    watch_.expect(Watch::Awaited::upstream, after(timeout_ms));
}

void Connection::expect_nobody() {
    upstream_ = nullptr;
    watch_.expect_nobody();
    count_read_on();
}

void Connection::count_read_on() {
    if (counted_read_on_ == watch_.reads_on()) return;
    counted_read_on_ = watch_.reads_on();
    Counter& running = worker_.counters().drains_running;
    counted_read_on_ ? running.add() : running.subtract();
}

void Connection::act(const Watch::Actions& actions) {
    if (actions.cancel_client) stream_.cancel();
    if (!actions.cancel_upstream) return;
    if (upstream_ != nullptr) upstream_->cancel();
    connecting.abandon();
    if (beside_ != nullptr) beside_->upstream_cancelled();
}

void Connection::outrun() {
    outrun_ = true;
    if (upstream_ != nullptr) upstream_->cancel();
    connecting.abandon();
}

void Connection::tick(wire::Clock::time_point now) {
    act(watch_.tick(now));
    check_hold(now);
    if (beside_ != nullptr) beside_->tick(now);
}

void Connection::check_hold(wire::Clock::time_point now) {
    constexpr auto kLeakedAfter = std::chrono::seconds(60);  // past the deadline: every wait has had its own by then
    if (held_ == nullptr || !held_->taken()) return;
    const auto deadline =
        request.head.started + std::chrono::milliseconds(worker_.config().timeouts.request_timeout_ms);
    if (now < deadline) return;
    if (now < deadline + kLeakedAfter) return act(watch_.expire(now));
    held_->void_leaked();
    held_ = nullptr;
    close_after = true;
    act(watch_.stop_silently());  // the answer is not billed
    count_read_on();
}

void Connection::answer_read(std::size_t bytes) {
    if (!watch_.took_answer(bytes)) return;
    count_read_on();
    worker_.counters().upstream_aborts.add();
}

bool Connection::may_read_on() const { return upstream_ != nullptr && worker_.may_drain(); }

Watch::ReadOnLimits Connection::read_on_limits(ReadOn how) const {
    const auto& config = worker_.config();
    if (how == ReadOn::a_little) {
        return {.most_bytes = kLittleBytes, .longest = Worker::kTick + std::chrono::milliseconds(kLittleMs)};
    }
    return {.most_bytes = config.limits.max_drain_bytes,
            .longest = Worker::kTick + std::chrono::milliseconds(config.timeouts.drain_timeout_ms)};
}

bool Connection::begin_read_on() {
    if (!watch_.reads_on() && !(request.attempt.bills_when_aborted() && may_read_on())) return false;
    watch_.begin_read_on(read_on_limits(ReadOn::to_its_end), worker_.tick_time());
    count_read_on();
    return watch_.reads_on();
}

// The client has hung up while its answer is being made: what the provider would bill all the same is read to its end,
// within bounds, else the upstream is aborted.
void Connection::client_left() {
    if (client_gone()) return;
    const bool was_stopped = stopped();
    const StreamFacts& facts = meter.facts();
    const std::int64_t seen =
        request.attempt.metered ? counted_completion_tokens(facts.content_events, facts.text.bytes, 0) : 0;
    const ReadOn how = how_to_read_on(abandoned_answer(request, seen));
    const Watch::Actions actions =
        watch_.client_left(how != ReadOn::not_at_all && may_read_on(), read_on_limits(how), worker_.tick_time());
    if (was_stopped) return;  // it was the gateway that ended it
    request.reply.cancelled = true;
    worker_.counters().client_aborts.add();
    count_read_on();
    if (actions.cancel_upstream) worker_.counters().upstream_aborts.add();
    act(actions);
}

void Connection::shut_down() {
    close_after = true;
    act(watch_.shut_down());
}

void Connection::stop() {
    close_after = true;
    act(watch_.stop());
    count_read_on();
}

wire::Awaitable<bool> Connection::read_more(std::size_t room) {
    char* const to = in.room(room);
    auto [error, bytes] = co_await stream_.read_some(to, in.room_size());
    if (error || bytes == 0) co_return false;
    in.produced(bytes);
    co_return true;
}

bool Connection::write_now(std::span<const std::string_view> pieces) {
    if (client_gone()) return true;
    const std::size_t total = wire::size_of(pieces);
    wire::ErrorCode error;
    written_ = stream_.write_now(pieces, error);
    request.reply.bytes_out += total;
    if (error) client_left();
    return client_gone() || written_ == total;
}

wire::Awaitable<void> Connection::write_rest(std::span<const std::string_view> pieces) {
    wire::Stream* const upstream = upstream_;
    const auto awaited = watch_.awaited();
    const std::size_t total = wire::size_of(pieces);
    wire::ErrorCode error;
    while (!error && written_ < total) {
        expect_client(worker_.config().timeouts.write_timeout_ms);  // anew with whatever the client takes
        auto [failed, bytes] = co_await stream_.write_some(pieces, written_);
        error = failed;
        written_ += bytes;
    }
    upstream_ = upstream;
    watch_.resume(awaited);
    if (error) client_left();
}

wire::Awaitable<void> Connection::part_with_client() {
    close_after = true;
    if (client_gone()) co_return;
    wire::Stream* const upstream = upstream_;
    const auto awaited = watch_.awaited();
    expect_client(kLinger.silence_ms);
    (void)co_await stream_.shut_down();
    upstream_ = upstream;
    watch_.resume(awaited);
    watch_.client_served();
}

}  // namespace tollgate
