// How long a silent upstream is waited for, in slices: after each the client of a stream is shown that it is alive, so
// that proxies between them do not take the connection for dead. Decisions only.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tollgate {

class Silence {
  public:
    // How long the client's head waits for the first event: an error that comes at once still has its own status.
    static constexpr std::uint32_t kHeadPatienceMs = 200;

    // `gap_ms`: the longest silence. `comment_ms`: from one sign of life to the next; 0: none are sent.
    Silence(std::uint32_t gap_ms, std::uint32_t comment_ms) : gap_ms_(gap_ms), comment_ms_(comment_ms) {}

    // For how long to wait now. `head_due`: the client's head has not left, and nothing but an event is waited for.
    std::uint32_t next_wait_ms(bool head_due) {
        std::uint32_t wait = comment_ms_ == 0 ? gap_ms_ : comment_ms_;
        if (head_due) wait = std::min(wait, kHeadPatienceMs);
        wait_ms_ = std::min(wait, gap_ms_ - silent_ms_);
        return wait_ms_;
    }
    // That wait was over and nothing had come. True: it is time for a sign of life, and to wait again.
    bool go_on() {
        silent_ms_ += wait_ms_;
        return silent_ms_ < gap_ms_;
    }
    void end() { silent_ms_ = 0; }

  private:
    const std::uint32_t gap_ms_, comment_ms_;
    std::uint32_t wait_ms_ = 0, silent_ms_ = 0;
};

}  // namespace tollgate
