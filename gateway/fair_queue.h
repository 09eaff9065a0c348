// Work of many organizations for the threads of one pool: they take turns, so that what one has piled up delays another
// by one piece of it at most a thread. Any thread.
#pragma once

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
    explicit FairQueue(wire::Executor executor) : executor_(std::move(executor)) {}

    // `job` must not throw. How much may wait is bounded by whoever posts.
    void post(const Id128& organization, std::function<void()> job);

  private:
    void run_next();

    wire::Executor executor_;
    std::mutex mutex_;
    std::unordered_map<Id128, std::deque<std::function<void()>>, Id128Hash> waiting_;  // none of them empty
    std::deque<Id128> turns_;                                                          // each of those that wait, once
};

}  // namespace tollgate
