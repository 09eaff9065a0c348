// What the workers count that is told as it is, summed over them.
#pragma once

#include <array>
#include <cstdint>

#include "gateway/ops/counters.h"

namespace tollgate {

struct WorkerMetric {
    enum class Kind : std::uint8_t { total, now };  // a counter, a gauge
    Kind kind;
    const char* name;  // without "tollgate_"
    const char* help;
    Counter WorkerCounters::* counter;
};

namespace worker_metrics {

using C = WorkerCounters;
inline constexpr auto kTotal = WorkerMetric::Kind::total, kNow = WorkerMetric::Kind::now;
inline constexpr std::array kRows = {
    WorkerMetric{kTotal, "connections_accepted_total", "Client connections accepted.", &C::connections_accepted},
    WorkerMetric{kTotal, "idle_connections_closed_total", "Idle client connections closed for newcomers.",
                 &C::idle_connections_closed},
    WorkerMetric{kNow, "connections_open", "Client connections open now.", &C::connections_open},
    WorkerMetric{kTotal, "tls_handshakes_failed_total", "Client TLS handshakes that failed.",
                 &C::tls_handshakes_failed},
    WorkerMetric{kTotal, "heads_refused_total", "Requests refused for their HTTP head.", &C::heads_refused},
    WorkerMetric{kNow, "connections_lingering", "Refused clients that are still sending, now.", &C::lingering},
    WorkerMetric{kNow, "requests_running", "Requests being served now.", &C::requests_running},
    WorkerMetric{kNow, "streams_open", "Event streams being relayed now.", &C::streams_open},
    WorkerMetric{kTotal, "holds_taken_total", "Holds of credit taken.", &C::holds_taken},
    WorkerMetric{kTotal, "holds_refused_total", "Requests refused by credit, a budget or a rate.", &C::holds_refused},
    WorkerMetric{kTotal, "holds_released_total", "Holds settled or released.", &C::holds_released},
    WorkerMetric{kTotal, "holds_grown_total", "Slices by which holds grew while answers streamed.", &C::holds_grown},
    WorkerMetric{kTotal, "holds_cut_total", "Streams cut because their hold could not grow.", &C::holds_cut},
    WorkerMetric{kTotal, "holds_overrun_total", "Settlements whose cost passed the credit there was; should stay 0.",
                 &C::holds_overrun},
    WorkerMetric{kTotal, "holds_leaked_total",
                 "Holds voided because their request was long past its deadline; should stay 0.", &C::holds_leaked},
    WorkerMetric{kTotal, "usage_contradictory_total",
                 "Answers whose usage, as the provider gave it, is far from what was generated; billed as given.",
                 &C::usage_contradictory},
    WorkerMetric{kNow, "holds_open", "Holds of credit open now.", &C::held_requests},
    WorkerMetric{kTotal, "response_cache_hits_total", "Requests answered from the cache.", &C::cache_hits},
    WorkerMetric{kTotal, "response_cache_misses_total", "Requests not found in it.", &C::cache_misses},
    WorkerMetric{kTotal, "response_cache_waits_total", "Of both, those that waited for another one's answer.",
                 &C::cache_waits},
    WorkerMetric{kTotal, "upstream_retries_total", "Requests sent again because a reused connection had been closed.",
                 &C::upstream_retries},
    WorkerMetric{kTotal, "key_changes_total", "Requests sent again with another key of the same provider.",
                 &C::key_changes},
    WorkerMetric{kTotal, "failovers_total", "Requests sent to another endpoint because one had failed.", &C::failovers},
    WorkerMetric{kTotal, "hedges_total", "Requests sent to a second endpoint beside a first one that was slow.",
                 &C::hedges},
    WorkerMetric{kTotal, "hedges_won_total", "Of them, those that the second endpoint answered first.", &C::hedges_won},
    WorkerMetric{kTotal, "upstream_aborts_total", "Upstream answers aborted because the client left.",
                 &C::upstream_aborts},
    WorkerMetric{kTotal, "client_aborts_total", "Clients that left while their answer was made.", &C::client_aborts},
    WorkerMetric{kNow, "drains_running", "Abandoned or cut answers being read to their end.", &C::drains_running},
    WorkerMetric{kTotal, "log_batches_dropped_total",
                 "Batches of access log lines dropped because the log could not keep up.", &C::log_batches_dropped},
    WorkerMetric{kNow, "realtime_sessions_open", "Realtime sessions open now.", &C::realtime_open},
    WorkerMetric{kTotal, "realtime_sessions_total", "Realtime sessions begun.", &C::realtime_begun},
    WorkerMetric{kTotal, "realtime_responses_total", "Responses of sessions, and what else they used, settled.",
                 &C::realtime_responses},
    WorkerMetric{kTotal, "realtime_sessions_out_of_credit_total", "Sessions ended because their credit was.",
                 &C::realtime_out_of_credit},
};

}  // namespace worker_metrics
}  // namespace tollgate
