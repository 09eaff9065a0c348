#include "gateway/tools/progress.h"

#include <cstdio>

namespace tollgate {

double Progress::seconds() const { return static_cast<double>(wire::us_between(began_, wire::Clock::now())) / 1e6; }

void Progress::update(std::uint64_t done, std::uint64_t total) {
    const auto now = wire::Clock::now();
    if (now - last_ < std::chrono::seconds(1)) return;
    last_ = now;
    const auto percent = total == 0 ? 100 : done * 100 / total;
    std::fprintf(stderr, "%s: %llu %%, %llu of %llu %s, %.0f %s/s\n", what_.c_str(),
                 static_cast<unsigned long long>(percent), static_cast<unsigned long long>(done),
                 static_cast<unsigned long long>(total), unit_.c_str(), static_cast<double>(done) / seconds(),
                 unit_.c_str());
}

}  // namespace tollgate
