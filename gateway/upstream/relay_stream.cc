// An event stream: forwarded as it comes, one flush per upstream read, its final events held until the request is
// settled.
#include "gateway/client/connection.h"
#include "gateway/client/reply.h"
#include "gateway/exchange/conclude.h"
#include "gateway/upstream/body_reader.h"
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
    LastBytes pieces;
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

// Whatever reading on tells, the client is charged for no more than it was told.
Ending settled_cut_ending(const RequestContext& request, const HeldRequest& held, const StreamFacts& facts,
                          const StreamEnd& end) {
    if (!end.read_on) return cut_ending(request, held, facts);
    Ending ending = stream_ending(request, facts);
    ending.finish_reason = kCutReason;
    ending.told = {.tokens = end.usage.prompt + end.usage.completion, .cost = end.cost};
    return ending;
}

// Appends what the client of a cut answer has not been told yet.
void append_rest_of_cut(Connection& connection, const StreamEnd& end, NanoUsd cost) {
    StreamMeter& meter = connection.meter;
    if (end.read_on) {
        connection.out.clear();
        meter.append_cut_end(end.usage, std::min(cost, end.cost), connection.out);
    } else {
        meter.append_cut(code_of(connection.request.error), connection.out);
        meter.append_cut_end(end.usage, cost, connection.out);
    }
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
wire::Awaitable<StreamEnd> forward_events(Connection& connection, HeldRequest& held, BodyReader& reader,
                                          Outlet& outlet) {
    const StreamFacts& facts = connection.meter.facts();
    Coverage coverage(connection.request.body.choices);
    StreamEnd end;
    Flush flush;
    bool covered = true;
    bool late_usage = false;  // [DONE] came without usage: it may still follow
    while (end.read_on ? connection.reads_on() : !connection.abandoned()) {
        const BodyPart part =
            reader.must_read() ? reader.take(co_await reader.read(late_usage ? kLateUsageMs : 0)) : reader.take();
        end.read_error = part.error;
        end.ended = part.end;
        if (part.error) break;
        connection.meter.feed(part.payload, connection.out);
        reader.consume(part.payload.size());
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
    BodyReader reader(connection, answer);
    if (!request.body.stream) {
        reader.release(false);
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
    const StreamEnd end = co_await forward_events(connection, held, reader, outlet);
    const StreamFacts& facts = connection.meter.facts();
    const bool was_read = complete(facts, end.ended) && (!end.cut || end.read_on);
    const bool is_complete = was_read && !end.cut;
    reader.release(was_read);
    if (!is_complete && !end.cut && connection.client_gone()) {
        co_return upstream_failure(connection, provider, {});
    }
    if (!is_complete && !end.cut && !outlet.head_sent) {  // nothing has left: an ordinary error can still be answered
        request.status_sent = 0;
        request.streamed = false;
        co_return broken(provider, facts, end.read_error);
    }
    Ending ending;
    Error error;
    if (is_complete) {
        ending = stream_ending(request, facts);
    } else if (end.cut) {
        ending = settled_cut_ending(request, held, facts, end);
    } else {
        error = broken(provider, facts, end.read_error);
        request.error = error.kind();
        ending = failed_ending(connection);
        connection.close_after = true;
        if (outlet.framing == BodyFraming::until_close) connection.reset_on_close = true;
    }
    Flush flush;
    Conclusion conclusion(connection, held);
    const bool finished = conclusion.finish_now(ending, [&](NanoUsd cost) {
        if (is_complete) {
            connection.meter.append_held(request.usage, cost, connection.out);
        } else if (end.cut) {
            append_rest_of_cut(connection, end, cost);
        } else {
            append_error_event(request, error, connection.out);
        }
        prepare(connection, outlet, true, flush);
        return flush.pieces;
    });
    if (!finished) co_await conclusion.finish();
    co_return Error{};
}

}  // namespace tollgate
