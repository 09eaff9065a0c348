// What one worker saw of one endpoint lately: how often it answered, how soon and how fast. The worker writes; whoever
// wants to know reads, and adds up the workers' windows. Without clock and I/O: times are given.
#pragma once

#include <cstdint>
#include <optional>

#include "gateway/routing/health/attempt_outcome.h"
#include "gateway/routing/health/log_histogram.h"
#include "gateway/routing/health/rolling_cells.h"

namespace tollgate {

struct HealthTime {
    static constexpr std::int64_t kSecondMs = 1000, kMinuteMs = 60 * kSecondMs, kHourMs = 60 * kMinuteMs;
};

// An attempt that has ended. Figures that are not known are 0 and not counted.
struct SeenAttempt {
    AttemptOutcome outcome = AttemptOutcome::nothing;
    std::int64_t latency_ms = 0;  // to the first token; of one that was given up for its slowness, until then
    std::int64_t throughput = 0;  // thousandths of a token a second, over the whole attempt
};

struct OutcomeCounts {
    std::uint64_t success = 0, failure = 0, rate_limited = 0;

    std::uint64_t judged() const { return success + failure; }  // a rate limit is neither
    double uptime() const { return static_cast<double>(success) / static_cast<double>(judged()); }  // 0..1; judged > 0
    OutcomeCounts& operator+=(const OutcomeCounts& other) {
        success += other.success;
        failure += other.failure;
        rate_limited += other.rate_limited;
        return *this;
    }
    bool operator==(const OutcomeCounts&) const = default;
};

// Sums of a span of time over any number of windows.
struct WindowSums {
    OutcomeCounts outcomes;
    StepSums latency, throughput;
};

enum class HealthSpan : std::uint8_t { seconds_30, minutes_5, minutes_30, day };

class EndpointWindow {
  public:
    // Latencies are told apart from 4 ms to 4 minutes, throughputs from a quarter of a token a second to 16,000.
    static constexpr std::int64_t kLeastLatencyMs = 4, kLeastThroughput = 250;

    void note(const SeenAttempt& attempt, std::int64_t now_ms);
    // Adds what was seen in the span that ends now, from `from_ms` on. Distributions are of 5 and 30 minutes only.
    void add_to(WindowSums& sums, HealthSpan span, std::int64_t now_ms, std::int64_t from_ms = 0) const;
    // Since the start.
    OutcomeCounts totals() const { return totals_.get(); }

  private:
    template <class Count>
    struct OutcomesOf {
        Count success, failure, rate_limited;
        void note(AttemptOutcome outcome);
        void clear();
        OutcomeCounts get() const { return {success.get(), failure.get(), rate_limited.get()}; }
    };
    using Outcomes = OutcomesOf<SeenCount>;
    struct Cell {
        Outcomes outcomes;
        StepCounts latency, throughput;
        void clear();
    };
    RollingCells<Outcomes, 6, 5 * HealthTime::kSecondMs> seconds_;
    RollingCells<Cell, 5, HealthTime::kMinuteMs> minutes_;
    RollingCells<Cell, 6, 5 * HealthTime::kMinuteMs> half_hour_;
    RollingCells<Outcomes, 24, HealthTime::kHourMs> hours_;
    OutcomesOf<SeenNumber<std::uint64_t>> totals_;
};

// Bounds of a distribution, as ProviderPreferences ask for; empty where too little was seen.
struct Percentiles {
    std::int64_t p50 = 0, p75 = 0, p90 = 0, p99 = 0;
    bool operator==(const Percentiles&) const = default;
};
inline constexpr std::uint64_t kLeastSamples = 5;
std::optional<Percentiles> latency_of(const WindowSums& sums);     // ms
std::optional<Percentiles> throughput_of(const WindowSums& sums);  // thousandths; that so many percent exceed

}  // namespace tollgate
