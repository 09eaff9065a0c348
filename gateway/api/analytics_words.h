// The words of OpenRouter's analytics: what can be counted, what it can be told apart by, and how it is filtered.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/usage/usage_report.h"
#include "gateway/api/call.h"
#include "gateway/api/usage_names.h"
#include "gateway/api/usage_table.h"

namespace tollgate {

// What is summed of requests themselves, where rollups don't say it.
struct RequestSums {
    std::int64_t requests = 0, latency_ms = 0;
    std::int64_t generated = 0, generating_ms = 0;  // output tokens, and the time of the requests that have some
    LatencyHistogram throughput;                    // of each of those, in tenths of a token a second

    void add(const UsageRecord& record);
    void merge(const RequestSums& other);
};

// A row of sums, whose dimensions are those of rollups and, by name, those that only requests have.
struct AnalyticsRow : UsageReportRow {
    std::map<std::string_view, std::string> facts = {};
    RequestSums sums = {};
};

struct AnalyticsMetric {
    std::string_view name, label;
    std::string_view format;  // number, currency, percent, latency or throughput
    bool is_rate;
    Value (*shown)(const AnalyticsRow&);
    double (*order)(const AnalyticsRow&);  // what rows are sorted by
    bool of_requests = false;              // needs `sums`
};
std::span<const AnalyticsMetric> analytics_metrics();
const AnalyticsMetric* find_metric(std::string_view name);  // nullptr: there is no such one

// How the ids of a dimension are written, where they are no free texts.
struct IdForm {
    std::optional<std::string> (*normal)(std::string_view);  // as rows have it; nullopt: it is none
    std::string_view name;                                   // "a UUID"
};

struct AnalyticsDimension {
    std::string_view name, label;
    UsageDimension of;                         // of those of rollups
    std::string (*id)(const UsageReportRow&);  // what filters name; empty: the row has none
    void (*show)(const UsageReportRow&, UsageNames&, Columns&);
    // Set of those that only requests have; then the three above are not. A request may have several values, or none.
    std::vector<std::string> (*values)(const StoredRequest&) = nullptr;
    const IdForm* form = nullptr;

    bool of_requests() const { return values != nullptr; }
    std::string id_of(const AnalyticsRow& row) const;
    // Of a request whose row has the rollups' dimensions.
    std::vector<std::string> values_of(const StoredRequest& request, const AnalyticsRow& row) const;
    void show_in(const AnalyticsRow& row, UsageNames& names, Columns& out) const;
};
std::span<const AnalyticsDimension> analytics_dimensions();
const AnalyticsDimension* find_dimension(std::string_view name);

// The grain to read, and the buckets to show.
struct AnalyticsGranularity {
    std::string_view name, label, column;
    RollupGrain grain;
    std::int64_t (*begin_ms)(std::int64_t unix_ms);  // of the bucket that the time is in, UTC; weeks begin on Monday
};
std::span<const AnalyticsGranularity> analytics_granularities();
const AnalyticsGranularity* find_granularity(std::string_view name);

enum class FilterOperator : std::uint8_t { eq, neq, in, not_in, gt, gte, lt, lte };
inline constexpr std::string_view kFilterOperators = "eq|neq|in|not_in|gt|gte|lt|lte";
std::optional<FilterOperator> parse_operator(std::string_view name);

ApiAnswer show_analytics_meta(Call& call);

inline constexpr std::array kNamedFields = {fields::text("name"), fields::text("display_label")};
inline constexpr Schema kAnalyticsName{"AnalyticsName", kNamedFields};
inline constexpr std::array kAnalyticsMetricFields = {
    fields::text("name"), fields::text("display_label"),
    fields::text("display_format").one_of("number|currency|percent|latency|throughput"), fields::flag("is_rate")};
inline constexpr Schema kAnalyticsMetric{"AnalyticsMetric", kAnalyticsMetricFields};
inline constexpr std::array kAnalyticsOperatorFields = {fields::text("name").one_of(kFilterOperators),
                                                        fields::text("value_type").one_of("scalar|array")};
inline constexpr Schema kAnalyticsOperator{"AnalyticsOperator", kAnalyticsOperatorFields};
inline constexpr std::array kAnalyticsMetaFields = {
    fields::list("metrics", kAnalyticsMetric), fields::list("dimensions", kAnalyticsName),
    fields::list("granularities", kAnalyticsName), fields::list("operators", kAnalyticsOperator)};
inline constexpr Schema kAnalyticsMeta{"AnalyticsMeta", kAnalyticsMetaFields};
inline constexpr std::array kAnalyticsMetaDataFields = {fields::object("data", kAnalyticsMeta)};
inline constexpr Schema kAnalyticsMetaData{"AnalyticsMetaData", kAnalyticsMetaDataFields};

}  // namespace tollgate
