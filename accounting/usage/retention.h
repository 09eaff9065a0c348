// How long usage detail is kept, by classes that the configuration names, and how it goes: whole UTC days, dropped by
// range. The money journal and the
// rollups by hour and day are kept for ever: a viewer in any time zone can have the days of his own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/key_space.h"
#include "store/store.h"

namespace tollgate {

struct RetentionClass {
    std::string name;
    std::uint8_t number = 0;  // what stands in records: below kMaxRetentionClasses, never given another meaning
    std::uint32_t days = 90;  // whole days that are kept beside the current one; at least 1: recovery reads the newest
};

struct RetentionPolicy {
    std::vector<RetentionClass> classes = {{"standard", 0, 90}, {"none", 1, 1}, {"short", 2, 3}};
    std::uint8_t default_class = 0;  // of organizations that have none of their own
    std::uint32_t minute_rollup_days = 3;

    // Of all classes that a record may have. One without a class in the configuration is kept as long as the longest.
    std::uint32_t days_of(std::uint8_t number) const;
};

// Drops what is over on the day of `now_ms`, or on the day after the last but one that has detail if that is earlier:
// dropping late does no harm, and a clock far ahead drops nothing. Safe to be killed at any point and begun again: what
// is to go is noted first, so that it reads as expired.
Status enforce_retention(Store& store, const RetentionPolicy& policy, std::int64_t now_ms);

}  // namespace tollgate
