// Sums of an organization's usage over time and by dimensions, from the rollups.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "accounting/usage/rollups.h"
#include "accounting/usage/usage_query.h"

namespace tollgate {

enum class UsageDimension : std::uint8_t { model, provider, key, member, project };

inline constexpr std::size_t kMaxReportRows = 10'000;
inline constexpr std::uint32_t kMaxReportBuckets = 10'000;  // of all grains but days: 416 days of hours
inline constexpr std::size_t kMaxReportEdges = 1000;
inline constexpr std::int64_t kEdgeMs = 900'000;  // what edges are multiples of: a quarter of an hour

// Ends a report between two of the rollups' buckets, never before the first.
struct ReportBudget {
    std::uint64_t rows = std::numeric_limits<std::uint64_t>::max();  // read
    std::uint32_t ms = std::numeric_limits<std::uint32_t>::max();
};

struct UsageReportQuery {
    Id128 organization;
    UsageFilter filter = {};  // status and what follows it must be absent
    TimeRange time = {};      // widened to whole buckets of the grain
    RollupGrain grain = RollupGrain::day;
    bool by_time = false;  // a row for each bucket, too
    std::vector<UsageDimension> group_by = {};
    // Where the buckets begin, and at last where they end; then `time` and `grain` are not looked at. So days of any
    // time zone can be summed.
    std::vector<std::int64_t> edges = {};
    ReportBudget budget = {};
};

struct UsageReportRow {
    std::int64_t begin_ms = 0;  // of the bucket; 0 if not by time
    Id128 project = {}, member = {};
    KeyDigest key = {};
    std::string model = {}, provider = {};  // those not grouped by are empty
    RollupCounters counters = {};
};

struct UsageReport {
    TimeRange time;                    // that was summed, all of it and nothing else
    std::vector<UsageReportRow> rows;  // by time, then by cost, the greatest first
    RollupCounters total;
    bool partial = false;  // the budget ended it: time.to_ms is earlier than asked for
};

// invalid beyond kMaxReportBuckets, and for edges that are too many, don't ascend or are no multiples of kEdgeMs; full
// if the report would have more than kMaxReportRows rows.
Result<UsageReport> report_usage(const Rollups& rollups, const UsageReportQuery& query);

// A report's rows with those beyond the groups that cost most over the whole time summed up by bucket. All three lists
// together are the report's total.
struct FoldedRows {
    std::vector<UsageReportRow> rows;
    std::vector<UsageReportRow> other, deleted;  // of groups that are not in `rows`
};
FoldedRows keep_top(std::vector<UsageReportRow> rows, std::size_t top,
                    const std::function<bool(const UsageReportRow&)>& is_deleted);

}  // namespace tollgate
