// What is known of the health of all endpoints, from live traffic alone: probes cost money, fail on models that refuse
// short answers and say little of real requests. Workers write windows of their own and share each endpoint's circuit
// breaker; nothing here takes a lock, and only an endpoint's first attempt on a worker allocates.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "gateway/routing/health/circuit_breaker.h"
#include "gateway/routing/health/endpoint_window.h"

namespace tollgate {

// By uptime, of endpoints that have enough of it (https://openrouter.ai/docs/guides/community/for-providers).
enum class HealthGrade : std::uint8_t { good, degraded, down };
inline constexpr std::uint64_t kLeastGraded = 100;  // attempts in 5 minutes; fewer are good
HealthGrade grade_of(const OutcomeCounts& counts);

// Whether the last 30 seconds were an outage: several attempts failed, and a fifth of all or more.
bool is_outage(const OutcomeCounts& counts);

// What routing goes by.
struct RoutingHealth {
    CircuitBreaker::State breaker = CircuitBreaker::State::closed;
    bool rate_limited = false;  // the provider asked for less, and the time it named is not over
    bool failed_lately = false;
    HealthGrade grade = HealthGrade::good;
    double uptime = 1;                                         // 0..1, of 30 minutes; 1 where too little was seen
    std::optional<Percentiles> latency = {}, throughput = {};  // of 5 minutes; none: too little was seen
};

// What is published of an endpoint.
struct EndpointStatistics {
    OutcomeCounts last_5m, last_30m, last_1d;
    std::optional<Percentiles> latency_30m, throughput_30m;
};

class HealthBoard {
  public:
    // `endpoints`: the greatest CatalogueEndpoint::number that there may be.
    HealthBoard(std::size_t workers, std::size_t endpoints, const BreakerOptions& options = {});
    ~HealthBoard();
    HealthBoard(const HealthBoard&) = delete;
    HealthBoard& operator=(const HealthBoard&) = delete;

    // --- The worker's thread.
    void note(std::size_t worker, std::size_t endpoint, const SeenAttempt& attempt, std::int64_t began_ms,
              std::int64_t now_ms);
    // What the windows say is at most kViewMs old.
    RoutingHealth of(std::size_t worker, std::size_t endpoint, std::int64_t now_ms);

    // --- Any thread.
    // It begins to answer: if it had failed, it is back. What comes of the answer is told by note().
    void note_answer(std::size_t endpoint, std::int64_t now_ms) {
        CircuitBreaker& breaker = states_[endpoint].breaker;
        if (breaker.state(now_ms) != CircuitBreaker::State::closed) breaker.note(true, now_ms, now_ms);
    }
    // The provider said when to come again. Of several times the latest counts, within kLongestRestMs.
    void rest_until(std::size_t endpoint, std::int64_t until_ms, std::int64_t now_ms);
    // Since the provider said so; what is past is over.
    std::int64_t rests_until_ms(std::size_t endpoint) const {
        return states_[endpoint].rests_until_ms.load(std::memory_order_relaxed);
    }
    bool take_trial(std::size_t endpoint, std::int64_t now_ms) { return states_[endpoint].breaker.take_trial(now_ms); }
    CircuitBreaker::State breaker(std::size_t endpoint, std::int64_t now_ms) const {
        return states_[endpoint].breaker.state(now_ms);
    }
    const CircuitBreaker& breaker(std::size_t endpoint) const { return states_[endpoint].breaker; }
    bool was_asked(std::size_t endpoint) const { return states_[endpoint].seen.load(std::memory_order_acquire); }
    RoutingHealth now(std::size_t endpoint, std::int64_t now_ms) const;
    EndpointStatistics statistics(std::size_t endpoint, std::int64_t now_ms) const;
    OutcomeCounts totals(std::size_t endpoint) const;  // since the start

    static constexpr std::int64_t kViewMs = 1000;
    static constexpr std::int64_t kLongestRestMs = 10 * HealthTime::kMinuteMs;

  private:
    struct State {
        explicit State(const BreakerOptions& options) : breaker(options) {}
        CircuitBreaker breaker;
        std::atomic<std::int64_t> rests_until_ms{0};
        std::atomic<bool> seen{false};  // by any worker
    };
    struct View {  // one worker's, of what all saw
        std::int64_t made_ms = INT64_MIN / 2;
        RoutingHealth health;
    };

    std::atomic<EndpointWindow*>& window(std::size_t worker, std::size_t endpoint) {
        return windows_[worker * endpoints_ + endpoint];
    }
    template <class Visit>
    void for_each_window(std::size_t endpoint, Visit visit) const;  // of the workers that saw something
    WindowSums sums(std::size_t endpoint, HealthSpan span, std::int64_t now_ms, std::int64_t from_ms) const;
    void look_at_state(std::size_t endpoint, std::int64_t now_ms, RoutingHealth& health) const;
    void look(std::size_t endpoint, std::int64_t now_ms, RoutingHealth& health) const;

    const std::size_t workers_, endpoints_;
    std::deque<State> states_;                           // by endpoint
    std::vector<std::atomic<EndpointWindow*>> windows_;  // by worker and endpoint; null: nothing was seen
    std::vector<View> views_;                            // the same
};

}  // namespace tollgate
