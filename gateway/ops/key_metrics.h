// What /metrics and the operator's page show of the operator's keys at providers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "gateway/ops/metric_families.h"
#include "gateway/routing/catalogue.h"

namespace tollgate {

// Of providers that have several keys; each is named by its position in the configuration.
void write_operator_keys(const Catalogue& catalogue, std::int64_t now_ms, MetricFamilies& out);

// Of the key at that place, of several: whether it rests because the provider refused it, and at how many endpoints it
// rests after a 429. `now_ms` is monotonic.
bool is_key_refused(const Provider& provider, std::size_t at, std::int64_t now_ms);
std::int64_t endpoints_without(const Catalogue& catalogue, const Provider& provider, std::size_t at,
                               std::int64_t now_ms);

}  // namespace tollgate
