// Crash points for tests: TOLLGATE_FAIL_POINT="name" or "name:N" kills the process (SIGKILL) when the point is passed
// the Nth time; "name=MS" makes each pass take MS milliseconds. Compiled out unless the build has TOLLGATE_FAIL_POINTS.
// In the simulation, the simulated machine decides.
#pragma once

#if defined(TOLLGATE_SIMULATION)
#include <string_view>
namespace tollgate {
void fail_point(std::string_view name);  // tests/simulation/machine.cc
}  // namespace tollgate
#elif defined(TOLLGATE_FAIL_POINTS)
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <thread>

namespace tollgate {

inline void fail_point(std::string_view name) {
    static const char* const armed = std::getenv("TOLLGATE_FAIL_POINT");
    if (armed == nullptr) return;
    const std::string_view setting(armed);
    const auto colon = setting.find_first_of(":=");
    if (setting.substr(0, colon) != name) return;
    if (colon != std::string_view::npos && setting[colon] == '=') {
        return std::this_thread::sleep_for(std::chrono::milliseconds(std::strtol(armed + colon + 1, nullptr, 10)));
    }
    static std::atomic<long> passes{0};
    const long wanted = colon == std::string_view::npos ? 1 : std::strtol(armed + colon + 1, nullptr, 10);
    if (passes.fetch_add(1) + 1 == wanted) std::raise(SIGKILL);
}

}  // namespace tollgate
#else
#include <string_view>
namespace tollgate {
inline void fail_point(std::string_view) {}
}  // namespace tollgate
#endif
