#include "gateway/upstream/relay.h"

#include "gateway/client/connection.h"
#include "gateway/exchange/abandoned.h"
#include "gateway/worker.h"

namespace tollgate {

UsageTerms terms_of(const Exchange& request) {
    return {.counted_prompt_tokens = request.terms.counted_prompt_tokens,
            .reasoning_in_completion = request.attempt.endpoint->provider->reasoning_in_completion};
}

Ending failed_ending(Connection& connection) {
    static const StreamFacts kNothingStreamed;
    const Exchange& request = connection.request;
    const StreamFacts& facts = request.attempt.metered ? connection.meter.facts() : kNothingStreamed;
    const bool sent = request.attempt.sent_upstream != wire::Clock::time_point{};
    if (request.reply.error == ErrorKind::client_closed_request && sent) {
        return with_unseen(request, stream_ending(terms_of(request), facts));
    }
    return failed_ending(terms_of(request), facts, !connection.worker().config().credit.zero_completion_insurance);
}

wire::Awaitable<Error> relay(Connection& connection, HeldRequest& held, UpstreamAnswer& answer) {
    if (answer.status >= 300) return relay_error(connection, answer);
    // What was asked for decides, and what comes; not how it is labelled.
    const Ask& ask = connection.request.ask;
    if (ask.body.stream && ask.api != ApiType::embeddings) return relay_stream(connection, held, answer);
    return relay_json(connection, held, answer);
}

}  // namespace tollgate
