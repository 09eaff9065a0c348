// An event stream: what comes before its first content held back, the rest forwarded as it comes, one flush per
// upstream read, its final events held until the request is settled.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/chat/dialect/openai_to_events.h"
#include "gateway/client/connection.h"
#include "gateway/client/reply.h"
#include "gateway/exchange/conclude.h"
#include "gateway/upstream/answer_shape.h"
#include "gateway/upstream/body_reader.h"
#include "gateway/upstream/held_answer.h"
#include "gateway/upstream/hold_back.h"
#include "gateway/upstream/relay.h"
#include "gateway/upstream/silence.h"
#include "gateway/upstream/stream_relay.h"
#include "gateway/wire/chunked.h"
#include "gateway/worker.h"
#include "store/fail_point.h"

namespace tollgate {
namespace {

constexpr std::uint32_t kLateUsageMs = 500;  // how long usage may follow [DONE]

// Whether the open slot alone makes sure that a complete answer is charged for, should the process die: then the bytes
// that say "complete" need not wait for what reading on tells. Power loss takes the slot, and the orphan policy `free`
// charges nothing.
bool may_reply_before_settlement(const Worker& worker) {
    return !worker.settles_to_disk() && worker.config().ledger.orphans == OrphanPolicy::charge;
}

StreamRelay make_relay(Connection& connection, HeldRequest& held) {
    const Exchange& request = connection.request;
    StreamRelay::Rules rules;
    rules.terms = terms_of(request);
    rules.endpoint = &request.attempt.endpoint->charged();
    rules.credit = &connection.worker().config().credit;
    rules.choices = request.ask.body.choices;
    rules.credential = request.attempt.key.credential;
    rules.may_reply_before_settlement = may_reply_before_settlement(connection.worker());
    return {connection.meter, held, rules};
}

// The reply is over for lack of credit. If the provider bills on when the answer is closed, it is read on for what it
// costs, and the client does not wait for that. False: it is not read on.
wire::Awaitable<bool> cut_credit(Connection& connection, ErrorKind reason, StreamRelay& relay) {
    connection.worker().counters().holds_cut.add();
    connection.request.reply.error = reason;
    const auto action = relay.cut(connection.begin_read_on(), connection.out);
    if (action == StreamRelay::Action::end) co_return false;
    const bool last = action == StreamRelay::Action::reply;
    const EventReply::Pieces& pieces =
        last ? connection.events.last_events(connection.out) : connection.events.events(connection.out);
    if (!connection.write_now(pieces)) co_await connection.write_rest(pieces);
    if (last) co_await connection.part_with_client();
    connection.begin_read_on();  // its time does not go by while the client takes its end
    co_return true;
}

// A body of JSON although a stream was asked for: what it holds becomes events as it comes. Kept apart, since few
// answers need it.
struct JsonBody {
    // What is held of an object: its text, the events that it becomes, and those on their way out.
    static constexpr std::size_t kCopies = 3;

    explicit JsonBody(Connection& connection)
        : to_events(connection.worker().config().limits.max_event_bytes),
          memory(connection),
          translated(connection.meter.translates()) {
        if (translated) connection.meter.expect_whole();
    }

    // The events of a part of the body are in `events`. False: it is no JSON, and has failed the relay; or it is
    // `too_large`, a single object that cannot be held: it begins with to_events.beginning() and goes on with the part
    // behind its first `taken` bytes.
    bool take(const BodyPart& part, const std::string& provider, StreamRelay& relay) {
        events.clear();
        taken = 0;
        if (translated) return take_translated(part, relay);
        const std::size_t begun = to_events.beginning().size();
        std::string_view payload = part.payload;
        if (!memory.hold(begun + payload.size(), kCopies) && !to_events.any()) {
            // Whether an object ends in what is held anyway tells a single one from several.
            const std::size_t most = std::min(kHeldAnywayBytes - std::min(begun, kHeldAnywayBytes), payload.size());
            (void)to_events.take(payload.substr(0, most), false, events);
            too_large = !to_events.any();
            if (too_large && to_events.beginning().size() > begun) taken = most;
            if (too_large) return false;
            payload.remove_prefix(most);
        }
        const OpenAiToEvents::State state = to_events.take(payload, part.end, events);
        if (state == OpenAiToEvents::State::more) return true;
        const bool large = state == OpenAiToEvents::State::too_large;
        too_large = large && !to_events.any();
        if (too_large) return false;
        relay.fail({ErrorKind::upstream_invalid_response,
                    "provider " + provider + " sent " +
                        (large ? "JSON larger than limits.max_event_bytes" : "a body that is not a JSON object")});
        return false;
    }

    // In another dialect it is held to its end, and is one event.
    bool take_translated(const BodyPart& part, StreamRelay& relay) {
        constexpr std::string_view kBegin = "data: ", kEnd = "\n\n";
        if (!memory.hold(whole.size() + part.payload.size(), kCopies)) {
            relay.fail({ErrorKind::overloaded, "there is no memory to translate the answer in"});
            return false;
        }
        whole += part.payload;
        if (!part.end) return true;
        std::ranges::replace_if(whole, [](char c) { return c == '\r' || c == '\n'; }, ' ');
        ((events += kBegin) += whole) += kEnd;
        return true;
    }

    OpenAiToEvents to_events;
    HeldAnswer memory;
    const bool translated;
    std::string whole;  // of one that is translated, so far
    std::string events;
    bool too_large = false;
    std::size_t taken = 0;
};

// What the client of a stream sees of it, and when: what is in connection.out, or a sign of life in its place.
class Showing {
  public:
    explicit Showing(Connection& connection)
        : connection_(connection),
          memory_(connection),
          silence_(gap_before_content(timeouts()), timeouts().keep_alive_comment_ms, now()) {}

    // For how long the upstream is waited for.
    std::uint32_t next_wait_ms() const { return std::min(silence_.next_wait_ms(now()), hold_.left_ms(now())); }
    // A wait brought nothing. False: that was too long.
    bool goes_on() const { return silence_.goes_on(now()); }
    void heard() { silence_.heard(now()); }
    // Something came, or time has passed: whether what is in hand waits for more.
    bool keeps(bool has_content) {
        if (!hold_.holding()) return false;
        const std::size_t bytes = connection_.out.size();
        return hold_.keeps(bytes, has_content, memory_->hold(bytes), now());
    }
    bool sign_due() const { return silence_.sign_due(now()); }
    wire::Awaitable<void> show_life() {
        co_await connection_.events.show_life(connection_);
        silence_.shown(now());
    }
    // What is in hand, with the head before it; the client then has a part of the answer.
    const EventReply::Pieces& pieces() {
        if (memory_) {
            memory_.reset();
            silence_.set_gap(timeouts().stream_gap_timeout_ms);
        }
        silence_.shown(now());
        return connection_.events.events(connection_.out);
    }

  private:
    // Of an upstream that has said nothing yet, its head is worth no more than none.
    static std::uint32_t gap_before_content(const TimeoutsConfig& timeouts) {
        return std::min(timeouts.first_byte_timeout_ms, timeouts.stream_gap_timeout_ms);
    }
    const TimeoutsConfig& timeouts() const { return connection_.worker().config().timeouts; }
    wire::Clock::time_point now() const { return connection_.worker().tick_time(); }

    Connection& connection_;
    HoldBack hold_;
    std::optional<HeldAnswer> memory_;  // while something is held back
    Silence silence_;
};

// Nothing has come for a while.
wire::Awaitable<void> show_waiting(Connection& connection, Showing& showing) {
    if (!connection.out.empty() && !showing.keeps(false)) {
        const EventReply::Pieces& pieces = showing.pieces();
        if (!connection.write_now(pieces)) co_await connection.write_rest(pieces);
        connection.out.clear();
    } else if (showing.sign_due()) {
        co_await showing.show_life();
    }
}

// Reads and forwards until the answer is over, one way or another. What is in connection.out then has not been sent.
// Returned is the body if it is JSON, with the memory that is counted for it; else null.
wire::Awaitable<std::unique_ptr<JsonBody>> forward_events(Connection& connection, HeldRequest& held, BodyReader& reader,
                                                          StreamRelay& relay, bool labelled_events) {
    using Action = StreamRelay::Action;
    AnswerShape shape = AnswerShape::unknown;
    std::unique_ptr<JsonBody> json;
    Showing showing(connection);
    while (relay.reads_on() ? connection.reads_on() : !connection.abandoned()) {
        BodyPart part;
        if (reader.must_read() && !reader.ended()) {  // an empty body has ended before it is read
            const bool shown = !connection.client_gone() && !relay.reads_on() && !relay.usage_may_follow();
            const std::uint32_t wait_ms = relay.usage_may_follow() ? kLateUsageMs : shown ? showing.next_wait_ms() : 0;
            const auto read = co_await reader.read(wait_ms);
            const bool nothing_came = std::get<0>(read) && connection.timed_out();
            if (shown && nothing_came && !connection.client_gone() && !connection.late() && showing.goes_on()) {
                co_await show_waiting(connection, showing);
                continue;
            }
            part = reader.take(read);
        } else {
            part = reader.take();
        }
        showing.heard();
        if (part.error) {
            relay.fail(std::move(part.error));
            co_return json;
        }
        if (shape == AnswerShape::unknown) {
            shape = shape_of(part.payload);
            const bool events = shape == AnswerShape::events || labelled_events;
            if (shape == AnswerShape::json || (shape == AnswerShape::neither && !events)) {
                json = std::make_unique<JsonBody>(connection);
            }
        }
        std::string_view payload = part.payload;
        if (json) {
            if (!json->take(part, connection.request.attempt.endpoint->provider->name, relay)) co_return json;
            connection.request.attempt.generated = !json->to_events.chunked();
            payload = json->events;
            if (payload.empty() && !part.end) {  // the head waits for what the answer is
                reader.consume(part.payload.size());
                continue;
            }
        }
        const Action action = relay.take(payload, part.end, connection.client_gone(), connection.out);
        reader.consume(part.payload.size());
        if (relay.output_tokens() > 0) connection.request.attempt.note_first_token();
        if (action == Action::end) co_return json;
        if (action == Action::cut_credit) {
            const bool reads_on = co_await cut_credit(connection, held.cut_by(), relay);
            if (!reads_on) co_return json;
        }
        if (action == Action::forward && showing.keeps(relay.has_content())) {
            if (showing.sign_due()) co_await showing.show_life();
            continue;
        }
        if (action == Action::forward && (!connection.out.empty() || !connection.events.open())) {
            const EventReply::Pieces& pieces = showing.pieces();
            if (!connection.write_now(pieces)) co_await connection.write_rest(pieces);
            fail_point("during_stream");
        }
        connection.out.clear();
    }
    co_return json;
}

// The client is told by an event and sees the end of the connection: its stream is not complete.
void end_broken(Connection& connection, const Error& error) {
    connection.request.reply.error = error.kind();
    connection.close_after = true;
    if (connection.events.framing() == BodyFraming::until_close) connection.reset_on_close = true;
}

// Nothing of the answer was sent.
Error not_begun(Connection& connection, Error error) {
    if (!connection.events.open()) connection.request.reply.status_sent = 0;
    connection.request.attempt.streamed = false;
    return error;
}

}  // namespace

wire::Awaitable<Error> relay_stream(Connection& connection, HeldRequest& held, UpstreamAnswer& answer) {
    Exchange& request = connection.request;
    const std::string provider = answer.pool->provider().name;
    BodyReader reader(connection, answer);
    request.attempt.streamed = true;
    begin_meter(connection);
    connection.events.begin(connection, answer.status);
    const Counted open_streams(connection.worker().counters().streams_open);
    connection.out.clear();
    StreamRelay relay = make_relay(connection, held);
    const auto json =
        co_await forward_events(connection, held, reader, relay, answer.event_stream || answer.binary_events);
    if (json && json->too_large) {
        reader.consume(json->taken);
        const std::string_view beginning = json->to_events.beginning();
        std::string seen(beginning.substr(0, kMostRead));
        if (seen.size() < kHeldAnywayBytes) seen += reader.in_hand();
        Error refused = inspect_beginning(seen, source_of(request));
        if (!refused) co_return co_await relay_large_event(connection, held, answer, reader, beginning);
        reader.release(false);
        co_return not_begun(connection, std::move(refused));
    }
    const auto outcome = relay.finish();
    reader.release(relay.whole());
    Error error;
    if (outcome == StreamRelay::Outcome::broken) {
        if (connection.client_gone()) co_return upstream_failure(connection, provider, {});
        // A stop between two reads is no end of the upstream's.
        error = connection.stopped() ? upstream_failure(connection, provider, {}) : relay.error(provider);
        if (connection.events.may_begin_anew()) {  // another endpoint may still answer
            co_return not_begun(connection, std::move(error));
        }
        end_broken(connection, error);
    }
    Conclusion conclusion(connection, held);
    const bool finished = conclusion.finish_now(relay.ending(), [&](NanoUsd cost) {
        if (relay.reads_on()) connection.out.clear();
        relay.append_rest(cost, connection.out);
        if (error) connection.meter.append_error(error, connection.out);
        return connection.events.last_events(connection.out);
    });
    if (!finished) co_await conclusion.finish();
    co_return Error{};
}

wire::Awaitable<void> end_stream_with_error(Connection& connection, const Error& error) {
    begin_meter(connection);
    end_broken(connection, error);
    connection.out.clear();
    connection.meter.append_error(error, connection.out);
    const EventReply::Pieces& pieces = connection.events.last_events(connection.out);
    if (!connection.write_now(pieces)) co_await connection.write_rest(pieces);
}

}  // namespace tollgate
