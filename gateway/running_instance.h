// What is known of the process once it listens, for whoever shows it to the operator.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tollgate {

class Worker;

struct RunningInstance {
    std::int64_t started_ms = 0;           // Unix time
    std::string commit;                    // that the program was built of; empty: not known
    std::string data_url, operations_url;  // of the listeners, with the ports that they got
    std::vector<const Worker*> workers;    // any thread may read their counters, and nothing else of them
};

}  // namespace tollgate
