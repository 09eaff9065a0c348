// What a worker counts: plain single-writer counters, read by the scrape from another thread. Every series is bounded
// by the routes and the catalogue; nothing a client sends becomes a label.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "gateway/text/error.h"

namespace tollgate {

// One thread writes, any thread reads: a load and a store, no locked instruction.
class Counter {
  public:
    void add(std::uint64_t amount = 1) {
        value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
    void subtract(std::uint64_t amount = 1) {
        value_.store(value_.load(std::memory_order_relaxed) - amount, std::memory_order_relaxed);
    }
    void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
    std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

// One more, as long as this lives.
class Counted {
  public:
    explicit Counted(Counter& counter) : counter_(counter) { counter_.add(); }
    ~Counted() { counter_.subtract(); }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

  private:
    Counter& counter_;
};

// Upper bounds in microseconds; the last bucket is open.
inline constexpr std::array<std::uint64_t, 14> kDurationBoundsUs = {
    5'000,     10'000,    25'000,    50'000,     100'000,    250'000,     500'000,
    1'000'000, 2'500'000, 5'000'000, 10'000'000, 30'000'000, 120'000'000, 600'000'000};
inline constexpr std::array<std::uint64_t, 10> kOverheadBoundsUs = {10,  25,    50,    100,    250,
                                                                    500, 1'000, 2'500, 10'000, 100'000};

template <std::size_t N>
class Histogram {
  public:
    void observe(const std::array<std::uint64_t, N>& bounds, std::uint64_t value) {
        std::size_t bucket = 0;
        while (bucket < N && value > bounds[bucket]) ++bucket;
        buckets_[bucket].add();
        sum_.add(value);
    }
    std::uint64_t bucket(std::size_t index) const { return buckets_[index].get(); }  // not cumulative
    std::uint64_t sum() const { return sum_.get(); }

  private:
    std::array<Counter, N + 1> buckets_;
    Counter sum_;
};

// HTTP statuses that were answered; anything beyond the table's size is counted as 0.
class StatusCounts {
  public:
    static constexpr std::size_t kMost = 32;
    void add(int status) {
        for (auto& entry : entries_) {
            const int seen = entry.status.load(std::memory_order_relaxed);
            if (seen == 0) entry.status.store(status, std::memory_order_relaxed);
            if (seen == 0 || seen == status) {
                entry.count.add();
                return;
            }
        }
        others_.add();
    }
    template <class Visit>
    void for_each(Visit visit) const {
        for (const auto& entry : entries_) {
            const int status = entry.status.load(std::memory_order_relaxed);
            if (status != 0) visit(status, entry.count.get());
        }
        if (others_.get() != 0) visit(0, others_.get());
    }

  private:
    struct Entry {
        std::atomic<int> status{0};
        Counter count;
    };
    std::array<Entry, kMost> entries_;
    Counter others_;
};

// One route and endpoint (a model at a provider).
struct EndpointCounters {
    StatusCounts requests;
    Histogram<kDurationBoundsUs.size()> first_token;
    Histogram<kDurationBoundsUs.size()> duration;
    Histogram<kOverheadBoundsUs.size()> overhead;
    Counter prompt_tokens, completion_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens,
        reasoning_tokens;
    Counter cost_nano;
    Counter cancelled;
};

// Of the cache of answers, which writes them under its lock.
struct ResponseCacheCounters {
    Counter answers, bytes, waiting;  // now
    Counter evicted;                  // for want of memory
};

struct WorkerCounters {
    WorkerCounters(std::size_t routes, std::size_t endpoints)
        : endpoints_(endpoints + 1), series_(routes * (endpoints + 1)) {}
    ~WorkerCounters() {
        for (auto& series : series_) delete series.load();
    }
    WorkerCounters(const WorkerCounters&) = delete;
    WorkerCounters& operator=(const WorkerCounters&) = delete;

    // `route` is Route::number (gateway/exchange/route.h); `endpoint` 0: none was chosen. The worker only.
    EndpointCounters& of(std::size_t route, std::size_t endpoint) {
        auto& place = series_[route * endpoints_ + endpoint];
        EndpointCounters* series = place.load(std::memory_order_relaxed);
        if (series == nullptr) {
            series = new EndpointCounters();
            place.store(series, std::memory_order_release);
        }
        return *series;
    }
    // Any thread; null if never counted.
    const EndpointCounters* find(std::size_t route, std::size_t endpoint) const {
        return series_[route * endpoints_ + endpoint].load(std::memory_order_acquire);
    }

    Counter connections_accepted, connections_open, idle_connections_closed, lingering, heads_refused, requests_running,
        streams_open;
    Counter holds_taken, holds_refused, held_requests, holds_released, holds_grown, holds_cut, holds_overrun,
        overrun_nano;
    Counter holds_leaked, usage_contradictory;
    Counter hedges, hedges_won, hedges_running, hedge_cost_nano;
    Counter upstream_retries, key_changes, failovers, client_aborts, drains_running, upstream_aborts;
    // Calls of models that name a Git repository: paid by who claimed it, as without the name, refused.
    Counter git_claimed, git_fallback, git_refused;
    // Requests that ask for the cache of answers: what they found, and those that waited for another one's.
    Counter cache_hits, cache_misses, cache_waits;
    // Realtime sessions: those that run, begun, and responses settled; those that the gateway ended for want of credit.
    Counter realtime_open, realtime_begun, realtime_responses, realtime_out_of_credit;
    Counter tls_handshakes_failed, log_batches_dropped;
    std::array<Counter, kErrorKinds> errors;  // by kind: requests that were refused or failed

  private:
    std::size_t endpoints_;
    std::vector<std::atomic<EndpointCounters*>> series_;
};

}  // namespace tollgate
