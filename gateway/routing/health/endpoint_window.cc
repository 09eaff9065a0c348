#include "gateway/routing/health/endpoint_window.h"

namespace tollgate {

template <class Count>
void EndpointWindow::OutcomesOf<Count>::note(AttemptOutcome outcome) {
    switch (outcome) {
        case AttemptOutcome::success:
            return success.add();
        case AttemptOutcome::failure:
            return failure.add();
        case AttemptOutcome::rate_limited:
            return rate_limited.add();
        case AttemptOutcome::nothing:
            return;
    }
}

template <class Count>
void EndpointWindow::OutcomesOf<Count>::clear() {
    success.clear();
    failure.clear();
    rate_limited.clear();
}

void EndpointWindow::Cell::clear() {
    outcomes.clear();
    latency.clear();
    throughput.clear();
}

void EndpointWindow::note(const SeenAttempt& attempt, std::int64_t now_ms) {
    if (attempt.outcome == AttemptOutcome::nothing && attempt.latency_ms == 0) return;
    totals_.note(attempt.outcome);
    seconds_.at(now_ms).note(attempt.outcome);
    hours_.at(now_ms).note(attempt.outcome);
    const auto note_in = [&attempt](Cell& cell) {
        cell.outcomes.note(attempt.outcome);
        if (attempt.latency_ms > 0) {
            cell.latency.steps[histogram_step<kLeastLatencyMs>(attempt.latency_ms)].add();
        }
        if (attempt.throughput > 0) {
            cell.throughput.steps[histogram_step<kLeastThroughput>(attempt.throughput)].add();
        }
    };
    note_in(minutes_.at(now_ms));
    note_in(half_hour_.at(now_ms));
}

void EndpointWindow::add_to(WindowSums& sums, HealthSpan span, std::int64_t now_ms, std::int64_t from_ms) const {
    const auto add_outcomes = [&sums](const Outcomes& outcomes) { sums.outcomes += outcomes.get(); };
    const auto add_cell = [&sums](const Cell& cell) {
        sums.outcomes += cell.outcomes.get();
        sums.latency.add(cell.latency);
        sums.throughput.add(cell.throughput);
    };
    switch (span) {
        case HealthSpan::seconds_30:
            return seconds_.for_each(now_ms, from_ms, add_outcomes);
        case HealthSpan::minutes_5:
            return minutes_.for_each(now_ms, from_ms, add_cell);
        case HealthSpan::minutes_30:
            return half_hour_.for_each(now_ms, from_ms, add_cell);
        case HealthSpan::day:
            return hours_.for_each(now_ms, from_ms, add_outcomes);
    }
}

std::optional<Percentiles> latency_of(const WindowSums& sums) {
    if (sums.latency.count < kLeastSamples) return std::nullopt;
    const auto at = [&](int percent) { return percentile<EndpointWindow::kLeastLatencyMs>(sums.latency, percent); };
    return Percentiles{at(50), at(75), at(90), at(99)};
}

// Of a speed the bad end is the low one: p90 is what nine of ten reach.
std::optional<Percentiles> throughput_of(const WindowSums& sums) {
    if (sums.throughput.count < kLeastSamples) return std::nullopt;
    const auto at = [&](int percent) {
        return percentile<EndpointWindow::kLeastThroughput>(sums.throughput, 100 - percent);
    };
    return Percentiles{at(50), at(75), at(90), at(99)};
}

}  // namespace tollgate
