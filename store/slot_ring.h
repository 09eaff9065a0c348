// A bounded queue of slot numbers from one thread to one other, without locks. Private to slot_file.cc.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

namespace tollgate {

class SlotRing {
  public:
    // Before either thread uses it. Memory is not touched until it is used.
    void reserve(std::uint32_t capacity) {
        mask_ = std::bit_ceil(std::max(capacity, 1u)) - 1;
        items_ = std::make_unique_for_overwrite<std::uint32_t[]>(std::size_t{mask_} + 1);
    }

    // Producer. False if full.
    bool push(std::uint32_t item) {
        const auto tail = tail_.load(std::memory_order_relaxed);
        if (tail - seen_head_ > mask_) {
            seen_head_ = head_.load(std::memory_order_acquire);
            if (tail - seen_head_ > mask_) return false;
        }
        items_[tail & mask_] = item;
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }

    // Consumer.
    std::optional<std::uint32_t> pop() {
        const auto head = head_.load(std::memory_order_relaxed);
        if (head == seen_tail_) {
            seen_tail_ = tail_.load(std::memory_order_acquire);
            if (head == seen_tail_) return std::nullopt;
        }
        const auto item = items_[head & mask_];
        head_.store(head + 1, std::memory_order_release);
        return item;
    }

  private:
    static constexpr std::size_t kCacheLineBytes = 64;

    std::unique_ptr<std::uint32_t[]> items_;
    std::uint64_t mask_ = 0;
    alignas(kCacheLineBytes) std::atomic<std::uint64_t> tail_{0};  // written by the producer
    std::uint64_t seen_head_ = 0;                                  // producer's copy, read from head_ only when full
    alignas(kCacheLineBytes) std::atomic<std::uint64_t> head_{0};  // written by the consumer
    std::uint64_t seen_tail_ = 0;                                  // consumer's copy, read from tail_ only when empty
};

}  // namespace tollgate
