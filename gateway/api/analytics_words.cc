#include "gateway/api/analytics_words.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "accounting/accounts/git_name.h"
#include "accounting/money/enum_names.h"
#include "gateway/api/generation.h"
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
            [](const AnalyticsRow& of) { return number_of(of.counters.*number); },
            [](const AnalyticsRow& of) { return static_cast<double>(of.counters.*number); }};
}

template <std::int64_t RollupCounters::* nano>
constexpr AnalyticsMetric amount_of(std::string_view name, std::string_view label) {
    return {name,
            label,
            "currency",
            false,
            [](const AnalyticsRow& of) { return usd_of(NanoUsd{of.counters.*nano}); },
            [](const AnalyticsRow& of) { return static_cast<double>(of.counters.*nano); }};
}

template <std::int64_t RollupCounters::* part, std::int64_t RollupCounters::* whole>
constexpr AnalyticsMetric rate_of(std::string_view name, std::string_view label) {
    return {name,
            label,
            "percent",
            true,
            [](const AnalyticsRow& of) { return share_of(of.counters.*part, of.counters.*whole); },
            [](const AnalyticsRow& of) { return ratio(of.counters.*part, of.counters.*whole); }};
}

template <int percent>
constexpr AnalyticsMetric latency_of(std::string_view name, std::string_view label) {
    return {name,
            label,
            "latency",
            false,
            [](const AnalyticsRow& of) { return milliseconds_or_null(of.counters.latency.quantile(percent / 100.0)); },
            [](const AnalyticsRow& of) { return static_cast<double>(of.counters.latency.quantile(percent / 100.0)); }};
}

std::int64_t errors(const AnalyticsRow& of) { return of.counters.client_errors + of.counters.server_errors; }
std::int64_t tokens(const AnalyticsRow& of) { return of.counters.prompt_tokens + of.counters.completion_tokens; }

// Tokens a second with one decimal; null where nothing was generated.
constexpr double kTenths = 10.0;
Value throughput_value(double tokens_per_second) {
    if (tokens_per_second < 0) return {};
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", tokens_per_second);
    return {Value::Kind::raw, text};
}
double mean_throughput(const AnalyticsRow& of) {
    if (of.sums.generating_ms == 0) return -1;
    return ratio(of.sums.generated, of.sums.generating_ms) * 1000;
}
double mean_latency(const AnalyticsRow& of) { return ratio(of.sums.latency_ms, of.sums.requests); }

template <int percent>
double throughput_quantile(const AnalyticsRow& of) {
    const std::int64_t tenths = of.sums.throughput.quantile(percent / 100.0);
    return tenths < 0 ? -1 : static_cast<double>(tenths) / kTenths;
}
template <int percent>
constexpr AnalyticsMetric throughput_of(std::string_view name, std::string_view label) {
    return {name,
            label,
            "throughput",
            false,
            [](const AnalyticsRow& of) { return throughput_value(throughput_quantile<percent>(of)); },
            throughput_quantile<percent>,
            true};
}

using Counters = RollupCounters;
constexpr std::array kMetrics = {
    count_of<&Counters::requests>("request_count", "Requests"),
    AnalyticsMetric{"tokens_total", "Tokens", "number", false,
                    [](const AnalyticsRow& of) { return number_of(tokens(of)); },
                    [](const AnalyticsRow& of) { return static_cast<double>(tokens(of)); }},
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
    amount_of<&Counters::charged_nano>("openrouter_usage", "Usage charged to credit, fees among it"),
    AnalyticsMetric{"byok_fees", "Fees for own provider keys: always 0, they are in openrouter_usage", "currency",
                    false, [](const AnalyticsRow&) { return usd_of(NanoUsd{}); },
                    [](const AnalyticsRow&) { return 0.0; }},
    amount_of<&Counters::byok_cost_nano>("byok_usage", "Usage by own provider keys"),
    amount_of<&Counters::provider_cost_nano>("usage_upstream", "Cost at the provider"),
    AnalyticsMetric{"error_count", "Errors", "number", false,
                    [](const AnalyticsRow& of) { return number_of(errors(of)); },
                    [](const AnalyticsRow& of) { return static_cast<double>(errors(of)); }},
    AnalyticsMetric{"error_rate", "Error rate", "percent", true,
                    [](const AnalyticsRow& of) { return share_of(errors(of), of.counters.requests); },
                    [](const AnalyticsRow& of) { return ratio(errors(of), of.counters.requests); }},
    AnalyticsMetric{"avg_latency", "Latency, mean", "latency", false,
                    [](const AnalyticsRow& of) {
                        const bool any = of.sums.requests != 0;
                        return any ? number_of(std::llround(mean_latency(of))) : Value{};
                    },
                    mean_latency, true},
    latency_of<50>("p50_latency", "Latency, median"),
    latency_of<90>("p90_latency", "Latency, 90 %"),
    latency_of<99>("p99_latency", "Latency, 99 %"),
    AnalyticsMetric{"avg_throughput", "Output tokens a second, mean", "throughput", false,
                    [](const AnalyticsRow& of) { return throughput_value(mean_throughput(of)); }, mean_throughput,
                    true},
    throughput_of<50>("p50_throughput", "Output tokens a second, median"),
    throughput_of<90>("p90_throughput", "Output tokens a second, 90 %"),
    throughput_of<99>("p99_throughput", "Output tokens a second, 99 %"),
};

// --- Ids
template <class Id>
std::optional<std::string> written(const std::optional<Id>& id, std::string (*write)(const Id&)) {
    return id ? std::optional(write(*id)) : std::nullopt;
}
std::string generation_id(const Id128& id) { return "gen-" + to_ulid(id); }

// GitLab's rules hold for both providers.
template <auto normal>
std::optional<std::string> git_path(std::string_view text) {
    const auto path = normal(GitProvider::gitlab, {}, text);
    return path ? std::optional(*path) : std::nullopt;
}

// 1000 of "1e3"; what is no whole number stays as it is, and is compared by what it is worth.
std::optional<std::string> number_text(std::string_view text) {
    constexpr double kMostExact = 9007199254740992;
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failed] = std::from_chars(text.data(), end, number);
    if (failed != std::errc() || stop != end || !std::isfinite(number)) return std::nullopt;
    if (number != std::trunc(number) || std::abs(number) > kMostExact) return std::string(text);
    return std::to_string(static_cast<std::int64_t>(number));
}

constexpr IdForm kHash{[](std::string_view text) { return written(parse_key_digest(text), to_hex); },
                       "a key's hash: 64 hexadecimal digits"};
constexpr IdForm kUuid{[](std::string_view text) { return written(parse_uuid(text), to_uuid); }, "a UUID"};
constexpr IdForm kGeneration{[](std::string_view text) { return written(parse_generation_id(text), generation_id); },
                             "a generation id: gen-…"};
constexpr IdForm kGitOrganization{git_path<normal_git_organization>, "a path such as acme"};
constexpr IdForm kGitRepository{git_path<normal_git_repository>, "a path such as acme/project"};
constexpr IdForm kNumber{number_text, "a number"};

// --- Dimensions
std::string id_or_empty(const Id128& id) { return id.is_nil() ? std::string() : to_uuid(id); }

// A label that is not known is the id.
Value label_of(const std::string& label, const std::string& id) { return text_of(label.empty() ? id : label); }

using Texts = std::vector<std::string>;
Texts one_or_none(std::string text) { return text.empty() ? Texts() : Texts{std::move(text)}; }

template <UsageAttribute attribute>
Texts attribute_of(const StoredRequest& request) {
    Texts values;
    for_each_value(attribute, request.opened(), [&values](std::string_view value) { values.emplace_back(value); });
    return values;
}

// What stands behind the model's name as it was asked for: "free" of "author/slug:free".
Texts variant_of(const StoredRequest& request) {
    const std::string_view asked = request.opened().model_asked;
    const std::string_view model = asked.substr(0, asked.find('@'));
    const std::size_t colon = model.find(':');
    return one_or_none(std::string(colon == std::string_view::npos ? std::string_view() : model.substr(colon + 1)));
}

// The bucket of a prompt's length is named by the fewest tokens in it, so that it can be compared.
constexpr std::array<std::int64_t, 7> kContextBuckets = {0, 1000, 4000, 16'000, 64'000, 256'000, 1'000'000};
Texts context_bucket_of(const StoredRequest& request) {
    const auto above = std::ranges::upper_bound(kContextBuckets, request.settled().usage.prompt);
    return {std::to_string(above == kContextBuckets.begin() ? 0 : *std::prev(above))};
}

constexpr AnalyticsDimension of_requests(std::string_view name, std::string_view label,
                                         Texts (*values)(const StoredRequest&), const IdForm* form = nullptr) {
    return {name, label, UsageDimension::model, nullptr, nullptr, values, form};
}

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
                       },
                       nullptr, &kHash},
    AnalyticsDimension{"user", "Member", UsageDimension::member,
                       [](const UsageReportRow& row) { return id_or_empty(row.member); },
                       [](const UsageReportRow& row, UsageNames& names, Columns& out) {
                           const User* const user = names.user(row.member);
                           const std::string id = id_or_empty(row.member);
                           out.emplace_back("user", label_of(user != nullptr ? user->name : std::string(), id));
                           out.emplace_back("user_email", text_of(user != nullptr ? user->email : std::string()));
                           out.emplace_back("user_id", text_of(id));
                       },
                       nullptr, &kUuid},
    AnalyticsDimension{"workspace", "Project", UsageDimension::project,
                       [](const UsageReportRow& row) { return id_or_empty(row.project); },
                       [](const UsageReportRow& row, UsageNames& names, Columns& out) {
                           const std::string id = id_or_empty(row.project);
                           out.emplace_back("workspace", label_of(names.project(row.project), id));
                           out.emplace_back("workspace_id", text_of(id));
                       },
                       nullptr, &kUuid},
    of_requests("app", "App", attribute_of<UsageAttribute::app>),
    of_requests("external_user", "End user", attribute_of<UsageAttribute::end_user>),
    of_requests("tag", "Tag", attribute_of<UsageAttribute::tag>),
    of_requests("session_id", "Session", attribute_of<UsageAttribute::session>),
    of_requests("git_organization", "Git organization", attribute_of<UsageAttribute::git_organization>,
                &kGitOrganization),
    of_requests("git_repository", "Git repository", attribute_of<UsageAttribute::git_repository>, &kGitRepository),
    of_requests("origin", "Origin",
                [](const StoredRequest& request) { return one_or_none(std::string(request.opened().app)); }),
    of_requests("variant", "Variant", variant_of),
    of_requests("finish_reason", "Finish reason",
                [](const StoredRequest& request) { return one_or_none(std::string(request.settled().finish_reason)); }),
    of_requests("context_length_bucket", "Prompt tokens, from", context_bucket_of, &kNumber),
    of_requests(
        "generation_id", "Generation",
        [](const StoredRequest& request) { return Texts{generation_id(request.opened().request)}; }, &kGeneration),
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

constexpr std::array<std::string_view, 8> kOperators = {"eq", "neq", "in", "not_in", "gt", "gte", "lt", "lte"};
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

void RequestSums::add(const UsageRecord& record) {
    const RequestSettled& settled = record.settled;
    ++requests;
    latency_ms += settled.latency_ms;
    if (settled.usage.completion <= 0 || settled.latency_ms <= 0) return;
    generated += settled.usage.completion;
    generating_ms += settled.latency_ms;
    throughput.add(std::llround(ratio(settled.usage.completion, settled.latency_ms) * 1000 * kTenths));
}

void RequestSums::merge(const RequestSums& other) {
    requests += other.requests;
    latency_ms += other.latency_ms;
    generated += other.generated;
    generating_ms += other.generating_ms;
    throughput.merge(other.throughput);
}

std::string AnalyticsDimension::id_of(const AnalyticsRow& row) const {
    if (!of_requests()) return id(row);
    const auto fact = row.facts.find(name);
    return fact == row.facts.end() ? std::string() : fact->second;
}

std::vector<std::string> AnalyticsDimension::values_of(const StoredRequest& request, const AnalyticsRow& row) const {
    return of_requests() ? values(request) : one_or_none(id(row));
}

void AnalyticsDimension::show_in(const AnalyticsRow& row, UsageNames& names, Columns& out) const {
    of_requests() ? void(out.emplace_back(name, text_of(id_of(row)))) : show(row, names, out);
}

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
        const auto known = parse_operator(name);
        json.key("value_type").text(known && takes_list(*known) ? "array" : "scalar").end();
    }
    json.end().end().end();
    return json_answer(json);
}

}  // namespace tollgate
