// A broken invariant, and how it is told.
#pragma once

#include <string>

namespace tollgate::simulation {

// `invariant` is its name in docs/reliability.md, such as "I3".
struct Violation {
    std::string invariant, what;
};

// The text of what is broken is made only if it is: there are thousands of checks to a run.
#define REQUIRE(holds, invariant, ...)                             \
    do {                                                           \
        if (!(holds)) throw Violation{(invariant), (__VA_ARGS__)}; \
    } while (false)

}  // namespace tollgate::simulation
