// Numbers of the last minutes, in cells of equal time that are used again. One thread writes; any thread reads without
// a lock. A reader may meet a cell that is being begun anew and see it empty or half empty: these are statistics.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tollgate {

// One thread adds, any thread reads: a load and a store, no locked instruction.
template <class Number>
class SeenNumber {
  public:
    void add() { value_.store(value_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
    void clear() { value_.store(0, std::memory_order_relaxed); }
    Number get() const { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<Number> value_{0};
};
using SeenCount = SeenNumber<std::uint32_t>;

template <class Cell, std::size_t kCells, std::int64_t kCellMs>
class RollingCells {
  public:
    static constexpr std::int64_t kSpanMs = static_cast<std::int64_t>(kCells) * kCellMs;

    // The cell of that time, cleared if it was another time's. The writer only.
    Cell& at(std::int64_t now_ms) {
        const std::int64_t number = now_ms / kCellMs;
        Place& place = places_[static_cast<std::size_t>(number) % kCells];
        if (place.number.load(std::memory_order_relaxed) != number) {
            place.number.store(kNone, std::memory_order_release);
            place.cell.clear();
            place.number.store(number, std::memory_order_release);
        }
        return place.cell;
    }

    // The cells of the span that ends now, but those that began before `from_ms`. The span is a cell too short at the
    // most: the present cell has not come to its end.
    template <class Visit>
    void for_each(std::int64_t now_ms, std::int64_t from_ms, Visit visit) const {
        const std::int64_t last = now_ms / kCellMs;
        for (const Place& place : places_) {
            const std::int64_t number = place.number.load(std::memory_order_acquire);
            const bool in_span = number <= last && number > last - static_cast<std::int64_t>(kCells);
            if (number != kNone && in_span && number * kCellMs >= from_ms) visit(place.cell);
        }
    }

  private:
    static constexpr std::int64_t kNone = INT64_MIN;
    struct Place {
        std::atomic<std::int64_t> number{kNone};  // its time, in cells since the clock began
        Cell cell;
    };
    std::array<Place, kCells> places_;
};

}  // namespace tollgate
