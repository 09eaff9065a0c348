#include "gateway/upstream/relay.h"

#include <boost/asio/ssl/error.hpp>

#include "gateway/client/connection.h"
#include "gateway/worker.h"

namespace tollgate {

wire::Awaitable<wire::Stream::ReadResult> read_body_bytes(Connection& connection, UpstreamAnswer& answer,
                                                          std::uint32_t timeout_ms) {
    constexpr std::size_t kLeastRoom = 4096;
    UpstreamConnection& upstream = *answer.connection;
    if (timeout_ms == 0) timeout_ms = connection.worker().config().timeouts.stream_gap_timeout_ms;
    connection.expect_upstream(upstream.stream, timeout_ms);
    char* const to = upstream.in.room(kLeastRoom);
    return upstream.stream.read_some(to, upstream.in.room_size());
}

BodyStep take_body(Connection& connection, UpstreamAnswer& answer, std::size_t offset,
                   const wire::Stream::ReadResult& read) {
    UpstreamConnection& upstream = *answer.connection;
    const auto& [error, bytes] = read;
    BodyStep step;
    const bool closed = error == wire::asio::error::eof || error == wire::asio::ssl::error::stream_truncated;
    if (error && !(closed && answer.framing == wire::Framing::until_close)) {
        step.error = upstream_failure(connection, answer.pool->provider().name, error);
        return step;
    }
    upstream.in.produced(bytes);
    connection.answer_read(bytes);
    if (!connection.request.streamed) connection.request.note_first_token();
    const std::size_t raw = upstream.in.size() - offset;
    if (answer.framing == wire::Framing::length) {
        step.payload = static_cast<std::size_t>(std::min<std::uint64_t>(raw, answer.content_length));
        answer.content_length -= step.payload;
        step.ended = answer.content_length == 0;
    } else if (answer.framing == wire::Framing::until_close) {
        step.payload = raw;
        step.ended = closed;
    } else if (answer.framing == wire::Framing::chunked) {
        const auto decoded = connection.response_chunks.decode(upstream.in.data() + offset, raw);
        upstream.in.cut(offset + decoded.payload, decoded.consumed - decoded.payload);
        step.payload = decoded.payload;
        step.ended = decoded.state == wire::ChunkDecoder::State::done;
        if (decoded.state == wire::ChunkDecoder::State::refused) {
            step.error = {ErrorKind::upstream_invalid_response,
                          "provider " + answer.pool->provider().name +
                              " sent a malformed body: " + std::string(connection.response_chunks.reason())};
        }
    } else {
        step.ended = true;
    }
    return step;
}

void release_upstream(Connection& connection, UpstreamAnswer& answer, bool whole) {
    connection.expect_nobody();
    if (answer.connection == nullptr) return;
    if (whole && answer.keep_alive && answer.connection->in.empty()) {
        answer.pool->give_back(std::move(answer.connection), connection.worker().tick_time());
    } else {
        answer.pool->discard(std::move(answer.connection));
    }
}

Ending counted_ending(const RequestContext& request, const StreamFacts& facts) {
    Ending ending;
    ending.usage.prompt = request.counted_prompt_tokens;
    ending.usage.completion = counted_completion_tokens(facts);
    ending.source = UsageSource::counted;
    ending.finish_reason = facts.finish_reason;
    ending.upstream_id = facts.upstream_id;
    return ending;
}

std::int64_t take_reported(const RequestContext& request, const TokenUsage& reported, Ending& ending) {
    ending.usage = reported;
    ending.source = UsageSource::provider;
    if (!request.endpoint->provider->reasoning_in_completion) ending.usage.completion += reported.reasoning;
    return std::max<std::int64_t>(ending.usage.completion - reported.reasoning, 0);
}

Ending stream_ending(const RequestContext& request, const StreamFacts& facts) {
    Ending ending = counted_ending(request, facts);
    if (facts.has_usage) {
        const std::int64_t visible = take_reported(request, facts.usage, ending);
        ending.usage_contradictory = contradicts(visible, facts.content_events, facts.content_bytes);
    }
    return ending;
}

wire::Awaitable<bool> settlement_safe(Connection& connection, const HeldRequest& held) {
    connection.expect_nobody();
    const bool safe = co_await connection.worker().settled_on_disk(held.ticket());
    if (!safe) {
        connection.request.error = ErrorKind::store_unavailable;
        connection.close_after = connection.reset_on_close = true;
    }
    co_return safe;
}

void settle_failed(Connection& connection, HeldRequest& held) {
    RequestContext& request = connection.request;
    const bool sent = request.sent_upstream != wire::Clock::time_point{};
    if (request.error == ErrorKind::client_closed_request && sent) {
        static const StreamFacts kNothingStreamed;
        held.settle(stream_ending(request, request.metered ? connection.meter.facts() : kNothingStreamed));
        return;
    }
    // Free for the customer, unless the insurance is off; what the provider is thought to charge for a stream that
    // broke is booked all the same.
    Ending ending;
    if (request.metered && connection.meter.facts().content_events > 0) {
        ending = stream_ending(request, connection.meter.facts());
    }
    ending.charge = !connection.worker().config().credit.zero_completion_insurance;
    held.settle(ending);
}

wire::Awaitable<Error> relay(Connection& connection, HeldRequest& held, UpstreamAnswer& answer) {
    if (answer.status >= 300) return relay_error(connection, answer);
    if (answer.event_stream) return relay_stream(connection, held, answer);
    return relay_json(connection, held, answer);
}

}  // namespace tollgate
