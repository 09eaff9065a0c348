#include "gateway/api/analytics.h"

#include <algorithm>
#include <map>

#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kDailyActivityDays = 30;

void add_metrics(const RollupCounters& of, Columns& out) {
    const auto add = [&out](std::string_view name, Value value) { out.emplace_back(name, std::move(value)); };
    add("requests", number_of(of.requests));
    add("client_errors", number_of(of.client_errors));
    add("server_errors", number_of(of.server_errors));
    add("cancelled", number_of(of.cancelled));
    add("error_rate", share_of(of.client_errors + of.server_errors, of.requests));
    add("streamed", number_of(of.streamed));
    add("cache_hits", number_of(of.cache_hits));
    add("cache_hit_rate", share_of(of.cache_hits, of.requests));
    add("byok_requests", number_of(of.byok));
    add("prompt_tokens", number_of(of.prompt_tokens));
    add("completion_tokens", number_of(of.completion_tokens));
    add("reasoning_tokens", number_of(of.reasoning_tokens));
    add("cached_tokens", number_of(of.cache_read_tokens));
    add("cache_write_tokens", number_of(of.cache_write_tokens));
    add("usage", usd_of({of.cost_nano}));
    add("charged", usd_of({of.charged_nano}));
    add("upstream_inference_cost", usd_of({of.provider_cost_nano}));
    constexpr std::array kQuantiles = {std::tuple{"latency_p50", "time_to_first_token_p50", 0.5},
                                       std::tuple{"latency_p90", "time_to_first_token_p90", 0.9},
                                       std::tuple{"latency_p99", "time_to_first_token_p99", 0.99}};
    for (const auto& [latency, first_token, part] : kQuantiles) {
        add(latency, milliseconds_or_null(of.latency.quantile(part)));
        add(first_token, milliseconds_or_null(of.first_token.quantile(part)));
    }
}

// "model,day" and the like, with the grain that a time among them names.
void read_group_by(QueryFields& fields, UsageReportQuery& query) {
    static const std::map<std::string_view, UsageDimension> kDimensions = {{"model", UsageDimension::model},
                                                                           {"provider", UsageDimension::provider},
                                                                           {"key", UsageDimension::key},
                                                                           {"member", UsageDimension::member},
                                                                           {"project", UsageDimension::project}};
    static const std::map<std::string_view, RollupGrain> kGrains = {
        {"minute", RollupGrain::minute}, {"hour", RollupGrain::hour}, {"day", RollupGrain::day}};
    const std::string text = fields.text("group_by");
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view name = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), name.size() + 1));
        const auto grain = kGrains.find(name);
        const auto dimension = kDimensions.find(name);
        const bool twice = grain != kGrains.end()
                               ? query.by_time
                               : dimension != kDimensions.end() &&
                                     std::ranges::find(query.group_by, dimension->second) != query.group_by.end();
        if (grain != kGrains.end()) {
            query.grain = grain->second;
            query.by_time = true;
        } else if (dimension != kDimensions.end()) {
            query.group_by.push_back(dimension->second);
        }
        if (twice || (grain == kGrains.end() && dimension == kDimensions.end())) {
            return fields.fail("group_by",
                               "must be a list of model, provider, key, member, project and one of minute, hour, day");
        }
    }
}

// How far back a report goes that doesn't say.
std::int64_t usual_span_ms(RollupGrain grain) {
    switch (grain) {
        case RollupGrain::minute:
            return kDayMs / 24;
        case RollupGrain::hour:
            return kDayMs;
        case RollupGrain::day:
            return kDailyActivityDays * kDayMs;
    }
    return kDayMs;
}

Columns columns_of(const UsageReportQuery& query, const UsageReportRow& row) {
    Columns columns;
    if (query.by_time) columns.emplace_back("begin", time_of(row.begin_ms));
    for (const UsageDimension dimension : query.group_by) {
        if (dimension == UsageDimension::model) columns.emplace_back("model", text_of(row.model));
        if (dimension == UsageDimension::provider) columns.emplace_back("provider_name", text_of(row.provider));
        if (dimension == UsageDimension::key) columns.emplace_back("key_hash", text_of(to_hex(row.key)));
        if (dimension == UsageDimension::member) columns.emplace_back("member_id", id_of(row.member));
        if (dimension == UsageDimension::project) columns.emplace_back("project_id", id_of(row.project));
    }
    add_metrics(row.counters, columns);
    return columns;
}

}  // namespace

ApiAnswer show_analytics(Call& call) {
    QueryFields& fields = call.query;
    UsageReportQuery query;
    query.organization = call.organization().id;
    query.filter = read_filter(fields);
    read_group_by(fields, query);
    query.time.to_ms = fields.time("to").value_or(call.request.now_ms + 1);
    query.time.from_ms =
        fields.time("from").value_or(std::max<std::int64_t>(query.time.to_ms - usual_span_ms(query.grain), 0));
    if (query.time.to_ms <= query.time.from_ms) fields.fail("to", "must be after 'from'");
    const bool as_csv = wants_csv(fields);
    if (call.error()) return call.refusal();
    bring_up_to_date(call.services);
    const auto report = call.services.usage->report(query);
    if (!report) return api_error(report.error());
    if (as_csv) {
        std::string out;
        for (const UsageReportRow& row : report->rows) write_csv_row(columns_of(query, row), out);
        return csv_answer(std::move(out));
    }
    JsonWriter json;
    json.object().key("from").text(rfc3339(report->time.from_ms)).key("to").text(rfc3339(report->time.to_ms));
    json.key("data").array();
    for (const UsageReportRow& row : report->rows) write_json(columns_of(query, row), json);
    json.end().end();
    return json_answer(json);
}

ApiAnswer show_daily_activity(Call& call) {
    if (call.request.caller.is_operator()) {
        return api_error(ErrorKind::invalid_request,
                         "the root key belongs to no organization: see /api/organizations/{id}/analytics");
    }
    QueryFields& fields = call.query;
    UsageReportQuery query;
    query.organization = call.request.caller.organization;
    query.filter.key = fields.key("api_key_hash");
    query.filter.member = fields.uuid("user_id");
    query.by_time = true;
    query.group_by = {UsageDimension::model, UsageDimension::provider};
    // Completed UTC days, unless one is asked for.
    query.time.to_ms = call.request.now_ms / kDayMs * kDayMs;
    query.time.from_ms = query.time.to_ms - kDailyActivityDays * kDayMs;
    if (const auto date = fields.time("date")) query.time = {.from_ms = *date, .to_ms = *date + 1};
    if (call.error()) return call.refusal();
    bring_up_to_date(call.services);
    const auto report = call.services.usage->report(query);
    if (!report) return api_error(report.error());
    JsonWriter json;
    json.object().key("data").array();
    for (const UsageReportRow& row : report->rows) {
        const RollupCounters& of = row.counters;
        json.object().key("date").text(rfc3339(row.begin_ms).substr(0, 10)).key("model").text(row.model);
        json.key("model_permaslug").text(row.model).key("endpoint_id").text(row.provider + ":" + row.model);
        json.key("provider_name").text(row.provider).key("usage").usd(NanoUsd{of.cost_nano});
        json.key("byok_usage_inference").usd(NanoUsd{of.byok_cost_nano}).key("requests").number(of.requests);
        json.key("prompt_tokens").number(of.prompt_tokens).key("completion_tokens").number(of.completion_tokens);
        json.key("reasoning_tokens").number(of.reasoning_tokens).end();
    }
    json.end().end();
    return json_answer(json);
}

}  // namespace tollgate
