#include "gateway/realtime/session.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <exception>
#include <utility>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/client/connection.h"
#include "gateway/text/json_writer.h"
#include "gateway/upstream/dispatch.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

using From = wire::WebSocketReader::Peer;
using Opcode = RealtimePeer::Opcode;
using Received = RealtimePeer::Received;

constexpr auto kLook = std::chrono::milliseconds(500);      // from one look at the clock to the next
constexpr auto kLastLook = std::chrono::milliseconds(100);  // the same at its end
constexpr auto kFarewell = std::chrono::milliseconds(500);  // that the last frames may take

std::chrono::milliseconds ms(std::uint32_t count) { return std::chrono::milliseconds(count); }

// What may be otherwise when the next response begins; all else ends a session.
bool may_pass(ErrorKind kind) {
    return kind == ErrorKind::requests_rate_limited || kind == ErrorKind::tokens_rate_limited ||
           kind == ErrorKind::overloaded;
}

bool is_for_want_of_money(ErrorKind kind) {
    return kind == ErrorKind::insufficient_credits || kind == ErrorKind::key_limit_exceeded ||
           kind == ErrorKind::budget_exceeded;
}

std::string_view text_of(RealtimePeer& peer) { return {peer.payload().data(), peer.payload().size()}; }

}  // namespace

RealtimeSession::RealtimeSession(Connection& connection, HeldRequest& held, UpstreamAnswer& answer)
    : connection_(connection),
      provider_(answer.pool->provider().name),
      client_(From::client, connection.stream(), connection.in, connection.worker().config().realtime.max_message_bytes,
              *connection.worker().services().bodies, connection.request.principal.organization),
      upstream_(From::server, answer.connection->stream, answer.connection->in,
                connection.worker().config().realtime.max_message_bytes, *connection.worker().services().answers,
                connection.request.principal.organization),
      sides_{Side{client_, &RealtimeSession::ping_client}, Side{upstream_, &RealtimeSession::ping_upstream}},
      turns_(connection, held),
      began_(wire::Clock::now()),
      last_message_(began_),
      pump_over_(connection.stream().socket().get_executor()),
      clock_(connection.stream().socket().get_executor()) {
    pump_over_.expires_at(wire::Clock::time_point::max());
}

wire::Awaitable<void> RealtimeSession::run() {
    start(&RealtimeSession::keep_time);
    start(&RealtimeSession::forward_client);
    co_await guarded(&RealtimeSession::forward_upstream);
    while (pumps_ > 1) (void)co_await pump_over_.async_wait(wire::kAwait);
    co_await guarded(&RealtimeSession::farewell);  // within the time that keep_time() gives it
    over_ = true;
    clock_.cancel();
    while (pumps_ > 0) (void)co_await pump_over_.async_wait(wire::kAwait);
}

void RealtimeSession::start(Pump pump) {
    ++pumps_;
    wire::asio::co_spawn(pump_over_.get_executor(), counted(pump), wire::asio::detached);
}

wire::Awaitable<void> RealtimeSession::counted(Pump pump) {
    co_await guarded(pump);
    --pumps_;
    pump_over_.cancel();
}

// A fault of ours ends the session, not the process.
wire::Awaitable<void> RealtimeSession::guarded(Pump pump) {
    try {
        co_await (this->*pump)();
    } catch (const std::exception& unexpected) {
        connection_.worker().logger().error(
            "internal error in a session",
            {{"request", connection_.request.head.request_id()}, {"what", unexpected.what()}});
        end(ended_by_gateway(ErrorKind::internal, "internal error"));
    }
}

wire::Awaitable<void> RealtimeSession::forward_client() {
    while (!end_) {
        const Received received = co_await client_.receive();
        if (received != Received::message) co_return end_by_client(received);
        last_message_ = wire::Clock::now();
        const bool passes = co_await take_client_event();
        if (passes && !end_) {
            const std::span<char> message = rewritten_.empty() ? client_.payload() : std::span<char>(rewritten_);
            const bool sent = co_await upstream_.send(message);
            if (!sent) end_by_upstream(Received::ended);
        }
        client_.consume();
    }
}

wire::Awaitable<void> RealtimeSession::forward_upstream() {
    while (!end_) {
        const Received received = co_await upstream_.receive();
        if (received != Received::message) co_return end_by_upstream(received);
        last_message_ = wire::Clock::now();
        const bool passes = co_await take_server_event();
        if (passes) {  // also when it was the last one: what was settled is told
            const bool sent = co_await client_.send(upstream_.payload());
            if (!sent) end_by_client(Received::ended);
        }
        upstream_.consume();
    }
}

wire::Awaitable<bool> RealtimeSession::take_client_event() {
    const ClientEvent event = read_client_event(text_of(client_));
    rewritten_.clear();
    if (!keeps_model(event)) {
        refuse({ErrorKind::model_not_allowed, "a session stays with the model that it was begun with", "model"});
        co_return false;
    }
    if (event.kind == ClientEvent::Kind::create) {
        const bool held = co_await ask_for_response(event);
        if (!held) co_return false;
    }
    meter_.sent(event);
    Error uncovered = turns_.cover(meter_.added_tokens());
    if (uncovered) refuse(std::move(uncovered));
    co_return !end_;
}

bool RealtimeSession::keeps_model(const ClientEvent& event) {
    const CatalogueEndpoint& endpoint = *connection_.request.attempt.endpoint;
    const std::string& upstream_name = endpoint.endpoint->upstream_model;
    const std::string_view text = text_of(client_);
    std::size_t copied = 0;  // of the text, into rewritten_
    auto models = event.models;
    std::ranges::sort(models, {}, [](std::string_view named) { return named.data(); });
    for (const std::string_view named : models) {
        if (named.empty()) continue;
        const std::string name = plain(spelt(named));
        if (name == upstream_name) continue;
        if (connection_.request.catalogue->model(name) != endpoint.model) return false;
        // The provider knows it by its own name.
        const auto begin = static_cast<std::size_t>(named.data() - text.data());
        rewritten_ += text.substr(copied, begin - copied);
        append_json_string(rewritten_, upstream_name);
        copied = begin + named.size();
    }
    if (copied > 0) rewritten_ += text.substr(copied);
    return true;
}

// It is held for before the provider hears of it.
wire::Awaitable<bool> RealtimeSession::ask_for_response(const ClientEvent& event) {
    Error refused;
    if (meter_.may_create()) {
        refused = turns_.provide(meter_.expected(true), meter_.context_tokens());
        if (!refused) co_return true;
        if (!may_pass(refused.kind())) {
            refuse(std::move(refused));
            co_return false;
        }
    } else {
        refused = {ErrorKind::invalid_request, "too many responses of this session are being made"};
    }
    co_await client_.post(Opcode::text, error_event(refused, connection_.request.head.generation_id(), event.id));
    co_return false;
}

wire::Awaitable<bool> RealtimeSession::take_server_event() {
    using Consequence = RealtimeMeter::Consequence;
    const ServerEvent event = read_server_event(text_of(upstream_));
    const std::int64_t context = meter_.context_tokens(), spoken = meter_.spoken_tokens_of(event.id);
    switch (meter_.came(event)) {
        case Consequence::none:
            co_return true;
        case Consequence::begins:
            co_return begin_response(event.id, context);
        case Consequence::progresses:
            co_return grow(event.id);
        case Consequence::uses:
            provide(1);
            if (end_ || !begin_response(event.id, context)) co_return false;
            co_return co_await settle(event, 0);
        case Consequence::ends:
            co_return co_await settle(event, spoken);
        case Consequence::refuses:
            provide();
            co_return true;
        case Consequence::too_many:  // the client can bring it about, so the provider is not at fault
            refuse({ErrorKind::invalid_request, "more responses of this session are being made than it may have"});
            co_return false;
        case Consequence::unidentified:
            break;
    }
    end(ended_by_gateway(ErrorKind::upstream_invalid_response,
                         "provider " + provider_ + " told of a response without an id of its own"));
    co_return false;
}

wire::Awaitable<bool> RealtimeSession::settle(const ServerEvent& event, std::int64_t spoken_tokens) {
    const bool safe = co_await turns_.settle(event, spoken_tokens);
    if (safe) {
        provide();
    } else {
        end(ended_by_gateway(ErrorKind::store_unavailable, "a response's settlement is not on disk in time"));
    }
    co_return safe;
}

bool RealtimeSession::begin_response(const std::string& response, std::int64_t context_tokens) {
    if (turns_.begin(response, context_tokens)) return true;
    // None was free, for want of a rate's room when it was last looked for.
    Error refused = turns_.provide(1, context_tokens);
    if (!refused && turns_.begin(response, context_tokens)) return true;
    refuse(std::move(refused));
    return false;
}

bool RealtimeSession::grow(const std::string& response) {
    Error uncovered = turns_.progress(response, meter_.spoken_tokens_of(response));
    if (!uncovered) return true;
    refuse(std::move(uncovered));
    return false;
}

void RealtimeSession::provide(std::size_t more) {
    Error refused = turns_.provide(meter_.expected() + more, meter_.context_tokens());
    if (refused && !may_pass(refused.kind())) refuse(std::move(refused));
}

void RealtimeSession::end(SessionEnd reason) {
    if (end_) return;
    end_ = std::move(reason);
    clock_.cancel();
    client_.stop_reading();
    upstream_.stop_reading();
}

void RealtimeSession::refuse(Error refusal) {
    if (!end_ && is_for_want_of_money(refusal.kind())) connection_.worker().counters().realtime_out_of_credit.add();
    end(ended_by_refusal(std::move(refusal)));
}

void RealtimeSession::end_by_client(Received received) {
    if (connection_.stopped()) return end(ended_by_gateway(ErrorKind::shutting_down, "the gateway is shutting down"));
    end(ended_by_client(received, client_, meter_.any_running()));
}

void RealtimeSession::end_by_upstream(Received received) {
    end(ended_by_upstream(received, upstream_, provider_, meter_.any_running()));
}

wire::Awaitable<void> RealtimeSession::keep_time() {
    while (!over_) {
        clock_.expires_after(end_ ? kLastLook : kLook);
        (void)co_await clock_.async_wait(wire::kAwait);
        const auto now = wire::Clock::now();
        if (!end_) look_at_clock(now);
        for (Side& side : sides_) look_at(side, now);
        if (now >= cancel_until_) upstream_.stop_reading();
        if (now < farewell_until_) continue;
        client_.give_up();
        upstream_.give_up();
    }
}

void RealtimeSession::look_at_clock(wire::Clock::time_point now) {
    const RealtimeConfig& config = connection_.worker().config().realtime;
    if (connection_.stopped()) end(ended_by_gateway(ErrorKind::shutting_down, "the gateway is shutting down"));
    if (now >= began_ + ms(config.max_session_ms)) end(ended_by_time("the session has had its longest time"));
    if (now >= last_message_ + ms(config.idle_timeout_ms)) end(ended_by_time("nobody has said anything for too long"));
}

// A side that takes nothing, or does not answer pings, is gone.
void RealtimeSession::look_at(Side& side, wire::Clock::time_point now) {
    const RealtimeConfig& config = connection_.worker().config().realtime;
    const auto write_timeout = end_ ? kFarewell : ms(connection_.worker().config().timeouts.write_timeout_ms);
    RealtimePeer& peer = side.peer;
    const bool stuck = peer.stuck_since() < now - write_timeout;
    const bool silent = peer.silent_since() < now - ms(config.ping_interval_ms) - ms(config.pong_timeout_ms);
    if (stuck || silent || peer.is_gone()) {
        peer.give_up();
        if (&peer == &client_) {
            end_by_client(Received::ended);
        } else {
            end_by_upstream(Received::ended);
        }
        return;
    }
    const auto due = now - ms(config.ping_interval_ms);
    if (end_ || peer.silent_since() > due || side.pinged > due) return;
    side.pinged = now;
    start(side.ping);
}

wire::Awaitable<void> RealtimeSession::ping_client() { co_await client_.post(Opcode::ping, {}); }
wire::Awaitable<void> RealtimeSession::ping_upstream() { co_await upstream_.post(Opcode::ping, {}); }

// What is settled and told before the two streams are closed.
wire::Awaitable<void> RealtimeSession::farewell() {
    co_await cancel_responses();
    const SessionEnd over = end_.value_or(SessionEnd());
    for (const std::string& response : meter_.running()) {
        co_await turns_.settle_cut(response, meter_.spoken_tokens_of(response), over.why);
    }
    farewell_until_ = wire::Clock::now() + kFarewell;
    if (over.said) {
        co_await client_.post(Opcode::text, error_event(over.said, connection_.request.head.generation_id(), {}));
    }
    co_await client_.post(Opcode::close, wire::close_payload(over.to_client, over.reason));
    co_await upstream_.post(Opcode::close, wire::close_payload(over.to_upstream, {}));
}

// The provider is told to stop, and says what it used up to there.
wire::Awaitable<void> RealtimeSession::cancel_responses() {
    if (!meter_.any_running() || upstream_.broken() || upstream_.has_closed()) co_return;
    auto patience = ms(connection_.worker().config().realtime.cancel_wait_ms);
    if (connection_.stopped()) patience = std::min(patience, kFarewell);
    cancel_until_ = wire::Clock::now() + patience;
    upstream_.resume_reading();
    for (const std::string& response : meter_.running()) co_await cancel(response);
    while (meter_.any_running()) {
        const Received received = co_await upstream_.receive();
        if (received != Received::message) break;
        co_await take_last_event();
        upstream_.consume();
    }
    cancel_until_ = wire::Clock::time_point::max();
}

wire::Awaitable<void> RealtimeSession::cancel(const std::string& response) {
    co_await upstream_.post(Opcode::text, R"({"type":"response.cancel","response_id":")" + response + "\"}");
}

// One that nobody is told of any more. What begins now, asked for before, is held for and cancelled as well.
wire::Awaitable<void> RealtimeSession::take_last_event() {
    using Consequence = RealtimeMeter::Consequence;
    const ServerEvent event = read_server_event(text_of(upstream_));
    const std::int64_t context = meter_.context_tokens(), spoken = meter_.spoken_tokens_of(event.id);
    const Consequence consequence = meter_.came(event);
    const bool begins = consequence == Consequence::begins, uses = consequence == Consequence::uses;
    if (begins || uses) (void)begin_response(event.id, context);
    if (begins) co_await cancel(event.id);
    if (uses || consequence == Consequence::ends) (void)co_await turns_.settle(event, spoken);
}

}  // namespace tollgate
