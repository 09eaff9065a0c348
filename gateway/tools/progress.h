// Tells a person on standard error how far a long work is: at most once a second, and nothing if it takes less.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "gateway/wire/clock.h"

namespace tollgate {

class Progress {
  public:
    // "verify", "blocks": "verify: 43 %, 34500 of 80000 blocks, 8000 blocks/s"
    Progress(std::string what, std::string unit) : what_(std::move(what)), unit_(std::move(unit)) {}
    void update(std::uint64_t done, std::uint64_t total);
    double seconds() const;  // since it was made

  private:
    const std::string what_, unit_;
    const wire::Clock::time_point began_ = wire::Clock::now();
    wire::Clock::time_point last_ = began_;
};

}  // namespace tollgate
