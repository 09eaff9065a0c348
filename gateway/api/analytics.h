// Sums of an organization's usage: over time and by dimensions, and OpenRouter's activity by day.
#pragma once

#include <array>

#include "gateway/api/activity.h"
#include "gateway/api/call.h"
#include "gateway/api/usage_names.h"
#include "gateway/api/usage_table.h"

namespace tollgate {

ApiAnswer show_analytics(Call& call);
ApiAnswer show_daily_activity(Call& call);

// The columns of a report's row: the bucket, the dimensions that the query groups by, kMetricFields.
Columns report_columns(const UsageReportQuery& query, const UsageReportRow& row, UsageNames& names);
// The finest that has the whole time: the less it is, the less is it widened.
RollupGrain finest_grain(const TimeRange& time, std::int64_t now_ms);
// A sum as kAnalyticsSum.
void write_sum(const RollupCounters& sum, JsonWriter& json);

inline constexpr std::uint32_t kMaxTop = 1000;
inline constexpr std::uint32_t kMaxReportMs = 10'000;

inline constexpr std::array kAnalyticsOwnQueryFields = {
    fields::words("group_by")
        .one_of("model|provider|key|member|project|user|session_id|app|tag|git_organization|git_repository|minute|"
                "quarter_hour|hour|day"),
    kFormatField,
    kFromField,
    kToField,
    fields::text("edges").note(
        "Instants, with commas: where buckets begin, and the last one ends. For days of a time zone"),
    fields::integer("top").from(1, kMaxTop).note("How many groups have rows of their own"),
    fields::text("compare").one_of("previous").note("Adds the total of as long a time before"),
    fields::integer("budget_ms").from(1, kMaxReportMs).note("How long to sum, at most; 2000 if absent"),
};
inline constexpr auto kAnalyticsQueryFields = joined(kAnalyticsOwnQueryFields, kActivityFilterFields);
inline constexpr Schema kAnalyticsQuery{"AnalyticsQuery", kAnalyticsQueryFields};

inline constexpr std::array kAnalyticsDimensionFields = {
    fields::time("begin").maybe().note("Of the bucket, if grouped by time"),
    fields::text("model").or_null().maybe(),
    fields::text("provider_name").or_null().maybe(),
    fields::key_hash("key_hash").maybe(),
    fields::text("key_name").or_null().maybe(),
    fields::text("key_label").or_null().maybe(),
    fields::uuid("member_id").or_null().maybe(),
    fields::text("member_name").or_null().maybe(),
    fields::text("member_email").or_null().maybe(),
    fields::uuid("project_id").or_null().maybe(),
    fields::text("project_name").or_null().maybe(),
    fields::text("external_user").or_null().maybe(),
    fields::text("session_id").or_null().maybe(),
    fields::text("app").or_null().maybe(),
    fields::text("tag").or_null().maybe(),
    fields::text("git_organization").or_null().maybe(),
    fields::text("git_repository").or_null().maybe(),
};
inline constexpr auto kAnalyticsRowFields = joined(kAnalyticsDimensionFields, kMetricFields);
inline constexpr Schema kAnalyticsRow{"AnalyticsRow", kAnalyticsRowFields};
inline constexpr Schema kAnalyticsSum{"AnalyticsSum", kMetricFields};
inline constexpr std::array kAnalyticsBeginField = {fields::time("begin").maybe()};
inline constexpr auto kAnalyticsRestFields = joined(kAnalyticsBeginField, kMetricFields);
inline constexpr Schema kAnalyticsRest{"AnalyticsRest", kAnalyticsRestFields};
inline constexpr std::array kComparedFields = {fields::time("from"), fields::time("to"),
                                               fields::object("total", kAnalyticsSum)};
inline constexpr Schema kCompared{"AnalyticsCompared", kComparedFields};
inline constexpr std::array kAnalyticsFields = {
    fields::time("from"),
    fields::time("to"),
    fields::texts("edges").maybe(),
    fields::list("data", kAnalyticsRow),
    fields::list("other", kAnalyticsRest).note("Of groups beyond `top`"),
    fields::list("deleted", kAnalyticsRest).note("Of those, what deleted keys and projects used"),
    fields::object("total", kAnalyticsSum).note("Of data, other and deleted"),
    fields::object("compare", kCompared).maybe(),
    fields::flag("partial").note("The budget was spent: summed until `to`"),
};
inline constexpr Schema kAnalytics{"Analytics", kAnalyticsFields};

inline constexpr std::array kDailyActivityQueryFields = {
    fields::text("date").note("A UTC day; absent: the last 30 completed ones"), fields::key_hash("api_key_hash"),
    fields::uuid("user_id"), fields::uuid("workspace_id").note("A project"),
    fields::text("group_by").one_of("workspace").note("Rows are told apart by project, too")};
inline constexpr Schema kDailyActivityQuery{"DailyActivityQuery", kDailyActivityQueryFields};
inline constexpr std::array kDailyActivityRowFields = {
    fields::text("date"),
    fields::text("model"),
    fields::text("model_permaslug"),
    fields::text("endpoint_id"),
    fields::text("provider_name"),
    fields::usd("usage"),
    fields::usd("byok_usage_inference"),
    fields::integer("requests"),
    fields::integer("prompt_tokens"),
    fields::integer("completion_tokens"),
    fields::integer("reasoning_tokens"),
    fields::integer("cached_tokens"),
    fields::uuid("workspace_id").or_null().maybe(),
};
inline constexpr Schema kDailyActivityRow{"DailyActivityRow", kDailyActivityRowFields};
inline constexpr std::array kDailyActivityFields = {fields::list("data", kDailyActivityRow)};
inline constexpr Schema kDailyActivity{"DailyActivity", kDailyActivityFields};

}  // namespace tollgate
