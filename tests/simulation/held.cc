#include "tests/simulation/held.h"

#include <utility>

#include "gateway/exchange/refusal.h"
#include "gateway/ops/counters.h"
#include "tests/simulation/world.h"

namespace tollgate {
namespace {

std::optional<Refusal> last_refusal;
WorkerCounters counters(1, 1);

}  // namespace

// The simulation sees the refusal itself; how it is worded is not its business.
ErrorKind money_kind(const Refusal& refusal) {
    return refusal.limit == Refusal::Limit::credit ? ErrorKind::insufficient_credits : ErrorKind::budget_exceeded;
}

Error refusal_error(const Refusal& refusal, const HoldEstimate&, const Endpoint&, std::int64_t) {
    last_refusal = refusal;
    return {money_kind(refusal), "refused"};
}

namespace simulation {

std::string provider_name(std::size_t candidate) { return "sample-" + std::to_string(candidate); }

Held::Held(SlotFile& slots, const ModelRequest& request, HeldFacts facts) : held_(slots, request.lane, counters) {
    for (const Prices& prices : facts.candidates) {
        auto place = std::make_unique<Place>();
        place->endpoint.prices = prices;
        place->model.id = "sample/echo";
        place->provider.name = provider_name(places_.size());
        place->entry.number = places_.size() + 1;
        candidates_.push_back(&place->entry);
        places_.push_back(std::move(place));
    }
    context_.head.id = request.id;
    context_.head.started_ms = request.created_ms;
    context_.head.started = wire::Clock::time_point(std::chrono::milliseconds(facts.monotonic_ms));
    context_.principal = std::move(facts.principal);
    context_.terms.retention_class = request.retention_class;
    context_.ask.body.stream = true;
    context_.ask.body.prompt_bytes = facts.prompt_bytes;
    context_.ask.body.output_bound = facts.output_bound;
    context_.attempt.endpoint = candidates_.front();
}

Error Held::take(const CreditConfig& config) {
    last_refusal.reset();
    Error error = held_.take(context_, candidates_, config);
    refusal_ = std::exchange(last_refusal, std::nullopt);
    return error;
}

void Held::use(std::size_t candidate) {
    context_.attempt.endpoint = candidates_.at(candidate);
    held_.use(candidate);
}

}  // namespace simulation
}  // namespace tollgate
