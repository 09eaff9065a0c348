#include "accounting/retention.h"

#include <algorithm>

#include "accounting/journal_reader.h"
#include "accounting/rollups.h"

namespace tollgate {
namespace {

// The first day that is kept; 0: all are.
std::uint32_t first_kept_day(std::uint32_t today, std::uint32_t days) { return today - std::min(today, days); }

Status drop_usage(Store& store, std::uint8_t number, std::uint32_t first_kept) {
    const auto noted = retained_from_day(store, number);
    if (!noted) return noted.error();
    // Days never come back: a clock set back, or a longer retention, keeps what is noted.
    const auto from = std::max(static_cast<std::uint32_t>(*noted), first_kept);
    const std::string begin = usage_day_begin(number, 0), end = usage_day_begin(number, from);
    bool usage = false, copies = false;
    const auto seen = [](bool& any) {
        return [&any](auto, auto) {
            any = true;
            return false;
        };
    };
    if (Status status = store.scan(Family::usage, begin, end, seen(usage)); !status.ok()) return status;
    if (Status status = store.scan(Family::organization_usage, begin, end, seen(copies)); !status.ok()) return status;
    if (!usage && !copies) return {};
    WriteBatch batch;
    batch.put(Family::system, retained_from_day_key(number), encode_u64(from));
    if (Status status = store.commit(batch, Durability::disk); !status.ok()) return status;
    if (Status status = store.drop_range(Family::usage, begin, end); !status.ok()) return status;
    return store.drop_range(Family::organization_usage, begin, end);
}

}  // namespace

std::uint32_t RetentionPolicy::days_of(std::uint8_t number) const {
    std::uint32_t longest = 1;
    for (const RetentionClass& one : classes) {
        if (one.number == number) return std::max(one.days, 1u);
        longest = std::max(longest, one.days);
    }
    return longest;
}

Status enforce_retention(Store& store, const RetentionPolicy& policy, std::int64_t now_ms) {
    const std::uint32_t today = bucket_of(RollupGrain::day, now_ms);
    for (std::uint8_t number = 0; number < kMaxRetentionClasses; ++number) {
        const Status status = drop_usage(store, number, first_kept_day(today, policy.days_of(number)));
        if (!status.ok()) return status;
    }
    const auto drop_rollups = [&](RollupGrain grain, std::uint32_t days) {
        const auto tag = static_cast<std::uint8_t>(grain);
        return store.drop_range(Family::rollups, rollup_day_begin(tag, 0),
                                rollup_day_begin(tag, first_kept_day(today, days)));
    };
    const Status status = drop_rollups(RollupGrain::minute, policy.minute_rollup_days);
    return status.ok() ? drop_rollups(RollupGrain::hour, policy.hour_rollup_days) : status;
}

}  // namespace tollgate
