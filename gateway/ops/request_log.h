// What a finished request leaves behind: its counts and its line in the access log.
#pragma once

namespace tollgate {

class Worker;
struct Exchange;

void count_request(Worker& worker, const Exchange& request);
// One JSON line: ids, names, numbers. No key, no prompt, no answer, no query string.
void log_request(Worker& worker, const Exchange& request);

}  // namespace tollgate
