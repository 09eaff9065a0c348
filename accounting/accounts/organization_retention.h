// How long the detail of an organization's requests is kept: by the level that it chose, and as long as its plan says
// of that level.
#pragma once

#include <cstdint>
#include <optional>

#include "accounting/money/ids.h"
#include "accounting/money/subscription_plans.h"
#include "accounting/usage/retention.h"
#include "store/status.h"

namespace tollgate {

class Change;
struct Organization;

// What the organization says itself.
struct RetentionChoice {
    std::optional<RetentionLevel> level = {};  // empty: the configuration's default
    std::optional<std::int64_t> days = {};     // of `retain`, in place of the plan's; empty: the plan's
    bool operator==(const RetentionChoice&) const = default;
};

// What holds. A record keeps the class that held when its request began.
struct EffectiveRetention {
    RetentionLevel level = RetentionLevel::none;
    std::uint32_t days = 0;   // of the class
    std::uint8_t number = 0;  // of the class: that with the most days that are not too many
};
// Of an organization whose plan is not in the configuration: as short as there is.
EffectiveRetention retention_of(const Organization& organization, const SubscriptionPlans& plans,
                                const RetentionPolicy& policy);

// Changes nothing, version included, where all is so already.
//   invalid   the days are none of a class, or go with another level than `retain`
//   denied    beyond_plan: the plan keeps detail for fewer days
Status set_retention(Change& change, const Id128& organization, const RetentionChoice& choice);

}  // namespace tollgate
