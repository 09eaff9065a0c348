// OpenRouter's analytics: sums of usage by dimensions and time, filtered, sorted and bounded.
#pragma once

#include <array>

#include "gateway/api/analytics_words.h"
#include "gateway/api/call.h"

namespace tollgate {

ApiAnswer query_analytics(Call& call);

inline constexpr std::size_t kMostAnalyticsMetrics = 32, kMostAnalyticsDimensions = 2, kMostAnalyticsFilters = 20,
                             kMostFilterValues = 100;
inline constexpr std::int64_t kUsualAnalyticsRows = 1000, kMostAnalyticsRows = 10'000;

inline constexpr std::array kAnalyticsFilterFields = {
    fields::text("field").required().note("A dimension"),
    fields::text("operator").required().one_of(kFilterOperators),
    fields::scalars("value").required().note("Ids: a key's hash, a user's or a project's UUID, not their names"),
    fields::flag("include_unset").note("of in and not_in: also what has no value of it; false if absent"),
};
inline constexpr Schema kAnalyticsFilter{"AnalyticsFilter", kAnalyticsFilterFields};
inline constexpr std::array kAnalyticsOrderFields = {
    fields::text("field").required().note("A metric or dimension of the query, request_count, or date"),
    fields::text("direction").required().one_of("asc|desc")};
inline constexpr Schema kAnalyticsOrder{"AnalyticsOrder", kAnalyticsOrderFields};
inline constexpr std::array kAnalyticsTimeFields = {fields::time("start").required(),
                                                    fields::time("end").required().note("Exclusive")};
inline constexpr Schema kAnalyticsTime{"AnalyticsTime", kAnalyticsTimeFields};
inline constexpr std::array kAnalyticsRequestFields = {
    fields::texts("metrics").required().note("At least one"),
    fields::texts("dimensions").note("At most two"),
    fields::list("filters", kAnalyticsFilter).note("All must hold; at most 20"),
    fields::text("granularity").or_null().one_of("minute|hour|day|week|month"),
    fields::object("time_range", kAnalyticsTime).or_null().note("Widened to whole buckets; absent: 30 days"),
    fields::object("order_by", kAnalyticsOrder).or_null(),
    fields::integer("limit").from(1, kMostAnalyticsRows).or_null().note("Rows at most; 1000 if absent"),
    fields::integer("group_limit").from(1, kMostAnalyticsRows).or_null().note("Rows of one group at most"),
};
inline constexpr Schema kAnalyticsRequest{"AnalyticsRequest", kAnalyticsRequestFields};

inline constexpr Schema kAnalyticsResultRow{"AnalyticsResultRow", {}, true};
inline constexpr std::array kAnalyticsMetadataFields = {
    fields::integer("row_count"), fields::number("query_time_ms"),
    fields::flag("truncated").note("There were more rows, or too much to sum: see warnings")};
inline constexpr Schema kAnalyticsMetadata{"AnalyticsMetadata", kAnalyticsMetadataFields};
inline constexpr std::array kAnalyticsResultFields = {
    fields::list("data", kAnalyticsResultRow).note("Dimensions and metrics by their names; date__<granularity>"),
    fields::object("metadata", kAnalyticsMetadata), fields::texts("warnings")};
inline constexpr Schema kAnalyticsResult{"AnalyticsResult", kAnalyticsResultFields};
inline constexpr std::array kAnalyticsResultDataFields = {fields::object("data", kAnalyticsResult)};
inline constexpr Schema kAnalyticsResultData{"AnalyticsResultData", kAnalyticsResultDataFields};

}  // namespace tollgate
