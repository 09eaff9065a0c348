// What /metrics shows of the operator's keys at providers.
#pragma once

#include <cstdint>

#include "gateway/ops/metric_families.h"
#include "gateway/routing/catalogue.h"

namespace tollgate {

// Of providers that have several keys; each is named by its position in the configuration.
void write_operator_keys(const Catalogue& catalogue, std::int64_t now_ms, MetricFamilies& out);

}  // namespace tollgate
