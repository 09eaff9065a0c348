// An upstream's refusal, passed on in a shape that every SDK understands.
#include "gateway/client/connection.h"
#include "gateway/upstream/body_reader.h"
#include "gateway/upstream/relay.h"
#include "gateway/upstream/upstream_refusal.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostErrorBytes = 64 * 1024;  // of an upstream's error body

// The endpoint is asked again without them, and never again with them.
void note_refused_stream_options(Exchange& request, const UpstreamRefusal& refusal) {
    const CatalogueEndpoint& endpoint = *request.attempt.endpoint;
    if (!request.ask.body.stream || !endpoint.takes_stream_options()) return;
    request.attempt.refused_stream_options = refuses_stream_options(refusal.status, refusal.body);
    if (request.attempt.refused_stream_options) endpoint.refuses_stream_options->store(true, std::memory_order_relaxed);
}

}  // namespace

wire::Awaitable<Error> relay_error(Connection& connection, UpstreamAnswer& answer) {
    BodyReader reader(connection, answer);
    while (!reader.ended() && reader.in_hand().size() < kMostErrorBytes) {
        const BodyPart part = reader.must_read() ? reader.take(co_await reader.read()) : reader.take();
        if (part.error) break;  // what has come says enough
    }
    const UpstreamRefusal refusal{.status = answer.status,
                                  .provider = answer.pool->provider().name,
                                  .retry_headers = answer.retry_headers,
                                  .body = reader.in_hand(),
                                  .whole = reader.ended()};
    note_refused_stream_options(connection.request, refusal);
    Error error = judge(refusal, connection.request.attempt.endpoint->provider->operators);
    reader.release(reader.ended());
    co_return error;
}

}  // namespace tollgate
