// What /metrics shows of the process and of the machine that it runs on.
#pragma once

#include <string>

#include "gateway/ops/metric_families.h"

namespace tollgate {

// The families every Prometheus client library offers.
void write_process(MetricFamilies& out);

// The clock, the memory that there is, and the room that is left where the data is. Asks the kernel alone, which knows
// it without the disk.
void write_host(const std::string& data_directory, MetricFamilies& out);

}  // namespace tollgate
