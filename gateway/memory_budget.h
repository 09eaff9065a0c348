// Memory that requests of all workers share, such as that for bodies: bounded as a whole, and for each organization by
// what it leaves to others. Any thread.
//
// An organization may hold four times what is still free: alone four fifths of all. So there is always room for one
// that holds nothing. A single body or answer of an organization may take all that is free. Two designs were weighed: a
// fixed part for each organization either is small or does not add up; a queue keeps connections waiting for memory
// that an attacker holds.
#pragma once

#include <atomic>
#include <cstddef>
#include <mutex>
#include <unordered_map>

#include "accounting/money/ids.h"

namespace tollgate {

class MemoryBudget {
  public:
    // Holders of so little are not told apart: their part of the whole is small, and so is its cost.
    static constexpr std::size_t kSmallBytes = std::size_t{64} << 10;
    static constexpr std::size_t kTimesWhatIsFree = 4;

    explicit MemoryBudget(std::size_t bytes) : bytes_(bytes) {}

    // Whether `bytes` more may be held by something of `organization` that holds `held` already. They are counted then.
    bool take(const Id128& organization, std::size_t held, std::size_t bytes);
    // The same for something that is to hold `bytes` in all; `held` is what it holds, then and now.
    bool grow_to(const Id128& organization, std::size_t& held, std::size_t bytes);
    // All that something held; then it holds nothing.
    void give_back(const Id128& organization, std::size_t& held);

    std::size_t used() const { return used_.load(std::memory_order_relaxed); }
    std::size_t limit() const { return bytes_; }

  private:
    bool take_from_whole(std::size_t bytes);

    const std::size_t bytes_;
    std::atomic<std::size_t> used_{0};
    std::mutex mutex_;
    std::unordered_map<Id128, std::size_t, Id128Hash> large_;  // held in parts above kSmallBytes; guarded by mutex_
};

}  // namespace tollgate
