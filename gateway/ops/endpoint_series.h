// Which endpoints are counted together: a series is told apart by model and provider alone, and a provider may serve a
// model at several endpoints.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "gateway/routing/catalogue.h"

namespace tollgate {

struct EndpointSeries {
    std::vector<std::size_t> numbers;  // in WorkerCounters; 0: no endpoint was chosen
    std::string model = {}, provider = {};
    bool own_keys = false;  // of requests by organizations' own keys
};

// First that of no endpoint, then the catalogue's in its order, last that of own keys. No two have the same names.
std::vector<EndpointSeries> endpoint_series(const Catalogue& catalogue);

}  // namespace tollgate
