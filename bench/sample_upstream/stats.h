// What the sample upstream has seen. One object a worker; readable from any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "bench/sample_upstream/model_request.h"

namespace sample {

inline constexpr std::size_t kMaxRecordedBytes = 256 * 1024;

enum class Counter : std::uint8_t {
    connections,        // accepted
    completed,          // answers written whole, with whatever status
    aborted,            // the client left before the end
    faulted,            // cut by the script
    bad_requests,       // 4xx that was not scripted
    prompt_tokens,      // of the model requests answered with 200
    completion_tokens,  // generated
    billed_prompt_tokens,
    billed_completion_tokens,
    count
};

class Stats {
  public:
    void add(Counter counter, std::uint64_t value = 1) {
        counters_[static_cast<std::size_t>(counter)].fetch_add(value, std::memory_order_relaxed);
    }
    void add_request(Endpoint endpoint) {
        requests_[static_cast<std::size_t>(endpoint)].fetch_add(1, std::memory_order_relaxed);
    }
    std::uint64_t get(Counter counter) const {
        return counters_[static_cast<std::size_t>(counter)].load(std::memory_order_relaxed);
    }
    std::uint64_t requests(Endpoint endpoint) const {
        return requests_[static_cast<std::size_t>(endpoint)].load(std::memory_order_relaxed);
    }
    void reset();

    std::atomic<std::int64_t> in_flight{0};
    std::atomic<std::int64_t> open_connections{0};

  private:
    std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Counter::count)> counters_{};
    std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Endpoint::count)> requests_{};
};

// The last requests with all their bytes, for tests to look at. Credentials in them are shown: this is a test server.
class Recorder {
  public:
    explicit Recorder(std::size_t capacity) : ring_(capacity) {}
    void record(std::string_view head, std::string_view body, std::string_view peer);
    std::string json() const;  // oldest first
    void reset();

  private:
    struct Record {
        std::string head, body, peer;
        std::uint64_t body_bytes = 0;
    };
    mutable std::mutex mutex_;
    std::vector<Record> ring_;
    std::uint64_t seen_ = 0;
};

// What this provider would charge for the last requests, one by one, by the id that their answers carry.
class Bills {
  public:
    struct Bill {
        std::string id;
        std::uint32_t prompt_tokens = 0;
        std::uint32_t generated_tokens = 0;
        std::uint32_t billed_tokens = 0;  // of the completion
        bool complete = false;            // the answer was written whole
    };
    explicit Bills(std::size_t capacity) : ring_(capacity) {}
    void record(const Bill& bill);
    std::string json() const;  // oldest first
    void reset();

  private:
    mutable std::mutex mutex_;
    std::vector<Bill> ring_;
    std::uint64_t seen_ = 0;
};

}  // namespace sample
