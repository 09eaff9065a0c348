#include "tests/simulation/held.h"

#include <utility>

#include "gateway/exchange/refusal.h"
#include "tests/simulation/world.h"

namespace tollgate {
namespace {

std::optional<Refusal> last_refusal;
WorkerCounters counters(1);

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

Held::Held(SlotFile& slots, const ModelRequest& request, HeldFacts facts)
    : place_{.model = &model_, .endpoint = &endpoint_, .provider = &provider_, .number = 1},
      held_(slots, request.lane, counters) {
    endpoint_.prices = facts.prices;
    model_.id = "sample/echo";
    provider_.name = "sample";
    context_.id = request.id;
    context_.started_ms = request.created_ms;
    context_.started = wire::Clock::time_point(std::chrono::milliseconds(facts.monotonic_ms));
    context_.principal = std::move(facts.principal);
    context_.retention_class = request.retention_class;
    context_.body.stream = true;
    context_.body.prompt_bytes = facts.prompt_bytes;
    context_.body.output_bound = facts.output_bound;
    context_.endpoint = &place_;
}

Error Held::take(const CreditConfig& config) {
    last_refusal.reset();
    Error error = held_.take(context_, std::span(&context_.endpoint, 1), config);
    refusal_ = std::exchange(last_refusal, std::nullopt);
    return error;
}

}  // namespace simulation
}  // namespace tollgate
