// A plain answer in another dialect than chat completions, or for a client of one: held whole, translated, settled,
// sent in one write.
#include <string>

#include "gateway/client/connection.h"
#include "gateway/client/reply.h"
#include "gateway/exchange/conclude.h"
#include "gateway/exchange/token_usage.h"
#include "gateway/exchange/told_cost.h"
#include "gateway/text/json_writer.h"
#include "gateway/upstream/answer_shape.h"
#include "gateway/upstream/body_reader.h"
#include "gateway/upstream/held_answer.h"
#include "gateway/upstream/relay.h"
#include "gateway/upstream/translated_answer.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// It has been made, and no other endpoint would make it smaller.
Error too_large(const std::string& provider, bool memory_is_short) {
    Error error(ErrorKind::upstream_invalid_response,
                "provider " + provider +
                    " sent an answer larger than limits.max_buffered_response_bytes, which cannot "
                    "be translated");
    if (memory_is_short) error = {ErrorKind::overloaded, "there is no memory to translate the answer in"};
    error.set_retry(Retry::never);
    return error;
}

// Reads the body into the answer. The reader keeps a plain one in hand.
wire::Awaitable<Error> read_answer(Connection& connection, BodyReader& reader, const std::string& provider,
                                   TranslatedAnswer& answer) {
    const std::size_t limit = connection.worker().config().limits.max_buffered_response_bytes;
    HeldAnswer memory(connection);
    AnswerShape shape = AnswerShape::unknown;
    bool more = true;
    std::size_t looked_at = 0;
    while (more && !reader.ended()) {
        if (connection.abandoned()) co_return upstream_failure(connection, provider, {});
        const BodyPart part = reader.must_read() ? reader.take(co_await reader.read()) : reader.take();
        if (part.error) co_return part.error;
        if (shape == AnswerShape::unknown) {
            shape = shape_of(reader.in_hand());  // spaces are sent by some to keep the connection alive
            if (shape == AnswerShape::unknown) continue;
            connection.request.attempt.generated = true;
        }
        if (shape == AnswerShape::events) {
            more = answer.take(reader.in_hand().substr(looked_at));
            reader.consume(reader.in_hand().size());
        }
        const std::size_t held = shape == AnswerShape::events ? answer.bytes() : reader.in_hand().size();
        const bool has_memory = memory.hold(held);
        if (held > limit || !has_memory) co_return too_large(provider, held <= limit);
    }
    co_return shape == AnswerShape::events ? answer.finish() : answer.read(without_byte_order_mark(reader.in_hand()));
}

}  // namespace

wire::Awaitable<Error> relay_translated(Connection& connection, HeldRequest& held, UpstreamAnswer& answer) {
    Exchange& request = connection.request;
    const std::string provider = answer.pool->provider().name;
    BodyReader reader(connection, answer);
    request.attempt.generated = answer.framing == wire::Framing::length;  // its length is known
    TranslatedAnswer translated(options_of(connection), source_of(request),
                                connection.worker().config().limits.max_json_depth);
    if (Error error = co_await read_answer(connection, reader, provider, translated)) {
        reader.release(reader.ended());
        co_return error;
    }
    request.reply.status = answer.status;
    Conclusion conclusion(connection, held);
    const Ending ending = stream_ending(terms_of(request), translated.facts());
    const bool finished = conclusion.finish_now(ending, [&](NanoUsd cost) {
        const std::string text = told_cost(request, cost);
        std::string& body = connection.worker().scratch;
        body.clear();
        translated.write({.counts = token_counts(request.reply.usage),
                          .reported = ending.source == UsageSource::provider,
                          .cost = text},
                         body);
        append_last_member(options_of(connection).last_member, body);
        std::string& out = connection.out;
        out.clear();
        append_head(connection, out, answer.status, kJsonType, BodyFraming::length, body.size());
        out += body;
        return LastBytes{out};
    });
    reader.release(true);
    if (!finished) co_await conclusion.finish();
    co_return Error{};
}

}  // namespace tollgate
