// Questions about an organization's usage: its requests, the newest first, and sums of them over time.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/ledger/ledger.h"
#include "accounting/usage/rollups.h"
#include "accounting/usage/usage_chunks.h"

namespace tollgate {

enum class StatusClass : std::uint8_t { success, client_error, server_error, cancelled };

struct UsageFilter {  // what is absent or empty admits everything
    std::optional<Id128> project = {}, member = {};
    std::optional<KeyDigest> key = {};
    std::string model = {}, provider = {};
    // Of requests only: rollups don't know these.
    std::optional<StatusClass> status = {};
    std::string end_user = {}, session = {}, app = {};
};

struct TimeRange {  // Unix time of settlement: from <= t < to
    std::int64_t from_ms = 0;
    std::int64_t to_ms = std::numeric_limits<std::int64_t>::max();
};

inline constexpr std::uint32_t kMaxUsagePage = 1000;
// How many rows one page may look at. With a filter that few rows match, a page is short and still has a cursor.
inline constexpr std::uint32_t kMaxRowsSearched = 100'000;

struct UsageListQuery {
    Id128 organization;
    UsageFilter filter = {};
    TimeRange time = {};
    std::string cursor = {};  // of another page of the same organization, filter and time; empty: from the newest
    std::uint32_t limit = 100;
};

struct UsagePage {
    std::vector<StoredRequest> requests;  // the newest first
    // Opaque; they stay good while newer requests come. Empty: nothing older is left, or nothing newer was there.
    std::string next_cursor, previous_cursor;
    bool partial = false;  // kMaxRowsSearched ended the page: there may be more behind its cursor
};

// invalid for a cursor that isn't one, or is another list's.
Result<UsagePage> list_usage(const UsageChunks& chunks, const UsageListQuery& query);

enum class UsageDimension : std::uint8_t { model, provider, key, member, project };

inline constexpr std::size_t kMaxReportRows = 10'000;
inline constexpr std::uint32_t kMaxReportBuckets = 10'000;  // of minutes or hours: 416 days of hours

struct UsageReportQuery {
    Id128 organization;
    UsageFilter filter = {};  // status and what follows it must be absent
    TimeRange time = {};      // widened to whole buckets of the grain
    RollupGrain grain = RollupGrain::day;
    bool by_time = false;  // a row for each bucket, too
    std::vector<UsageDimension> group_by = {};
};

struct UsageReportRow {
    std::int64_t begin_ms = 0;  // of the bucket; 0 if not by time
    Id128 project = {}, member = {};
    KeyDigest key = {};
    std::string model = {}, provider = {};  // those not grouped by are empty
    RollupCounters counters = {};
};

struct UsageReport {
    TimeRange time;                    // that was summed
    std::vector<UsageReportRow> rows;  // by time, then by cost, the greatest first
};

// invalid beyond kMaxReportBuckets; full if the report would have more than kMaxReportRows rows.
Result<UsageReport> report_usage(const Rollups& rollups, const UsageReportQuery& query);

}  // namespace tollgate
