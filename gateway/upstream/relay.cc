#include "gateway/upstream/relay.h"

#include "gateway/client/connection.h"
#include "gateway/worker.h"

namespace tollgate {

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

Ending failed_ending(Connection& connection) {
    static const StreamFacts kNothingStreamed;
    const RequestContext& request = connection.request;
    const StreamFacts& facts = request.metered ? connection.meter.facts() : kNothingStreamed;
    const bool sent = request.sent_upstream != wire::Clock::time_point{};
    if (request.error == ErrorKind::client_closed_request && sent) return stream_ending(request, facts);
    // Free for the customer, unless the insurance is off; what the provider is thought to charge for a stream that
    // broke is booked all the same.
    Ending ending;
    if (facts.content_events > 0) ending = stream_ending(request, facts);
    ending.charge = !connection.worker().config().credit.zero_completion_insurance;
    return ending;
}

wire::Awaitable<Error> relay(Connection& connection, HeldRequest& held, UpstreamAnswer& answer) {
    if (answer.status >= 300) return relay_error(connection, answer);
    if (answer.event_stream) return relay_stream(connection, held, answer);
    return relay_json(connection, held, answer);
}

}  // namespace tollgate
