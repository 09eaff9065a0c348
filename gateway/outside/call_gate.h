// How many calls to other servers may run or wait at once: each keeps a thread for as long as the other server likes,
// up to its timeout.
#pragma once

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "accounting/money/ids.h"

namespace tollgate {

// Any thread.
class CallGate {
  public:
    static constexpr std::uint32_t kMostCalls = 32;
    static constexpr std::uint32_t kMostOfOne = 2;  // organization; the others are not kept waiting by it

    explicit CallGate(std::uint32_t most_calls = kMostCalls, std::uint32_t most_of_one = kMostOfOne)
        : most_calls_(most_calls), most_of_one_(most_of_one) {}

    // While it lives, a call is inside. False: there was no room.
    class Pass {
      public:
        Pass(CallGate& gate, const Id128& organization)
            : gate_(gate), organization_(organization), inside_(gate.enter(organization)) {}
        ~Pass() {
            if (inside_) gate_.leave(organization_);
        }
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;
        explicit operator bool() const { return inside_; }

      private:
        CallGate& gate_;
        const Id128 organization_;
        const bool inside_;
    };

  private:
    bool enter(const Id128& organization);
    void leave(const Id128& organization);

    const std::uint32_t most_calls_, most_of_one_;
    std::mutex mutex_;
    std::uint32_t calls_ = 0;                                 // guarded by mutex_
    std::unordered_map<Id128, std::uint32_t, Id128Hash> of_;  // the same; none is 0
};

}  // namespace tollgate
