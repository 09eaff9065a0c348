// How the preferences of several levels want endpoints ordered. What limits holds at every level
// (preference_denials.h); of wishes the nearest level's counts: the request's, then the preset's, then the
// organization's.
#pragma once

#include "gateway/routing/preference_denials.h"
#include "gateway/routing/ranking.h"

namespace tollgate {

struct EffectiveOrder {
    const std::vector<std::string>* order = nullptr;  // null: none; of the level that has an order or a sort
    std::optional<ProviderSort> sort = {};
    bool is_requests = false;  // that level is the request's
    PercentileBounds min_throughput = {}, max_latency = {};
    // Endpoints after the first of a model. Of a level that has an order, too, `allow_fallbacks` leaves out the others
    // (preference_denials.h), and those that it names may follow each other.
    bool allow_fallbacks = true;
};
EffectiveOrder effective_order(const PreferenceRules& rules);

}  // namespace tollgate
