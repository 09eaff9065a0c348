// Whose bodies are still coming, and on how many connections: who sends slowly must not take them all. One worker's, so
// each has its part of the connections.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>

#include "accounting/money/ids.h"

namespace tollgate {

class ArrivingBodies {
  public:
    // While it exists, a body is counted; none if it was made of nothing.
    class Place {
      public:
        Place() = default;
        Place(ArrivingBodies& bodies, const Id128& whose) : bodies_(&bodies), whose_(whose) {}
        Place(Place&& other) noexcept : bodies_(std::exchange(other.bodies_, nullptr)), whose_(other.whose_) {}
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        Place& operator=(Place&&) = delete;
        ~Place();

      private:
        ArrivingBodies* bodies_ = nullptr;
        Id128 whose_{};
    };

    // Nullopt: too many are coming. Of one organization (nil: of callers without a key) there may be twice as many as
    // there are `free` connections beside all requests in hand, and always one in kLeastPart of `all`.
    std::optional<Place> take(const Id128& whose, std::uint64_t free, std::uint64_t all);

  private:
    static constexpr std::uint64_t kTimesWhatIsFree = 2;
    static constexpr std::uint64_t kLeastPart = 64;

    std::unordered_map<Id128, std::uint64_t, Id128Hash> coming_;  // none of them 0
};

}  // namespace tollgate
