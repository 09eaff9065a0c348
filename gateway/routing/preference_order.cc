#include "gateway/routing/preference_order.h"

#include <array>

namespace tollgate {

EffectiveOrder effective_order(const PreferenceRules& rules) {
    const std::array<const ProviderPreferences*, 3> nearest_first = {rules.request, rules.preset,
                                                                     rules.organization.provider.get()};
    EffectiveOrder effective;
    bool says_order = false;
    for (const ProviderPreferences* const one : nearest_first) {
        if (one == nullptr) continue;
        if (!says_order && (!one->order.empty() || one->sort)) {
            says_order = true;
            effective.is_requests = one == rules.request;
            if (!one->order.empty()) effective.order = &one->order;
            effective.sort = one->sort;
        }
        if (effective.min_throughput.empty()) effective.min_throughput = one->preferred_min_throughput;
        if (effective.max_latency.empty()) effective.max_latency = one->preferred_max_latency;
        if (!one->allow_fallbacks.value_or(true) && one->order.empty()) effective.allow_fallbacks = false;
    }
    return effective;
}

}  // namespace tollgate
