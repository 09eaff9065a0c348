#include "gateway/routing/health/health_board.h"

#include <algorithm>

namespace tollgate {

HealthGrade grade_of(const OutcomeCounts& counts) {
    constexpr double kGood = 0.95, kDegraded = 0.80;
    if (counts.judged() < kLeastGraded) return HealthGrade::good;
    const double uptime = counts.uptime();
    if (uptime >= kGood) return HealthGrade::good;
    return uptime >= kDegraded ? HealthGrade::degraded : HealthGrade::down;
}

bool is_outage(const OutcomeCounts& counts) {
    constexpr std::uint64_t kLeastFailures = 3, kOneOf = 5;
    return counts.failure >= kLeastFailures && counts.failure * kOneOf >= counts.judged();
}

HealthBoard::HealthBoard(std::size_t workers, std::size_t endpoints, const BreakerOptions& options)
    : workers_(workers), endpoints_(endpoints + 1), windows_(workers * endpoints_), views_(workers * endpoints_) {
    for (std::size_t i = 0; i < endpoints_; ++i) states_.emplace_back(options);
}

HealthBoard::~HealthBoard() {
    for (auto& window : windows_) delete window.load(std::memory_order_relaxed);
}

void HealthBoard::note(std::size_t worker, std::size_t endpoint, const SeenAttempt& attempt, std::int64_t began_ms,
                       std::int64_t now_ms) {
    if (attempt.outcome == AttemptOutcome::nothing && attempt.latency_ms == 0) return;
    State& state = states_[endpoint];
    std::atomic<EndpointWindow*>& place = window(worker, endpoint);
    EndpointWindow* own = place.load(std::memory_order_relaxed);
    if (own == nullptr) {
        own = new EndpointWindow();
        place.store(own, std::memory_order_release);
        state.seen.store(true, std::memory_order_release);
    }
    own->note(attempt, now_ms);
    if (attempt.outcome == AttemptOutcome::success || attempt.outcome == AttemptOutcome::failure) {
        state.breaker.note(attempt.outcome == AttemptOutcome::success, began_ms, now_ms);
    }
}

RoutingHealth HealthBoard::of(std::size_t worker, std::size_t endpoint, std::int64_t now_ms) {
    const State& state = states_[endpoint];
    if (!state.seen.load(std::memory_order_acquire)) return {};
    View& view = views_[worker * endpoints_ + endpoint];
    const bool recovered = state.breaker.recovered_ms() > view.made_ms;
    if (recovered || now_ms - view.made_ms >= kViewMs) {
        view.made_ms = now_ms;
        look(endpoint, now_ms, view.health);
    }
    RoutingHealth health = view.health;
    look_at_state(endpoint, now_ms, health);
    return health;
}

RoutingHealth HealthBoard::now(std::size_t endpoint, std::int64_t now_ms) const {
    RoutingHealth health;
    look(endpoint, now_ms, health);
    look_at_state(endpoint, now_ms, health);
    return health;
}

void HealthBoard::look_at_state(std::size_t endpoint, std::int64_t now_ms, RoutingHealth& health) const {
    const State& state = states_[endpoint];
    health.breaker = state.breaker.state(now_ms);
    health.rate_limited = state.rests_until_ms.load(std::memory_order_relaxed) > now_ms;
}

// What was seen before an endpoint recovered is over: it gets its share at once, not when it is forgotten.
void HealthBoard::look(std::size_t endpoint, std::int64_t now_ms, RoutingHealth& health) const {
    const std::int64_t from_ms = states_[endpoint].breaker.recovered_ms();
    health.failed_lately = is_outage(sums(endpoint, HealthSpan::seconds_30, now_ms, from_ms).outcomes);
    const WindowSums five = sums(endpoint, HealthSpan::minutes_5, now_ms, from_ms);
    health.grade = grade_of(five.outcomes);
    health.latency = latency_of(five);
    health.throughput = throughput_of(five);
    const OutcomeCounts half_hour = sums(endpoint, HealthSpan::minutes_30, now_ms, 0).outcomes;
    health.uptime = half_hour.judged() < kLeastGraded ? 1 : half_hour.uptime();
}

template <class Visit>
void HealthBoard::for_each_window(std::size_t endpoint, Visit visit) const {
    for (std::size_t worker = 0; worker < workers_; ++worker) {
        const EndpointWindow* const one = windows_[worker * endpoints_ + endpoint].load(std::memory_order_acquire);
        if (one != nullptr) visit(*one);
    }
}

WindowSums HealthBoard::sums(std::size_t endpoint, HealthSpan span, std::int64_t now_ms, std::int64_t from_ms) const {
    WindowSums all;
    for_each_window(endpoint, [&](const EndpointWindow& one) { one.add_to(all, span, now_ms, from_ms); });
    return all;
}

OutcomeCounts HealthBoard::totals(std::size_t endpoint) const {
    OutcomeCounts all;
    for_each_window(endpoint, [&all](const EndpointWindow& one) { all += one.totals(); });
    return all;
}

void HealthBoard::rest_until(std::size_t endpoint, std::int64_t until_ms, std::int64_t now_ms) {
    State& state = states_[endpoint];
    const std::int64_t wanted = std::min(until_ms, now_ms + kLongestRestMs);
    std::int64_t known = state.rests_until_ms.load(std::memory_order_relaxed);
    while (known < wanted && !state.rests_until_ms.compare_exchange_weak(known, wanted, std::memory_order_relaxed)) {
    }
    state.seen.store(true, std::memory_order_release);
}

EndpointStatistics HealthBoard::statistics(std::size_t endpoint, std::int64_t now_ms) const {
    const WindowSums half_hour = sums(endpoint, HealthSpan::minutes_30, now_ms, 0);
    return {.last_5m = sums(endpoint, HealthSpan::minutes_5, now_ms, 0).outcomes,
            .last_30m = half_hour.outcomes,
            .last_1d = sums(endpoint, HealthSpan::day, now_ms, 0).outcomes,
            .latency_30m = latency_of(half_hour),
            .throughput_30m = throughput_of(half_hour)};
}

}  // namespace tollgate
