// The words of OpenRouter's analytics: what can be counted, what it can be told apart by, and how it is filtered.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "accounting/usage/usage_report.h"
#include "gateway/api/call.h"
#include "gateway/api/usage_names.h"
#include "gateway/api/usage_table.h"

namespace tollgate {

struct AnalyticsMetric {
    std::string_view name, label;
    std::string_view format;  // number, currency, percent or latency
    bool is_rate;
    Value (*shown)(const RollupCounters&);
    double (*order)(const RollupCounters&);  // what rows are sorted by
};
std::span<const AnalyticsMetric> analytics_metrics();
const AnalyticsMetric* find_metric(std::string_view name);  // nullptr: there is no such one

struct AnalyticsDimension {
    std::string_view name, label;
    UsageDimension of;
    std::string (*id)(const UsageReportRow&);  // what filters name; empty: the row has none
    void (*show)(const UsageReportRow&, UsageNames&, Columns&);
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

enum class FilterOperator : std::uint8_t { eq, neq, in, not_in };
std::optional<FilterOperator> parse_operator(std::string_view name);

ApiAnswer show_analytics_meta(Call& call);

inline constexpr std::array kNamedFields = {fields::text("name"), fields::text("display_label")};
inline constexpr Schema kAnalyticsName{"AnalyticsName", kNamedFields};
inline constexpr std::array kAnalyticsMetricFields = {
    fields::text("name"), fields::text("display_label"),
    fields::text("display_format").one_of("number|currency|percent|latency|throughput"), fields::flag("is_rate")};
inline constexpr Schema kAnalyticsMetric{"AnalyticsMetric", kAnalyticsMetricFields};
inline constexpr std::array kAnalyticsOperatorFields = {fields::text("name").one_of("eq|neq|in|not_in"),
                                                        fields::text("value_type").one_of("scalar|array")};
inline constexpr Schema kAnalyticsOperator{"AnalyticsOperator", kAnalyticsOperatorFields};
inline constexpr std::array kAnalyticsMetaFields = {
    fields::list("metrics", kAnalyticsMetric), fields::list("dimensions", kAnalyticsName),
    fields::list("granularities", kAnalyticsName), fields::list("operators", kAnalyticsOperator)};
inline constexpr Schema kAnalyticsMeta{"AnalyticsMeta", kAnalyticsMetaFields};
inline constexpr std::array kAnalyticsMetaDataFields = {fields::object("data", kAnalyticsMeta)};
inline constexpr Schema kAnalyticsMetaData{"AnalyticsMetaData", kAnalyticsMetaDataFields};

}  // namespace tollgate
