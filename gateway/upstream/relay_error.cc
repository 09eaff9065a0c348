// An upstream's refusal, passed on in a shape that every SDK understands.
#include <algorithm>
#include <chrono>

#include "gateway/client/connection.h"
#include "gateway/upstream/body_reader.h"
#include "gateway/upstream/relay.h"
#include "gateway/upstream/upstream_refusal.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostErrorBytes = 64 * 1024;  // of an upstream's error body
constexpr std::uint32_t kLongestErrorMs = 2000;     // that it is waited for: the status is known

// The endpoint is asked again without them. Not where the client asks for more with them: that is its own affair.
void note_refused_stream_options(Connection& connection, const UpstreamRefusal& refusal) {
    Exchange& request = connection.request;
    const std::int64_t now_ms = wire::monotonic_ms(connection.worker().tick_time());
    const bool sent = request.ask.body.stream && !request.attempt.without_stream_options &&
                      request.attempt.endpoint->takes_stream_options(now_ms);
    const std::string_view body = connection.in.view().substr(0, request.received.bytes);
    request.attempt.refused_stream_options =
        sent && refuses_stream_options(refusal.status, refusal.body) && !has_own_stream_options(body, request.ask.body);
}

}  // namespace

wire::Awaitable<Error> relay_error(Connection& connection, UpstreamAnswer& answer) {
    BodyReader reader(connection, answer);
    const std::uint32_t gap_ms = connection.worker().config().timeouts.stream_gap_timeout_ms;
    const auto end = wire::Clock::now() + std::chrono::milliseconds(std::min(kLongestErrorMs, gap_ms));
    while (!reader.ended() && reader.in_hand().size() < kMostErrorBytes) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - wire::Clock::now()).count();
        if (left <= 0) break;
        const BodyPart part =
            reader.must_read() ? reader.take(co_await reader.read(static_cast<std::uint32_t>(left))) : reader.take();
        if (part.error) break;  // what has come says enough
    }
    const UpstreamRefusal refusal{.status = answer.status,
                                  .provider = answer.pool->provider().name,
                                  .retry_headers = answer.retry_headers(),
                                  .body = reader.in_hand(),
                                  .whole = reader.ended()};
    note_refused_stream_options(connection, refusal);
    Error error = judge(refusal, *connection.request.attempt.key.credential);
    reader.release(reader.ended());
    co_return error;
}

}  // namespace tollgate
