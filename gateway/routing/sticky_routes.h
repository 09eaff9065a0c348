// Where conversations went that could not go where their draw puts them: while the other endpoint's cache is warm they
// stay there. Most conversations need no place here, as the draw by a conversation's digest (place.h) finds the same
// endpoint every time, after a restart, too. A table of fixed size; any thread, without a lock: whoever comes to a
// place that is taken overwrites it, which costs one conversation a cold cache.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tollgate {

class StickyRoutes {
  public:
    static constexpr std::int64_t kStaysMs = 600'000;  // after its last answer
    static constexpr std::size_t kPlaces = 1 << 14;    // 128 KiB

    // The number of the endpoint that answered the conversation; 0: none, or too long ago.
    std::uint32_t find(std::uint64_t conversation, std::int64_t now_ms) const {
        const std::uint64_t place = place_of(conversation).load(std::memory_order_relaxed);
        const bool same = (place & kTagMask) == (conversation & kTagMask);
        const auto until = static_cast<std::int64_t>(place >> kTimeShift & kTimeMask);
        const std::int64_t left = (until - now_ms / kUnitMs) & static_cast<std::int64_t>(kTimeMask);
        if (!same || left == 0 || left > kStaysMs / kUnitMs) return 0;
        return static_cast<std::uint32_t>(place & kNumberMask);
    }
    void note(std::uint64_t conversation, std::size_t endpoint, std::int64_t now_ms) {
        if (endpoint > kNumberMask) return;  // such a catalogue forgets
        const auto until = static_cast<std::uint64_t>((now_ms + kStaysMs) / kUnitMs) & kTimeMask;
        place_of(conversation)
            .store((conversation & kTagMask) | until << kTimeShift | endpoint, std::memory_order_relaxed);
    }

  private:
    // A word: 32 bits of the conversation's digest, 16 of the time in units, 16 of the endpoint's number.
    static constexpr std::uint64_t kNumberMask = 0xffff, kTimeMask = 0xffff, kTagMask = 0xffffffff00000000;
    static constexpr int kTimeShift = 16;
    static constexpr std::int64_t kUnitMs = 5000;  // 16 bits of them go round in 91 hours

    std::atomic<std::uint64_t>& place_of(std::uint64_t conversation) const { return places_[conversation % kPlaces]; }

    mutable std::array<std::atomic<std::uint64_t>, kPlaces> places_{};
};

}  // namespace tollgate
