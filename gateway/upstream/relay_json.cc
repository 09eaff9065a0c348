// A JSON answer: held whole, its usage priced and spliced with the cost, settled, sent in one write.
#include <optional>

#include "gateway/client/connection.h"
#include "gateway/client/reply.h"
#include "gateway/exchange/conclude.h"
#include "gateway/upstream/body_reader.h"
#include "gateway/upstream/plain_answer.h"
#include "gateway/upstream/relay.h"
#include "gateway/wire/chunked.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::size_t kHeldTailBytes = 64 * 1024;  // of an answer too large to hold whole

AnswerSplices splices_of(const Exchange& request) {
    AnswerSplices splices;
    splices.usage = request.reply.usage;
    splices.cost = request.reply.cost;
    splices.labels = request.head.inbound->labels_answers();
    splices.generation_id = request.head.generation_id();
    splices.provider = request.attempt.endpoint->provider_json;
    splices.model = request.attempt.endpoint->model_json;
    return splices;
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
    while (!reader.ended()) {
        if (reader.in_hand().size() > limit) co_return co_await relay_large_json(connection, held, answer, reader);
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
        if (!request.attempt.generated) {  // spaces are sent by some to keep the connection alive
            request.attempt.generated = reader.in_hand().find_first_not_of(" \t\r\n") != std::string_view::npos;
        }
    }
    const std::string_view body = reader.in_hand();
    PlainAnswer plain;
    Error error = inspect_answer(body, provider, plain);
    if (error) {
        reader.release(true);
        co_return error;
    }
    request.reply.status = answer.status;
    Conclusion conclusion(connection, held);
    const bool finished = conclusion.finish_now(plain_ending(terms_of(request), body, plain), [&](NanoUsd) {
        std::string& reply_body = connection.worker().scratch;
        reply_body.clear();
        append_spliced(body, plain, splices_of(request), reply_body);
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

// What came of forwarding a large answer, of which the reader has the tail in hand.
struct LargeEnd {
    Error error;
    std::size_t body_bytes = 0;  // of the whole
};

// Forwards all but the last kHeldTailBytes as they come.
wire::Awaitable<LargeEnd> forward_all_but_tail(Connection& connection, const std::string& provider, BodyFraming framing,
                                               BodyReader& reader) {
    LargeEnd end;
    end.body_bytes = reader.in_hand().size();
    while (!reader.ended()) {
        if (reader.in_hand().size() > 2 * kHeldTailBytes) {
            const std::size_t now = reader.in_hand().size() - kHeldTailBytes;
            const LargePieces out(framing, reader.in_hand().substr(0, now), false);
            if (!connection.write_now(out.pieces)) co_await connection.write_rest(out.pieces);
            reader.consume(now);
        }
        if (connection.abandoned()) {
            end.error = upstream_failure(connection, provider, {});
            co_return end;
        }
        const BodyPart part = reader.take(co_await reader.read());
        end.error = part.error;
        if (end.error) co_return end;
        end.body_bytes += part.payload.size();
    }
    co_return end;
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
    LargeEnd end = co_await forward_all_but_tail(connection, provider, framing, reader);
    AnswerTail facts;
    if (!end.error) end.error = inspect_tail(reader.in_hand(), provider, facts);
    if (end.error) {
        connection.close_after = true;  // the body stays visibly incomplete
        connection.reset_on_close = framing == BodyFraming::until_close;
        reader.release(false);
        co_return end.error;
    }
    std::string tail(reader.in_hand());
    reader.release(true);
    request.reply.status = answer.status;
    std::optional<LargePieces> last;
    Conclusion conclusion(connection, held);
    const bool finished =
        conclusion.finish_now(tail_ending(terms_of(request), facts, end.body_bytes), [&](NanoUsd cost) {
            splice_tail(facts, cost, tail);
            last.emplace(framing, tail, true);
            return last->pieces;
        });
    if (!finished) co_await conclusion.finish();
    co_return Error{};
}

}  // namespace tollgate
