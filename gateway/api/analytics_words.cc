#include "gateway/api/analytics_words.h"

#include <algorithm>
#include <chrono>

#include "accounting/money/enum_names.h"
#include "gateway/text/time_text.h"

namespace tollgate {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

double ratio(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

// --- Metrics
template <std::int64_t RollupCounters::* number>
constexpr AnalyticsMetric count_of(std::string_view name, std::string_view label) {
    return {name,
            label,
            "number",
            false,
            [](const RollupCounters& of) { return number_of(of.*number); },
            [](const RollupCounters& of) { return static_cast<double>(of.*number); }};
}

template <std::int64_t RollupCounters::* nano>
constexpr AnalyticsMetric amount_of(std::string_view name, std::string_view label) {
    return {name,
            label,
            "currency",
            false,
            [](const RollupCounters& of) { return usd_of(NanoUsd{of.*nano}); },
            [](const RollupCounters& of) { return static_cast<double>(of.*nano); }};
}

template <std::int64_t RollupCounters::* part, std::int64_t RollupCounters::* whole>
constexpr AnalyticsMetric rate_of(std::string_view name, std::string_view label) {
    return {name,
            label,
            "percent",
            true,
            [](const RollupCounters& of) { return share_of(of.*part, of.*whole); },
            [](const RollupCounters& of) { return ratio(of.*part, of.*whole); }};
}

template <int percent>
constexpr AnalyticsMetric latency_of(std::string_view name, std::string_view label) {
    return {name,
            label,
            "latency",
            false,
            [](const RollupCounters& of) { return milliseconds_or_null(of.latency.quantile(percent / 100.0)); },
            [](const RollupCounters& of) { return static_cast<double>(of.latency.quantile(percent / 100.0)); }};
}

std::int64_t errors(const RollupCounters& of) { return of.client_errors + of.server_errors; }
std::int64_t tokens(const RollupCounters& of) { return of.prompt_tokens + of.completion_tokens; }

using Counters = RollupCounters;
constexpr std::array kMetrics = {
    count_of<&Counters::requests>("request_count", "Requests"),
    AnalyticsMetric{"tokens_total", "Tokens", "number", false, [](const Counters& of) { return number_of(tokens(of)); },
                    [](const Counters& of) { return static_cast<double>(tokens(of)); }},
    count_of<&Counters::prompt_tokens>("tokens_prompt", "Prompt tokens"),
    count_of<&Counters::completion_tokens>("tokens_completion", "Completion tokens"),
    count_of<&Counters::reasoning_tokens>("reasoning_tokens", "Reasoning tokens"),
    count_of<&Counters::cache_read_tokens>("cached_tokens", "Cached prompt tokens"),
    rate_of<&Counters::cache_read_tokens, &Counters::prompt_tokens>("cache_hit_rate", "Cached share of prompt tokens"),
    count_of<&Counters::byok>("byok_request_count", "Requests by own provider keys"),
    count_of<&Counters::cache_hits>("response_cached_count", "Requests answered by the cache"),
    rate_of<&Counters::cache_hits, &Counters::requests>("response_cached_rate", "Share answered by the cache"),
    amount_of<&Counters::cost_nano>("total_usage", "Usage"),
    amount_of<&Counters::charged_nano>("credits_usage", "Usage charged to credit"),
    amount_of<&Counters::byok_cost_nano>("byok_usage", "Usage by own provider keys"),
    amount_of<&Counters::provider_cost_nano>("usage_upstream", "Cost at the provider"),
    AnalyticsMetric{"error_count", "Errors", "number", false, [](const Counters& of) { return number_of(errors(of)); },
                    [](const Counters& of) { return static_cast<double>(errors(of)); }},
    AnalyticsMetric{"error_rate", "Error rate", "percent", true,
                    [](const Counters& of) { return share_of(errors(of), of.requests); },
                    [](const Counters& of) { return ratio(errors(of), of.requests); }},
    latency_of<50>("p50_latency", "Latency, median"),
    latency_of<90>("p90_latency", "Latency, 90 %"),
    latency_of<99>("p99_latency", "Latency, 99 %"),
};

// --- Dimensions
std::string id_or_empty(const Id128& id) { return id.is_nil() ? std::string() : to_uuid(id); }

// A label that is not known is the id.
Value label_of(const std::string& label, const std::string& id) { return text_of(label.empty() ? id : label); }

constexpr std::array kDimensions = {
    AnalyticsDimension{
        "model", "Model", UsageDimension::model, [](const UsageReportRow& row) { return row.model; },
        [](const UsageReportRow& row, UsageNames&, Columns& out) { out.emplace_back("model", text_of(row.model)); }},
    AnalyticsDimension{"provider", "Provider", UsageDimension::provider,
                       [](const UsageReportRow& row) { return row.provider; },
                       [](const UsageReportRow& row, UsageNames&, Columns& out) {
                           out.emplace_back("provider", text_of(row.provider));
                       }},
    AnalyticsDimension{"api_key_id", "API key", UsageDimension::key,
                       [](const UsageReportRow& row) { return to_hex(row.key); },
                       [](const UsageReportRow& row, UsageNames& names, Columns& out) {
                           const std::string hash = to_hex(row.key);
                           out.emplace_back("api_key_id", label_of(names.key(row.key).name, hash));
                           out.emplace_back("api_key_hash", text_of(hash));
                       }},
    AnalyticsDimension{"user", "Member", UsageDimension::member,
                       [](const UsageReportRow& row) { return id_or_empty(row.member); },
                       [](const UsageReportRow& row, UsageNames& names, Columns& out) {
                           const User* const user = names.user(row.member);
                           const std::string id = id_or_empty(row.member);
                           out.emplace_back("user", label_of(user != nullptr ? user->name : std::string(), id));
                           out.emplace_back("user_email", text_of(user != nullptr ? user->email : std::string()));
                           out.emplace_back("user_id", text_of(id));
                       }},
    AnalyticsDimension{"workspace", "Project", UsageDimension::project,
                       [](const UsageReportRow& row) { return id_or_empty(row.project); },
                       [](const UsageReportRow& row, UsageNames& names, Columns& out) {
                           const std::string id = id_or_empty(row.project);
                           out.emplace_back("workspace", label_of(names.project(row.project), id));
                           out.emplace_back("workspace_id", text_of(id));
                       }},
};

// --- Granularities
sys_days day_of(std::int64_t unix_ms) {
    return std::chrono::floor<days>(
        std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(unix_ms)));
}
std::int64_t milliseconds_of(sys_days day) { return day.time_since_epoch().count() * kDayMs; }

std::int64_t week_begin_ms(std::int64_t unix_ms) {
    const sys_days day = day_of(unix_ms);
    return milliseconds_of(day - (std::chrono::weekday(day) - std::chrono::Monday));
}

std::int64_t month_begin_ms(std::int64_t unix_ms) {
    const std::chrono::year_month_day day(day_of(unix_ms));
    return milliseconds_of(sys_days(day.year() / day.month() / 1));
}

std::int64_t itself(std::int64_t unix_ms) { return unix_ms; }

constexpr std::array kGranularities = {
    AnalyticsGranularity{"minute", "Minute", "date__minute", RollupGrain::minute, itself},
    AnalyticsGranularity{"hour", "Hour", "date__hour", RollupGrain::hour, itself},
    AnalyticsGranularity{"day", "Day", "date__day", RollupGrain::day, itself},
    AnalyticsGranularity{"week", "Week", "date__week", RollupGrain::day, week_begin_ms},
    AnalyticsGranularity{"month", "Month", "date__month", RollupGrain::day, month_begin_ms},
};

constexpr std::array<std::string_view, 4> kOperators = {"eq", "neq", "in", "not_in"};
bool takes_list(FilterOperator one) { return one == FilterOperator::in || one == FilterOperator::not_in; }

template <class Words>
auto find_word(const Words& words, std::string_view name) {
    const auto found = std::ranges::find(words, name, [](const auto& word) { return word.name; });
    return found == words.end() ? nullptr : &*found;
}

template <class Words>
void write_names(std::string_view name, const Words& words, JsonWriter& json) {
    json.key(name).array();
    for (const auto& word : words) {
        json.object().key("name").text(word.name).key("display_label").text(word.label).end();
    }
    json.end();
}

}  // namespace

std::span<const AnalyticsMetric> analytics_metrics() { return kMetrics; }
const AnalyticsMetric* find_metric(std::string_view name) { return find_word(kMetrics, name); }
std::span<const AnalyticsDimension> analytics_dimensions() { return kDimensions; }
const AnalyticsDimension* find_dimension(std::string_view name) { return find_word(kDimensions, name); }
std::span<const AnalyticsGranularity> analytics_granularities() { return kGranularities; }
const AnalyticsGranularity* find_granularity(std::string_view name) { return find_word(kGranularities, name); }

std::optional<FilterOperator> parse_operator(std::string_view name) {
    FilterOperator found{};
    return parse_name(kOperators, name, found) ? std::optional(found) : std::nullopt;
}

ApiAnswer show_analytics_meta(Call&) {
    JsonWriter json;
    json.object().key("data").object().key("metrics").array();
    for (const AnalyticsMetric& metric : kMetrics) {
        json.object().key("name").text(metric.name).key("display_label").text(metric.label);
        json.key("display_format").text(metric.format).key("is_rate").flag(metric.is_rate).end();
    }
    json.end();
    write_names("dimensions", kDimensions, json);
    write_names("granularities", kGranularities, json);
    json.key("operators").array();
    for (const std::string_view name : kOperators) {
        json.object().key("name").text(name);
        json.key("value_type").text(takes_list(*parse_operator(name)) ? "array" : "scalar").end();
    }
    json.end().end().end();
    return json_answer(json);
}

}  // namespace tollgate
