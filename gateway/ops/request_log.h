// What a finished request leaves behind: its counts and its line in the access log.
#pragma once

#include <cstdint>

namespace tollgate {

class Worker;
struct Exchange;

// `duration_us`: from its head to the end of its answer.
void count_request(Worker& worker, const Exchange& request, std::int64_t duration_us);
// One JSON line: ids, names, numbers. No key, no prompt, no answer, no query string.
void log_request(Worker& worker, const Exchange& request, std::int64_t duration_us);

}  // namespace tollgate
