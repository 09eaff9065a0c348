// A closed loop of clients on one thread: each connection sends its next request when the last is answered.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/load_generator/report.h"
#include "gateway/wire/asio.h"

namespace load {

namespace wire = tollgate::wire;

struct Load {
    wire::Tcp::endpoint endpoint;
    std::string request;  // head and body, as sent
    bool stream = false;
    unsigned connections = 64;      // on this thread
    std::uint64_t requests = 0;     // in all on this thread; 0: until the time is over
    std::uint32_t duration_ms = 0;  // of the measured time; requests that run at its end are awaited
    std::uint32_t warmup_ms = 0;
    std::uint32_t timeout_ms = 60000;  // of one request
    bool any_answer = false;           // a wrong answer is counted like others: no pause after it
};

Report run_load(const Load& load);

}  // namespace load
