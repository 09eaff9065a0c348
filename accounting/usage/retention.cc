#include "accounting/usage/retention.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "accounting/ledger/journal_reader.h"
#include "accounting/usage/rollups.h"

namespace tollgate {
namespace {

// The first day that is kept; 0: all are.
std::uint32_t first_kept_day(std::uint32_t today, std::uint32_t days) { return today - std::min(today, days); }

// Adds the last two days that a class has detail of.
Status newest_days(Store& store, std::uint8_t number, std::set<std::uint32_t>& days) {
    std::string end = usage_day_begin(number + 1, 0);
    for (int i = 0; i < 2; ++i) {
        const auto last = store.last_before(Family::usage, usage_day_begin(number, 0), end);
        if (!last) return last.error().code() == StatusCode::not_found ? Status() : last.error();
        const auto key = parse_usage_key(last->first);
        if (!key) return {StatusCode::corrupt, "usage: malformed key"};
        days.insert(key->day);
        end = usage_day_begin(number, key->day);
    }
    return {};
}

// Today, as far as the journal bears it out: a clock far ahead would drop everything at once. The newest day that has
// detail may be such a clock's own (recovery books what it finds before anything else), the one before it is not.
Result<std::uint32_t> believed_today(Store& store, std::uint32_t clock_day) {
    std::set<std::uint32_t> days;
    for (std::uint8_t number = 0; number < kMaxRetentionClasses; ++number) {
        if (Status status = newest_days(store, number, days); !status.ok()) return std::unexpected(status);
    }
    if (days.size() < 2) return 0;
    return std::min(clock_day, *std::next(days.rbegin()) + 1);
}

Status drop_usage(Store& store, std::uint8_t number, std::uint32_t first_kept) {
    const auto noted = retained_from_day(store, number);
    if (!noted) return noted.error();
    const std::string begin = usage_day_begin(number, 0), end = usage_day_begin(number, first_kept);
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
    // Never falls: it says what may be missing, not what is to go.
    batch.put(Family::system, retained_from_day_key(number), encode_u64(std::max<std::uint64_t>(*noted, first_kept)));
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

const RetentionClass& RetentionPolicy::longest_within(std::int64_t days) const {
    const RetentionClass* best = &*std::ranges::min_element(classes, {}, &RetentionClass::days);
    for (const RetentionClass& one : classes) {
        if (one.days <= days && one.days > best->days) best = &one;
    }
    return *best;
}

Status enforce_retention(Store& store, const RetentionPolicy& policy, std::int64_t now_ms) {
    const auto believed = believed_today(store, bucket_of(RollupGrain::day, now_ms));
    if (!believed) return believed.error();
    const std::uint32_t today = *believed;
    for (std::uint8_t number = 0; number < kMaxRetentionClasses; ++number) {
        const Status status = drop_usage(store, number, first_kept_day(today, policy.days_of(number)));
        if (!status.ok()) return status;
    }
    const auto minutes = static_cast<std::uint8_t>(RollupGrain::minute);
    return store.drop_range(Family::rollups, rollup_day_begin(minutes, 0),
                            rollup_day_begin(minutes, first_kept_day(today, policy.minute_rollup_days)));
}

}  // namespace tollgate
