// How many passwords may be hashed or wait for that at once: each takes 19 MiB while it runs, and a thread for some 20
// ms.
#pragma once

#include <atomic>
#include <cstdint>

namespace tollgate {

// Any thread.
class PasswordGate {
  public:
    static constexpr std::size_t kThreads = 2;
    static constexpr std::uint32_t kMostWaiting = 64;  // those that run among them

    // While it lives, a call is inside. False: there was no room.
    class Pass {
      public:
        explicit Pass(PasswordGate& gate) : gate_(gate), inside_(gate.inside_.fetch_add(1) < kMostWaiting) {
            if (!inside_) gate_.inside_.fetch_sub(1);
        }
        ~Pass() {
            if (inside_) gate_.inside_.fetch_sub(1);
        }
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;
        explicit operator bool() const { return inside_; }

      private:
        PasswordGate& gate_;
        const bool inside_;
    };

  private:
    std::atomic<std::uint32_t> inside_ = 0;
};

}  // namespace tollgate
