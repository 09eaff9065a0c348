// A JSON answer: held whole, its usage priced and spliced with the cost, settled, sent in one write.
#include <memory>
#include <optional>

#include "gateway/chat/dialect/openai_from_events.h"
#include "gateway/chat/dialect/openai_to_events.h"
#include "gateway/chat/dialect/usage_json.h"
#include "gateway/client/connection.h"
#include "gateway/client/reply.h"
#include "gateway/exchange/conclude.h"
#include "gateway/exchange/token_usage.h"
#include "gateway/upstream/answer_shape.h"
#include "gateway/upstream/body_reader.h"
#include "gateway/upstream/plain_answer.h"
#include "gateway/upstream/relay.h"
#include "gateway/upstream/usage_scanner.h"
#include "gateway/wire/chunked.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::size_t kHeldTailBytes = 64 * 1024;  // of an answer too large to hold whole

AnswerSource source_of(const Exchange& request) {
    const Provider& provider = *request.attempt.endpoint->provider;
    return {.provider = provider.name, .call = model_call_of(request.ask.api), .credential = &provider.operators};
}

AnswerSplices splices_of(const Exchange& request, bool reported) {
    AnswerSplices splices;
    splices.usage = request.reply.usage;
    splices.reported = reported;
    splices.cost = request.reply.cost;
    splices.labels = request.head.inbound->labels_answers();
    splices.generation_id = request.head.generation_id();
    splices.provider = request.attempt.endpoint->provider_json;
    splices.model = request.attempt.endpoint->model_json;
    return splices;
}

// Memory of an answer that is held whole, until the client has it.
class HeldAnswer {
  public:
    explicit HeldAnswer(Connection& connection)
        : budget_(*connection.worker().services().answers), organization_(connection.request.principal.organization) {}
    ~HeldAnswer() { budget_.give_back(organization_, bytes_); }
    HeldAnswer(const HeldAnswer&) = delete;
    HeldAnswer& operator=(const HeldAnswer&) = delete;
    // False: there is no memory for so much.
    bool hold(std::size_t bytes) { return budget_.grow_to(organization_, bytes_, bytes); }

  private:
    MemoryBudget& budget_;
    const Id128 organization_;
    std::size_t bytes_ = 0;
};

// Events say each token with some 200 bytes around it, and are counted with those.
constexpr std::size_t kEventBytesPerAnswerByte = 2;

Error take_gathered(OpenAiFromEvents& events, OpenAiFromEvents::State state, const std::string& provider,
                    std::string& body) {
    using State = OpenAiFromEvents::State;
    const std::string sender = "provider " + provider;
    if (state == State::invalid)
        return {ErrorKind::upstream_invalid_response, sender + " sent an event that is not JSON"};
    if (state == State::too_large) {
        return {ErrorKind::upstream_invalid_response, sender + " sent more events than can be held"};
    }
    if (state == State::more && !events.complete()) {
        return {ErrorKind::upstream_incomplete, sender + " ended the stream before the answer was complete"};
    }
    body = events.take();
    return {};
}

// An upstream that streams although nobody asked for it: its events become the answer that was asked for. The reader
// has the first of them in hand.
wire::Awaitable<Error> gather_events(Connection& connection, BodyReader& reader, const std::string& provider,
                                     HeldAnswer& memory, std::string& body) {
    using State = OpenAiFromEvents::State;
    const auto& limits = connection.worker().config().limits;
    OpenAiFromEvents events(limits.max_event_bytes, kEventBytesPerAnswerByte * limits.max_buffered_response_bytes);
    std::size_t bytes = reader.in_hand().size();
    State state = events.take_bytes(reader.in_hand());
    reader.consume(reader.in_hand().size());
    while (state == State::more && !reader.ended()) {
        if (connection.abandoned()) co_return upstream_failure(connection, provider, {});
        const BodyPart part = reader.must_read() ? reader.take(co_await reader.read()) : reader.take();
        if (part.error) co_return part.error;
        bytes += part.payload.size();
        if (!memory.hold(bytes)) co_return Error{ErrorKind::overloaded, "too many answers are in memory"};
        state = events.take_bytes(part.payload);
        reader.consume(part.payload.size());
    }
    co_return take_gathered(events, state, provider, body);
}

// The same of JSON that is no single object: the chunks of a stream without its framing.
Error gather_objects(std::string_view json, const LimitsConfig& limits, const std::string& provider,
                     std::string& body) {
    std::string text;
    OpenAiToEvents to_events(limits.max_event_bytes);
    if (to_events.take(json, true, text) != OpenAiToEvents::State::more) {
        return {ErrorKind::upstream_invalid_response,
                "provider " + provider + " sent a body that is not a JSON object"};
    }
    OpenAiFromEvents events(limits.max_event_bytes, kEventBytesPerAnswerByte * limits.max_buffered_response_bytes);
    return take_gathered(events, events.take_bytes(text), provider, body);
}

}  // namespace

wire::Awaitable<Error> relay_json(Connection& connection, HeldRequest& held, UpstreamAnswer& answer) {
    Exchange& request = connection.request;
    const std::size_t limit = connection.worker().config().limits.max_buffered_response_bytes;
    const std::string provider = answer.pool->provider().name;
    BodyReader reader(connection, answer);
    if (answer.framing == wire::Framing::length && answer.content_length <= limit) {
        reader.reserve(static_cast<std::size_t>(answer.content_length));
    }
    request.attempt.generated = answer.framing == wire::Framing::length;  // its length is known
    HeldAnswer memory(connection);
    std::string gathered;
    AnswerShape shape = AnswerShape::unknown;
    while (!reader.ended() && gathered.empty()) {
        const bool too_large = reader.in_hand().size() > limit || !memory.hold(reader.in_hand().size());
        if (too_large) co_return co_await relay_large_json(connection, held, answer, reader);
        BodyPart part;
        if (connection.abandoned()) {
            part.error = upstream_failure(connection, provider, {});
        } else {
            part = reader.must_read() ? reader.take(co_await reader.read()) : reader.take();
        }
        if (part.error) {
            reader.release(false);
            co_return part.error;
        }
        if (shape != AnswerShape::unknown) continue;
        shape = shape_of(reader.in_hand());  // spaces are sent by some to keep the connection alive
        if (shape != AnswerShape::unknown) request.attempt.generated = true;
        if (shape != AnswerShape::events) continue;
        const Error failed = co_await gather_events(connection, reader, provider, memory, gathered);
        if (failed) {
            reader.release(false);
            co_return failed;
        }
    }
    std::string_view body = gathered.empty() ? without_byte_order_mark(reader.in_hand()) : gathered;
    PlainAnswer plain;
    Error error = inspect_answer(body, source_of(request), plain);
    const bool may_be_chunks = shape == AnswerShape::json && gathered.empty() && request.ask.api != ApiType::embeddings;
    if (error.kind() == ErrorKind::upstream_invalid_response && may_be_chunks) {
        error = gather_objects(body, connection.worker().config().limits, provider, gathered);
        body = gathered;
        plain = PlainAnswer();
        if (!error) error = inspect_answer(body, source_of(request), plain);
    }
    if (error) {
        reader.release(true);
        co_return error;
    }
    request.reply.status = answer.status;
    Conclusion conclusion(connection, held);
    const Ending ending = plain_ending(terms_of(request), body, plain);
    const bool finished = conclusion.finish_now(ending, [&](NanoUsd) {
        std::string& reply_body = connection.worker().scratch;
        reply_body.clear();
        append_spliced(body, plain, splices_of(request, ending.source == UsageSource::provider), reply_body);
        std::string& out = connection.out;
        out.clear();
        append_head(connection, out, answer.status, kJsonType, BodyFraming::length, reply_body.size());
        out += reply_body;
        return LastBytes{out};
    });
    reader.release(true);
    if (!finished) co_await conclusion.finish();
    co_return Error{};
}

namespace {

// Writes `bytes` as a chunk, or as they are where the body ends by closing.
struct LargePieces {
    LargePieces(BodyFraming framing, std::string_view bytes, bool last) {
        pieces[1] = bytes;
        if (framing != BodyFraming::chunked) return;
        pieces[0] = std::string_view(size_text, wire::write_chunk_head(bytes.size(), size_text));
        pieces[2] = last ? "\r\n0\r\n\r\n" : "\r\n";
    }
    LargePieces(const LargePieces&) = delete;
    LargePieces& operator=(const LargePieces&) = delete;

    LastBytes pieces;
    char size_text[20];
};

// Forwards all but the last kHeldTailBytes as they come. All of it is scanned.
wire::Awaitable<Error> forward_all_but_tail(Connection& connection, const std::string& provider, BodyFraming framing,
                                            BodyReader& reader, UsageScanner& scanner) {
    scanner.feed(reader.in_hand());
    while (!reader.ended()) {
        if (reader.in_hand().size() > 2 * kHeldTailBytes) {
            const std::size_t now = reader.in_hand().size() - kHeldTailBytes;
            const LargePieces out(framing, reader.in_hand().substr(0, now), false);
            if (!connection.write_now(out.pieces)) co_await connection.write_rest(out.pieces);
            reader.consume(now);
            reader.shrink();
        }
        if (connection.abandoned()) co_return upstream_failure(connection, provider, {});
        const BodyPart part = reader.must_read() ? reader.take(co_await reader.read()) : reader.take();
        if (part.error) co_return part.error;
        scanner.feed(part.payload);
    }
    if (scanner.whole()) co_return Error{};
    co_return Error{ErrorKind::upstream_invalid_response,
                    "provider " + provider + " sent a body that ends inside a JSON object"};
}

// What is charged goes into the usage, if that stands in the tail.
void splice_tail(const UsageScanner& scanner, const ChargedUsage& charged, std::string& tail) {
    const std::size_t tail_begin = scanner.bytes() - tail.size();
    if (scanner.usage_end() == 0 || scanner.usage_begin() < tail_begin) return;
    const std::size_t begin = scanner.usage_begin() - tail_begin, size = scanner.usage_end() - scanner.usage_begin();
    std::string usage;
    append_usage(std::string_view(tail).substr(begin, size), charged, usage);
    tail.replace(begin, size, usage);
}

}  // namespace

// The head goes out at once; the last kHeldTailBytes stay back until the answer is settled.
wire::Awaitable<Error> relay_large_json(Connection& connection, HeldRequest& held, UpstreamAnswer& answer,
                                        BodyReader& reader) {
    Exchange& request = connection.request;
    const BodyFraming framing = open_ended_framing(connection);
    connection.out.clear();
    append_head(connection, connection.out, answer.status, kJsonType, framing, 0);
    const std::array<std::string_view, 1> head{connection.out};
    if (!connection.write_now(head)) co_await connection.write_rest(head);
    const std::string provider = answer.pool->provider().name;
    const auto scanner = std::make_unique<UsageScanner>();
    Error error = co_await forward_all_but_tail(connection, provider, framing, reader, *scanner);
    if (error) {
        connection.close_after = true;  // the body stays visibly incomplete
        connection.reset_on_close = framing == BodyFraming::until_close;
        reader.release(false);
        co_return error;
    }
    std::string tail(reader.in_hand());
    reader.release(true);
    request.reply.status = answer.status;
    std::optional<LargePieces> last;
    Conclusion conclusion(connection, held);
    const Ending ending = large_ending(terms_of(request), *scanner);
    const bool finished = conclusion.finish_now(ending, [&](NanoUsd cost) {
        const bool reported = ending.source == UsageSource::provider;
        const std::string cost_text = to_usd(cost);
        splice_tail(*scanner, {token_counts(ending.usage), reported, cost_text}, tail);
        last.emplace(framing, tail, true);
        return last->pieces;
    });
    if (!finished) co_await conclusion.finish();
    co_return Error{};
}

}  // namespace tollgate
