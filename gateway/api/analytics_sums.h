// What an analytics query asks for, and its sums: of rollups, or of the requests themselves where only they know it.
#pragma once

#include <string>
#include <vector>

#include "gateway/api/analytics_words.h"

namespace tollgate {

struct AnalyticsFilter {
    const AnalyticsDimension* dimension;
    FilterOperator by;
    std::vector<std::string> values;
    bool include_unset;

    // Of what has these ids: none, one, or, of tags, several.
    bool admits(const std::vector<std::string>& ids) const;

  private:
    bool matches(const std::string& id) const;
};

struct AnalyticsOrder {
    enum class By : std::uint8_t { time, metric, dimension } by = By::metric;
    const AnalyticsMetric* metric = nullptr;
    const AnalyticsDimension* dimension = nullptr;
    bool descending = true;
};

struct AnalyticsQuery {
    std::vector<const AnalyticsMetric*> metrics;
    std::vector<const AnalyticsDimension*> dimensions;
    std::vector<AnalyticsFilter> filters;
    const AnalyticsGranularity* granularity = nullptr;  // null: one bucket
    TimeRange time;
    AnalyticsOrder order;
    std::size_t limit = 0, group_limit = 0;
};

// One row of the answer, of all rows of the report that it sums.
struct AnalyticsGroup {
    std::int64_t begin_ms = 0;
    std::size_t number = 0;  // in the order of time and ids
    AnalyticsRow row;        // its dimensions, and the sum
};

// What was summed: since when, until when, and whether that is less than was asked for.
struct AnalyticsSums {
    std::vector<AnalyticsGroup> groups;
    TimeRange time;
    bool partial = false;
    bool of_requests = false;  // so that no more is in it than the detail that is kept
};

// The groups by time and ids. Blocks.
Result<AnalyticsSums> sum_analytics(const Call& call, const AnalyticsQuery& query);

}  // namespace tollgate
