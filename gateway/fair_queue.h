// Work of many organizations for the threads of one pool: they take turns, so that what one has piled up delays another
// by one piece of it at most a thread. Where pieces take long, one organization's may be kept off some threads. Any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "accounting/money/ids.h"
#include "gateway/wire/asio.h"

namespace tollgate {

class FairQueue {
  public:
    static constexpr std::size_t kNoBound = SIZE_MAX;

    // `most_of_one`: pieces of one organization that run at once.
    explicit FairQueue(wire::Executor executor, std::size_t most_of_one = kNoBound)
        : executor_(std::move(executor)), most_of_one_(most_of_one) {}

    // `job` must not throw. How much may wait is bounded by whoever posts.
    void post(const Id128& organization, std::function<void()> job);

  private:
    void run_next();
    // The next one whose turn it is; the job is empty if all that wait have as many running as they may.
    std::pair<Id128, std::function<void()>> take();
    // One has ended: a thread that found none to run may have one now.
    void leave(const Id128& organization);

    wire::Executor executor_;
    const std::size_t most_of_one_;
    std::mutex mutex_;
    std::unordered_map<Id128, std::deque<std::function<void()>>, Id128Hash> waiting_;  // none of them empty
    std::deque<Id128> turns_;                                                          // each of those that wait, once
    std::unordered_map<Id128, std::size_t, Id128Hash> running_;                        // none is 0
    std::size_t left_waiting_ = 0;  // jobs for which no thread will look before another one ends
};

}  // namespace tollgate
