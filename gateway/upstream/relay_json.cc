// A JSON answer: held whole, its usage priced and spliced with the cost, settled, sent in one write.
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/chat/dialect/chat/passed_calls.h"
#include "gateway/chat/dialect/openai_from_events.h"
#include "gateway/chat/dialect/openai_to_events.h"
#include "gateway/chat/reader/json_stream.h"
#include "gateway/client/connection.h"
#include "gateway/client/reply.h"
#include "gateway/exchange/conclude.h"
#include "gateway/exchange/token_usage.h"
#include "gateway/exchange/told_cost.h"
#include "gateway/text/json_writer.h"
#include "gateway/upstream/answer_shape.h"
#include "gateway/upstream/body_reader.h"
#include "gateway/upstream/held_answer.h"
#include "gateway/upstream/plain_answer.h"
#include "gateway/upstream/relay.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

Error invalid_answer(const std::string& provider, std::string_view what) {
    return {ErrorKind::upstream_invalid_response, "provider " + provider + " sent " + std::string(what)};
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

// What is gathered is kept as values, which take more room than their text.
constexpr std::size_t kGatheredPerAnswerByte = 2;

// The answer that was asked for, out of the events or the objects of a stream that nobody asked for. One that grows too
// large to hold is read to its end all the same, for what it costs: the connection's meter knows that.
class Gathering {
  public:
    enum class Framing : std::uint8_t { events, objects };

    Gathering(Connection& connection, Framing framing, std::string provider)
        : meter_(connection.meter),
          framing_(framing),
          provider_(std::move(provider)),
          memory_(connection),
          to_events_(connection.worker().config().limits.max_event_bytes),
          answer_(connection.worker().config().limits.max_event_bytes,
                  kGatheredPerAnswerByte * connection.worker().config().limits.max_buffered_response_bytes) {
        begin_meter(connection);
    }

    // A part of the body. False: nothing more is to be read.
    bool take(std::string_view part, bool end) {
        if (framing_ == Framing::objects) {
            events_.clear();
            objects_ = to_events_.take(part, end, events_);
            part = events_;
        }
        unsent_.clear();
        meter_.feed(part, unsent_);
        if (state_ == State::more) state_ = answer_.take_bytes(part);
        if (state_ == State::more && !memory_.hold(answer_.bytes())) {
            state_ = State::too_large;
            memory_is_short_ = true;
        }
        const StreamFacts& facts = meter_.facts();
        const bool reads_on = state_ == State::too_large && !facts.done && !facts.invalid && !facts.error_event;
        return objects_ == OpenAiToEvents::State::more && (state_ == State::more || reads_on);
    }

    const std::string& provider() const { return provider_; }

    Error finish(std::string& body) {
        if (state_ == State::too_large) {
            Error error = invalid_answer(provider_, "a stream for an answer too large to hold");
            if (memory_is_short_)
                error = {ErrorKind::overloaded, "there is no memory to gather the answer's stream in"};
            error.set_retry(Retry::never);  // it has been made, and is billed
            return error;
        }
        if (objects_ != OpenAiToEvents::State::more) {
            return invalid_answer(provider_, "a body that is not a JSON object");
        }
        if (state_ == State::invalid) {
            return invalid_answer(provider_, "an event that is not JSON");
        }
        if (state_ == State::more && !answer_.complete()) {
            return {ErrorKind::upstream_incomplete,
                    "provider " + provider_ + " ended the stream before the answer was complete"};
        }
        body = answer_.take();
        return {};
    }

  private:
    using State = OpenAiFromEvents::State;

    AnswerStream& meter_;
    const Framing framing_;
    const std::string provider_;
    HeldAnswer memory_;
    OpenAiToEvents to_events_;
    OpenAiToEvents::State objects_ = OpenAiToEvents::State::more;
    OpenAiFromEvents answer_;
    State state_ = State::more;
    bool memory_is_short_ = false;
    std::string events_, unsent_;
};

// The reader has the first of it in hand.
wire::Awaitable<Error> gather(Connection& connection, BodyReader& reader, Gathering& gathering, std::string& body) {
    bool more = gathering.take(reader.in_hand(), reader.ended());
    reader.consume(reader.in_hand().size());
    while (more && !reader.ended()) {
        if (connection.abandoned()) co_return upstream_failure(connection, gathering.provider(), {});
        const BodyPart part = reader.must_read() ? reader.take(co_await reader.read()) : reader.take();
        if (part.error) co_return part.error;
        more = gathering.take(part.payload, part.end);
        reader.consume(part.payload.size());
    }
    co_return gathering.finish(body);
}

// Some say "stop" of an answer that has calls: clients would not make them.
void mend_reasons(std::string_view& body, PlainAnswer& plain, const AnswerSource& source, std::string& mended) {
    if (plain.finish_reason.empty() || plain.finish_reason == "tool_calls") return;
    constexpr std::string_view kCalls = "\"tool_calls\"";
    const std::string_view choices = plain.choices.of(body);
    // Leaps over what can't be it; string_view's search stops at every quote.
    if (memmem(choices.data(), choices.size(), kCalls.data(), kCalls.size()) == nullptr) return;
    PlainAnswer answer;
    if (!mend_finish_reasons(body, mended) || inspect_answer(mended, source, answer)) return;
    body = mended;
    plain = answer;
}

// Whether the JSON is more than one object: chunks of a stream without the framing of events.
bool is_sequence(std::string_view beginning) {
    JsonStreamReader reader(beginning.size());
    if (reader.next(beginning) != JsonStreamReader::Step::object) return false;
    return reader.next(beginning) == JsonStreamReader::Step::object || reader.inside();
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
    std::unique_ptr<Gathering> gathering;
    std::string gathered;
    AnswerShape shape = AnswerShape::unknown;
    while (gathering == nullptr && (!reader.ended() || shape == AnswerShape::events)) {
        const bool too_large = reader.in_hand().size() > limit || !memory.hold(reader.in_hand().size());
        const bool gathers = shape == AnswerShape::events || (too_large && is_sequence(reader.in_hand()));
        if (gathers) {
            const auto framing =
                shape == AnswerShape::events ? Gathering::Framing::events : Gathering::Framing::objects;
            gathering = std::make_unique<Gathering>(connection, framing, provider);
            const Error failed = co_await gather(connection, reader, *gathering, gathered);
            if (!failed) break;
            reader.release(false);
            co_return failed;
        }
        if (too_large && shape == AnswerShape::unknown) {
            reader.release(false);
            co_return invalid_answer(provider, "nothing but white space");
        }
        if (too_large) {
            Error refused = inspect_beginning(reader.in_hand(), source_of(request));
            if (!refused) co_return co_await relay_large_json(connection, held, answer, reader);
            reader.release(false);
            co_return refused;
        }
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
    }
    std::string_view body = gathered.empty() ? without_byte_order_mark(reader.in_hand()) : gathered;
    PlainAnswer plain;
    Error error = inspect_answer(body, source_of(request), plain);
    const bool may_be_chunks = shape == AnswerShape::json && gathered.empty() && request.ask.api != ApiType::embeddings;
    if (error.kind() == ErrorKind::upstream_invalid_response && may_be_chunks) {
        gathering = std::make_unique<Gathering>(connection, Gathering::Framing::objects, provider);
        gathering->take(body, true);
        error = gathering->finish(gathered);
        body = gathered;
        plain = PlainAnswer();
        if (!error) error = inspect_answer(body, source_of(request), plain);
    }
    if (error) {
        reader.release(true);
        co_return error;
    }
    std::string mended;
    mend_reasons(body, plain, source_of(request), mended);
    request.reply.status = answer.status;
    Conclusion conclusion(connection, held);
    const Ending ending = plain_ending(terms_of(request), body, plain);
    const bool finished = conclusion.finish_now(ending, [&](NanoUsd) {
        std::string& reply_body = connection.worker().scratch;
        reply_body.clear();
        std::string told;
        AnswerSplices splices = splices_of(request, ending.source == UsageSource::provider);
        if (tells_who_paid(request)) splices.told_cost = told = told_cost(request, request.reply.cost);
        append_spliced(body, plain, splices, reply_body);
        append_last_member(options_of(connection).last_member, reply_body);
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

}  // namespace tollgate
