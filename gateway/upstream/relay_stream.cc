// An event stream: forwarded as it comes, one flush per upstream read, its final events held until the request is
// settled.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "gateway/client/connection.h"
#include "gateway/client/reply.h"
#include "gateway/upstream/relay.h"
#include "gateway/wire/chunked.h"
#include "gateway/worker.h"
#include "store/fail_point.h"

namespace tollgate {
namespace {

constexpr std::string_view kStreamFields = "cache-control: no-cache\r\nx-accel-buffering: no\r\n";
constexpr std::uint32_t kLateUsageMs = 500;  // how long usage may follow [DONE]
constexpr std::string_view kCutReason = "length";
constexpr std::string_view kLastChunk = "\r\n0\r\n\r\n";

void begin_meter(Connection& connection) {
    RequestContext& request = connection.request;
    request.metered = true;
    StreamMeter::Options options;
    options.openrouter = request.inbound->labels_answers();
    options.hide_usage = !request.inbound->always_shows_usage() && !request.body.include_usage;
    options.generation = request.generation_id();
    options.choices = request.body.choices;
    options.text_completions = request.api == ApiType::completions;
    options.provider = request.endpoint->provider->name;
    options.model = request.endpoint->model->id;
    options.created = request.started_ms / 1000;
    options.max_event_bytes = connection.worker().config().limits.max_event_bytes;
    connection.meter.begin(options);
}

// What the relay writes to: the client's framing, and whether the head still has to go.
struct Outlet {
    BodyFraming framing = BodyFraming::chunked;
    bool head_sent = false;
    std::string head;
};

// The pieces that send `out` as one chunk, with the head before it the first time and the end behind it the last time.
struct Flush {
    std::array<std::string_view, 4> pieces;
    char size_text[20];
};

void prepare(Connection& connection, Outlet& outlet, bool last, Flush& flush) {
    const std::string& out = connection.out;
    const bool chunked = outlet.framing == BodyFraming::chunked;
    flush.pieces = {};
    if (!outlet.head_sent) flush.pieces[0] = outlet.head;
    outlet.head_sent = true;
    if (chunked && !out.empty()) {
        flush.pieces[1] = std::string_view(flush.size_text, wire::write_chunk_head(out.size(), flush.size_text));
    }
    flush.pieces[2] = out;
    if (!chunked) return;
    if (last) {
        flush.pieces[3] = out.empty() ? kLastChunk.substr(2) : kLastChunk;
    } else if (!out.empty()) {
        flush.pieces[3] = kLastChunk.substr(0, 2);
    }
}

bool complete(const StreamFacts& facts, bool ended) {
    const bool finished = !facts.finish_reason.empty() && (ended || facts.has_usage);
    return !facts.error_event && !facts.invalid && (facts.done || finished);
}

// Why a stream that did not complete ended.
Error broken(const std::string& provider, const StreamFacts& facts, const Error& read_error) {
    if (facts.error_event) {
        std::string message = "provider " + provider + " reported an error";
        if (!facts.error_message.empty()) message += ": " + facts.error_message;
        return {ErrorKind::upstream_error, std::move(message)};
    }
    if (facts.invalid) {
        return {ErrorKind::upstream_invalid_response, "provider " + provider + " sent an event that is not JSON"};
    }
    if (read_error) return read_error;
    return {ErrorKind::upstream_incomplete,
            "provider " + provider + " ended the stream before the answer was complete"};
}

// The event that tells the client its stream is broken; never followed by [DONE].
void append_error_event(const RequestContext& request, const Error& error, std::string& out) {
    const int status = status_of(error.kind());
    const std::string body = request.inbound->error_body(error, status);
    out += "data: ";
    if (!request.inbound->labels_answers()) {
        out += body;
    } else {
        out += "{\"id\":\"";
        out += request.generation_id();
        out += "\",\"object\":\"chat.completion.chunk\",\"created\":" + std::to_string(request.started_ms / 1000) +
               ",\"model\":" + request.endpoint->model_json + ",\"provider\":" + request.endpoint->provider_json;
        out += "," + body.substr(1, body.size() - 2) +
               ",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}";
    }
    out += "\n\n";
}

// Reads an answer whose [DONE] has come to the end of its framing, so that its connection can be used again.
wire::Awaitable<void> read_to_end(std::unique_ptr<UpstreamConnection> upstream, UpstreamPool& pool,
                                  wire::ChunkDecoder chunks) {
    wire::Timer timer(upstream->stream.socket().get_executor());
    timer.expires_after(std::chrono::seconds(1));
    wire::Stream* const stream = &upstream->stream;
    const auto reading = std::make_shared<bool>(true);  // the handler may outlive the stream
    timer.async_wait([stream, reading](const wire::ErrorCode& cancelled) {
        if (!cancelled && *reading) stream->cancel();
    });
    constexpr std::size_t kMostBytes = 65536;
    std::size_t seen = 0;
    while (seen < kMostBytes) {
        char* const to = upstream->in.room(1024);
        auto [error, bytes] = co_await upstream->stream.read_some(to, upstream->in.room_size());
        if (error || bytes == 0) break;
        upstream->in.produced(bytes);
        seen += bytes;
        const auto step = chunks.decode(upstream->in.data(), upstream->in.size());
        upstream->in.consume(step.consumed);
        if (step.state == wire::ChunkDecoder::State::more) continue;
        *reading = false;
        if (step.state == wire::ChunkDecoder::State::done) {
            pool.give_back(std::move(upstream), wire::Clock::now());
            co_return;
        }
        break;
    }
    *reading = false;
    pool.discard(std::move(upstream));
}

void release_after_stream(Connection& connection, UpstreamAnswer& answer, bool ended, bool is_complete) {
    if (ended || !is_complete || !answer.keep_alive || answer.framing != wire::Framing::chunked) {
        release_upstream(connection, answer, ended && is_complete);
        return;
    }
    connection.expect_nobody();
    wire::asio::co_spawn(connection.worker().io(),
                         read_to_end(std::move(answer.connection), *answer.pool, connection.response_chunks),
                         wire::asio::detached);
}

// How reading a stream came to its end.
struct StreamEnd {
    bool ended = false;  // the body ended as its framing says
    Error read_error;
    bool cut = false;  // no credit for more; then:
    TokenUsage usage;  // what the client is told
    NanoUsd cost;
    bool read_on = false;   // its provider bills on: it was drained
    bool answered = false;  // before the settlement: see may_answer_first()
};

// What a cut answer is charged for. What came in the last read beyond the hold is given away: no credit covers it.
Ending cut_ending(const RequestContext& request, const HeldRequest& held, const StreamFacts& facts) {
    Ending ending = stream_ending(request, facts);
    ending.finish_reason = kCutReason;
    ending.unbilled_output = std::max<std::int64_t>(ending.usage.completion - held.covered_output(), 0);
    ending.usage.completion -= ending.unbilled_output;
    return ending;
}

// Whether the open slot alone makes sure that a complete answer is charged for, should the process die: then the bytes
// that say "complete" need not wait for what a drain tells. Power loss takes the slot, and `void` makes it free.
bool may_answer_first(const Worker& worker) {
    return !worker.settles_to_disk() && worker.config().credit.orphan_policy == OrphanPolicy::charge;
}

// The answer is over for its client. If its provider bills on when it is closed, it is read on for what it costs, and
// the client does not wait for that.
wire::Awaitable<void> cut(Connection& connection, HeldRequest& held, Outlet& outlet, StreamEnd& end) {
    RequestContext& request = connection.request;
    connection.worker().counters().holds_cut.add();
    request.error = held.cut_by();
    const Ending ending = cut_ending(request, held, connection.meter.facts());
    end.cut = true;
    end.usage = ending.usage;
    end.cost = cost_of(ending.usage, request.endpoint->endpoint->prices_for(ending.usage.prompt));
    end.read_on = connection.begin_read_on();
    if (!end.read_on) co_return;
    held.keep(end.usage.completion, end.cost);
    end.answered = may_answer_first(connection.worker());
    connection.meter.append_cut(code_of(request.error), connection.out);
    if (end.answered) connection.meter.append_cut_end(end.usage, end.cost, connection.out);
    Flush flush;
    prepare(connection, outlet, end.answered, flush);
    if (!connection.write_now(flush.pieces)) co_await connection.write_rest(flush.pieces);
    if (end.answered) co_await connection.part_with_client();
    connection.begin_read_on();  // its time does not go by while the client takes its end
}

// Books a cut answer; appends what its client has not been told yet. Whatever a drain tells, the client is charged for
// no more than it was told.
void settle_cut(Connection& connection, HeldRequest& held, const StreamEnd& end) {
    const RequestContext& request = connection.request;
    StreamMeter& meter = connection.meter;
    if (!end.read_on) {
        const NanoUsd cost = held.settle(cut_ending(request, held, meter.facts()));
        meter.append_cut(code_of(request.error), connection.out);
        meter.append_cut_end(end.usage, cost, connection.out);
        return;
    }
    Ending ending = stream_ending(request, meter.facts());
    ending.finish_reason = kCutReason;
    ending.told = {.tokens = end.usage.prompt + end.usage.completion, .cost = end.cost};
    const NanoUsd cost = held.settle(ending);
    connection.out.clear();
    if (!end.answered) meter.append_cut_end(end.usage, std::min(cost, end.cost), connection.out);
}

// Whether a read brought tokens that the hold has to cover. Not where it brought the end of the answer as well: a clean
// end is a clean end, whatever it cost. Providers that name a finish reason in every chunk have finished only once.
class Coverage {
  public:
    explicit Coverage(std::int64_t choices) : choices_(choices) {}
    bool asks(const StreamFacts& facts, std::int64_t output_tokens) {
        const bool grew = output_tokens > output_tokens_;
        const bool finished = facts.finished >= choices_;
        const bool ends = facts.done || (finished && !finished_);
        output_tokens_ = output_tokens;
        finished_ = finished;
        return grew && !ends;
    }

  private:
    const std::int64_t choices_;
    std::int64_t output_tokens_ = 0;
    bool finished_ = false;
};

// Nothing is to be expected of the upstream any more, for better or worse.
bool over(const StreamFacts& facts, bool ended) {
    return ended || (facts.done && facts.has_usage) || facts.invalid || facts.error_event;
}

// Forwards events until the answer is over, one way or another. What is in connection.out then has not been sent.
wire::Awaitable<StreamEnd> forward_events(Connection& connection, HeldRequest& held, UpstreamAnswer& answer,
                                          Outlet& outlet) {
    const StreamFacts& facts = connection.meter.facts();
    wire::Buffer& in = answer.connection->in;
    Coverage coverage(connection.request.body.choices);
    StreamEnd end;
    Flush flush;
    bool covered = true;
    bool read = in.empty();
    bool late_usage = false;  // [DONE] came without usage: it may still follow
    while (end.read_on ? connection.reads_on() : !connection.abandoned()) {
        wire::Stream::ReadResult got;
        if (read) got = co_await read_body_bytes(connection, answer, late_usage ? kLateUsageMs : 0);
        const BodyStep step = take_body(connection, answer, 0, got);
        read = true;
        end.read_error = step.error;
        end.ended = step.ended;
        if (step.error) break;
        connection.meter.feed(in.view().substr(0, step.payload), connection.out);
        in.consume(step.payload);
        const std::int64_t output_tokens = counted_completion_tokens(facts);
        if (output_tokens > 0) connection.request.note_first_token();
        if (!end.cut) held.progress(output_tokens);
        if (over(facts, end.ended)) break;
        if (covered && coverage.asks(facts, output_tokens)) {
            covered = held.covers(output_tokens, connection.worker().config().credit);
        }
        if (!covered && !end.cut && !connection.client_gone()) {  // who has left is drained to the end
            co_await cut(connection, held, outlet, end);
            if (!end.read_on) break;
        }
        late_usage = facts.done;
        if (!end.cut && !connection.client_gone() && (!connection.out.empty() || !outlet.head_sent)) {
            prepare(connection, outlet, false, flush);
            if (!connection.write_now(flush.pieces)) co_await connection.write_rest(flush.pieces);
            fail_point("during_stream");
        }
        connection.out.clear();
    }
    connection.meter.finish();
    co_return end;
}

class Gauge {
  public:
    explicit Gauge(Counter& counter) : counter_(counter) { counter_.add(); }
    ~Gauge() { counter_.subtract(); }
    Gauge(const Gauge&) = delete;
    Gauge& operator=(const Gauge&) = delete;

  private:
    Counter& counter_;
};

}  // namespace

wire::Awaitable<Error> relay_stream(Connection& connection, HeldRequest& held, UpstreamAnswer& answer) {
    RequestContext& request = connection.request;
    const std::string provider = answer.pool->provider().name;
    if (!request.body.stream) {
        release_upstream(connection, answer, false);
        co_return Error{ErrorKind::upstream_invalid_response,
                        "provider " + provider + " sent a stream nobody asked for"};
    }
    request.streamed = true;
    begin_meter(connection);
    Outlet outlet;
    outlet.framing = open_ended_framing(connection);
    append_head(connection, outlet.head, answer.status, kEventStreamType, outlet.framing, 0, kStreamFields);
    const Gauge open_streams(connection.worker().counters().streams_open);
    connection.out.clear();
    const StreamEnd end = co_await forward_events(connection, held, answer, outlet);
    const StreamFacts& facts = connection.meter.facts();
    const bool was_read = complete(facts, end.ended) && (!end.cut || end.read_on);
    const bool is_complete = was_read && !end.cut;
    release_after_stream(connection, answer, end.ended, was_read);
    if (!is_complete && !end.cut && connection.client_gone()) {
        co_return upstream_failure(connection, provider, {});
    }
    if (!is_complete && !end.cut && !outlet.head_sent) {  // nothing has left: an ordinary error can still be answered
        request.status_sent = 0;
        request.streamed = false;
        co_return broken(provider, facts, end.read_error);
    }
    if (is_complete) {
        const NanoUsd cost = held.settle(stream_ending(request, facts));
        connection.meter.append_held(request.usage, cost, connection.out);
    } else if (end.cut) {
        settle_cut(connection, held, end);
        if (end.answered) co_return Error{};
    } else {
        const Error error = broken(provider, facts, end.read_error);
        request.error = error.kind();
        settle_failed(connection, held);
        connection.close_after = true;
        append_error_event(request, error, connection.out);
        if (outlet.framing == BodyFraming::until_close) connection.reset_on_close = true;
    }
    if (connection.worker().settles_to_disk()) {
        const bool safe = co_await settlement_safe(connection, held);
        if (!safe) co_return Error{};
    }
    Flush flush;
    prepare(connection, outlet, true, flush);
    if (!connection.write_now(flush.pieces)) co_await connection.write_rest(flush.pieces);
    fail_point("after_terminal_bytes");
    co_return Error{};
}

}  // namespace tollgate
