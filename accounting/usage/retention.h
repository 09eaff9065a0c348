// How long usage detail is kept, by classes that the configuration names, and how it is deleted: whole UTC days, by
// range. Which class an organization's requests have says accounting/accounts/organization_retention.h. The money
// journal and the rollups by quarter hour, hour and day are kept for ever, so that a viewer in any time zone can see
// his own days.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "accounting/money/subscription_plans.h"
#include "store/key_space.h"
#include "store/store.h"

namespace tollgate {

struct RetentionClass {
    std::string name;
    std::uint8_t number = 0;  // as in records: below kMaxRetentionClasses, never given another meaning
    std::uint32_t days = 90;  // whole days that are kept beside the current one; at least 1: recovery reads the newest
    bool operator==(const RetentionClass&) const = default;
};

struct RetentionPolicy {
    std::vector<RetentionClass> classes = {{"standard", 0, 90}, {"minimal", 1, 1}, {"short", 2, 3}};
    RetentionLevel default_level = RetentionLevel::retain;  // of organizations that have none of their own
    std::uint32_t custom_days = 90;                         // where neither the plan nor the organization says
    std::uint32_t minute_rollup_days = 3;

    // Of all classes that a record may have. One without a class in the configuration is kept as long as the longest.
    std::uint32_t days_of(std::uint8_t number) const;
    // The class that is kept longest among those of at most so many days; if there is none, the shortest. There is at
    // least one class.
    const RetentionClass& longest_within(std::int64_t days) const;
};

// Deletes detail whose days are over. Days are counted back from that of `now_ms`, but at most from the day after the
// second newest day that has detail: a clock far ahead deletes nothing, and deleting late does no harm. It may be
// killed at any point and begun again: what is deleted is noted first, and reads as expired from then on.
Status enforce_retention(Store& store, const RetentionPolicy& policy, std::int64_t now_ms);

}  // namespace tollgate
