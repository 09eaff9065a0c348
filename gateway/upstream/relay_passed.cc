// An answer that passes through: forwarded as it comes with its own content type, the part that makes it complete held
// until it is settled.
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/client/connection.h"
#include "gateway/client/reply.h"
#include "gateway/exchange/conclude.h"
#include "gateway/upstream/body_reader.h"
#include "gateway/upstream/passed_answer.h"
#include "gateway/upstream/relay.h"
#include "gateway/wire/chunked.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// The reply's head and body on their way, in the framing that the head has told.
class PassedReply {
  public:
    PassedReply(Connection& connection, const UpstreamAnswer& answer) : connection_(connection), answer_(answer) {}

    bool begun() const { return begun_; }

    // What sends some of the body, with the head before it the first time. Valid until the next call.
    const LastBytes& pieces(std::string_view bytes) {
        if (!begun_) framing_ = open_ended_framing(connection_);
        write_head(0);
        frame(bytes, "\r\n");
        return pieces_;
    }
    // The same of the rest: whole if nothing was sent before.
    const LastBytes& last_pieces(std::string_view bytes) {
        constexpr std::string_view kEnd = "\r\n0\r\n\r\n";
        // Of a body that only its head is told of, not all may be in hand.
        if (!begun_) framing_ = head_only_ ? open_ended_framing(connection_) : BodyFraming::length;
        write_head(bytes.size());
        // A chunk of no bytes would be the last one.
        frame(bytes, bytes.empty() ? kEnd.substr(2) : kEnd);
        return pieces_;
    }

    void break_off(const Error& error) {
        connection_.request.reply.error = error.kind();
        connection_.close_after = true;
        connection_.reset_on_close = framing_ == BodyFraming::until_close;
    }

  private:
    void write_head(std::size_t length) {
        connection_.out.clear();
        if (!begun_) {
            append_head(connection_, connection_.out, answer_.status, answer_.content_type(), framing_, length);
        }
        begun_ = true;
    }
    void frame(std::string_view bytes, std::string_view end) {
        pieces_ = {connection_.out, {}, head_only_ ? std::string_view() : bytes, {}};
        if (framing_ != BodyFraming::chunked || head_only_) return;
        if (!bytes.empty()) pieces_[1] = {size_text_.data(), wire::write_chunk_head(bytes.size(), size_text_.data())};
        pieces_[3] = end;
    }

    Connection& connection_;
    const UpstreamAnswer& answer_;
    const bool head_only_ = connection_.request.head.head_only;
    bool begun_ = false;
    BodyFraming framing_ = BodyFraming::length;
    LastBytes pieces_;
    std::array<char, 20> size_text_{};
};

// Forwards all that may go before the settlement. The rest is in hand.
wire::Awaitable<Error> forward(Connection& connection, BodyReader& reader, PassedAnswer& passed, PassedReply& reply) {
    while (!reader.ended()) {
        if (connection.abandoned()) {
            co_return upstream_failure(connection, connection.request.attempt.endpoint->provider->name, {});
        }
        const BodyPart part = reader.must_read() ? reader.take(co_await reader.read()) : reader.take();
        if (part.error) co_return part.error;
        connection.request.attempt.generated = true;
        const std::size_t now = passed.take(reader.in_hand(), part.payload.size());
        if (now == 0 || part.end) continue;
        if (!connection.request.head.head_only) {
            const LastBytes& pieces = reply.pieces(reader.in_hand().substr(0, now));
            if (!connection.write_now(pieces)) co_await connection.write_rest(pieces);
        }
        reader.consume(now);
        passed.consume(now);
        reader.shrink();
    }
    passed.end(reader.in_hand());
    co_return Error{};
}

}  // namespace

wire::Awaitable<Error> relay_passed(Connection& connection, HeldRequest& held, UpstreamAnswer& answer) {
    Exchange& request = connection.request;
    BodyReader reader(connection, answer);
    const auto reply = std::make_unique<PassedReply>(connection, answer);
    const auto passed =
        std::make_unique<PassedAnswer>(answer.content_type(), connection.worker().config().limits.max_json_depth);
    if (Error error = co_await forward(connection, reader, *passed, *reply)) {
        reader.release(false);
        if (!reply->begun()) co_return error;
        error.set_retry(Retry::never);  // some of it is the client's already
        reply->break_off(error);
        co_return error;
    }
    PlainAnswer told;
    told.has_usage = passed->has_usage() && !is_of_account(request.ask.api);  // that of a batch is told with each look
    told.usage = passed->usage();
    request.reply.status = answer.status;
    Conclusion conclusion(connection, held);
    const Ending ending = plain_ending(terms_of(request), {}, told);
    const bool finished = conclusion.finish_now(ending, [&](NanoUsd) { return reply->last_pieces(reader.in_hand()); });
    if (!finished) co_await conclusion.finish();
    reader.release(true);
    co_return Error{};
}

}  // namespace tollgate
